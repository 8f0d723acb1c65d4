import {
  bitsFromOctets,
  utscOutputFormatValues,
  utscTriggerModeValues,
  utscWindowValues,
} from "@pnmlab/docsis-mib";
import type { SnmpValue, UtscCapability } from "@pnmlab/protocol";
import { octetsOf, textOf } from "./values.ts";

/** Columns of one row of docsPnmCmtsUtscCapabTable; undefined where the CMTS has none. */
export interface CapabilityColumns {
  triggerMode: SnmpValue | undefined;
  outputFormat: SnmpValue | undefined;
  window: SnmpValue | undefined;
  description: SnmpValue | undefined;
}

/** What a port can capture, from the row's BITS. In the columns of trigger mode and window bit 0 stands for value 1. */
export function utscCapabilityOf(columns: CapabilityColumns): UtscCapability {
  return {
    triggerModes: namesOf<UtscCapability["triggerModes"]>(columns.triggerMode, utscTriggerModeValues, 1),
    outputFormats: namesOf<UtscCapability["outputFormats"]>(columns.outputFormat, utscOutputFormatValues, 0),
    windows: namesOf<UtscCapability["windows"]>(columns.window, utscWindowValues, 1),
    description: textOf(columns.description) ?? "",
  };
}

/** Names of the bits that are set; bit 0 stands for the value `first` of the configuration column. */
function namesOf<Names extends string[]>(
  value: SnmpValue | undefined,
  values: Readonly<Record<number, string>>,
  first: number,
): Names {
  return bitsFromOctets(octetsOf(value) ?? new Uint8Array())
    .map((bit) => values[bit + first])
    .filter((name) => name !== undefined) as Names;
}
