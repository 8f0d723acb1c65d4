import {
  UTSC_FIELD_NAMES,
  type UtscField,
  type UtscFieldValue,
  type UtscValues,
  utscFields,
  valueName,
  valueNumber,
} from "@pnmlab/docsis-mib";
import type { ColumnValue, Readings } from "../snmp/values.ts";

const MAC_OCTETS = 6;

/** A parameter as the CMTS takes it: names of the MIB as numbers, a MAC address as its six octets. */
export function wireValue(field: UtscField, value: UtscFieldValue): ColumnValue {
  const { object, kind } = utscFields[field];
  if (typeof value === "number") return value;
  if (kind === "enumeration") return valueNumber(object, value);
  if (kind === "macAddress") return Uint8Array.from(value.split(":"), (octet) => Number.parseInt(octet, 16));
  return value;
}

/** Columns of a row as parameters; those without a value, and those that mark the row as ours, are left out. */
export function rowValues(readings: Readings, index: readonly number[]): UtscValues {
  return Object.fromEntries(
    UTSC_FIELD_NAMES.flatMap((field) => {
      if (field === "fileName" || field === "rowStatus") return [];
      const value = readValue(field, readings, index);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function readValue(
  field: UtscField,
  readings: Readings,
  index: readonly number[],
): UtscFieldValue | undefined {
  const { object, kind } = utscFields[field];
  if (kind === "macAddress") {
    const octets = readings.octets(object, index);
    return octets?.length === MAC_OCTETS ? macText(octets) : undefined;
  }
  const number = readings.integer(object, index);
  if (number === undefined || kind !== "enumeration") return number;
  // A value that the MIB does not name is no reason to lose the row.
  return valueName(object, number) ?? number;
}

/** `00:10:18:1a:2d:11`. */
function macText(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(":");
}
