import { ifTable, ifXTable, instanceOid, utscCapab } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, UtscCapability } from "@pnmlab/protocol";
import type { RequestOptions, SnmpGateway } from "../contracts.ts";
import { utscCapabilityOf } from "../snmp/utsc-capability.ts";
import { Readings } from "../snmp/values.ts";

/** An upstream RF port as far as a session needs to know it. */
export interface UtscPort {
  ifIndex: number;
  name: string;
  capability: UtscCapability;
}

/**
 * Name and capability of a port, in one GET.
 *
 * @throws PnmLabError `UTSC_PORT_UNKNOWN` where the CMTS has no capability row for it
 */
export async function readUtscPort(
  snmp: SnmpGateway,
  target: SnmpTarget,
  ifIndex: number,
  options: RequestOptions = {},
): Promise<UtscPort> {
  const index = [ifIndex];
  const objects = [
    utscCapab.triggerMode,
    utscCapab.outputFormat,
    utscCapab.window,
    utscCapab.description,
    ifXTable.ifName,
    ifTable.ifDescr,
  ];
  const readings = new Readings(
    await snmp.get(
      target,
      objects.map((object) => instanceOid(object, ifIndex)),
      options,
    ),
  );
  if (readings.octets(utscCapab.triggerMode, index) === undefined) {
    throw new PnmLabError(
      "UTSC_PORT_UNKNOWN",
      `interface ${ifIndex} of ${target.host} has no UTSC capability row (docsPnmCmtsUtscCapabTable): it is no RF port that can capture`,
    );
  }
  return {
    ifIndex,
    name:
      readings.text(ifXTable.ifName, index) ||
      readings.text(ifTable.ifDescr, index) ||
      `interface ${ifIndex}`,
    capability: utscCapabilityOf({
      triggerMode: readings.value(utscCapab.triggerMode, index),
      outputFormat: readings.value(utscCapab.outputFormat, index),
      window: readings.value(utscCapab.window, index),
      description: readings.value(utscCapab.description, index),
    }),
  };
}
