import { octetsFromBits, utscCapab } from "@pnmlab/docsis-mib";
import { UTSC_FORMATS } from "@pnmlab/pnm-codec";
import type { Personality } from "../personality/personality.ts";
import { SnmpTable } from "../snmp/table.ts";

/** docsPnmCmtsUtscCapabTable, with a row per ifIndex that can stand in the index of a configuration. */
export function capabilityTable(personality: Personality, ifIndices: readonly number[]): SnmpTable<number> {
  const { triggerModes, outputFormats, windows, description } = personality.capabilities;
  // Bit numbers: the configuration's value less 1, but for the format, which has no other(..) member.
  const triggerBits = octetsFromBits(
    triggerModes.map((value) => value - 1),
    2,
  );
  const formatBits = octetsFromBits(outputFormats.map((format) => UTSC_FORMATS[format].code));
  const windowBits = octetsFromBits(windows.map((value) => value - 1));
  return new SnmpTable(
    [
      { object: utscCapab.triggerMode, read: () => triggerBits },
      { object: utscCapab.outputFormat, read: () => formatBits },
      { object: utscCapab.window, read: () => windowBits },
      { object: utscCapab.description, read: () => description },
    ],
    ifIndices.map((ifIndex) => ({ index: [ifIndex], row: ifIndex })),
  );
}
