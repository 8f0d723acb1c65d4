import { columnsOf } from "@pnmlab/docsis-mib";
import { SnmpTable } from "../snmp/table.ts";

/** A thermometer that is an entity of the chassis or of a card. */
export interface Thermometer {
  /** entPhysicalIndex. */
  index: number;
  meanCelsius: number;
}

const entry = columnsOf("1.3.6.1.2.1.99.1.1.1");

/** EntitySensorDataType, EntitySensorDataScale, EntitySensorStatus (RFC 3433). */
const CELSIUS = 8;
const UNITS = 9;
const OK = 1;
/** Tenths of a degree. */
const PRECISION = 1;

const SWAY_CELSIUS = 2;
const SWAY_S = 1800;

/** entPhySensorTable (ENTITY-SENSOR-MIB) of the thermometers. */
export function sensorTable(thermometers: readonly Thermometer[], upTimeS: () => number) {
  return new SnmpTable<Thermometer>(
    [
      { object: entry(1, "entPhySensorType", "Integer", "read-only"), read: () => CELSIUS },
      { object: entry(2, "entPhySensorScale", "Integer", "read-only"), read: () => UNITS },
      { object: entry(3, "entPhySensorPrecision", "Integer", "read-only"), read: () => PRECISION },
      {
        object: entry(4, "entPhySensorValue", "Integer", "read-only"),
        read: ({ meanCelsius, index }) => {
          const sway = SWAY_CELSIUS * Math.sin((2 * Math.PI * upTimeS()) / SWAY_S + index);
          return Math.round(10 ** PRECISION * (meanCelsius + sway));
        },
      },
      { object: entry(5, "entPhySensorOperStatus", "Integer", "read-only"), read: () => OK },
      {
        object: entry(6, "entPhySensorUnitsDisplay", "OctetString", "read-only"),
        read: () => "degrees Celsius",
      },
    ],
    thermometers.map((row) => ({ index: [row.index], row })),
  );
}
