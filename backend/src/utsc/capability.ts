import { ifTable, ifXTable, instanceOid, utscCapab } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, UtscCapability, UtscRequest, UtscWindow } from "@pnmlab/protocol";
import type { RequestOptions, SnmpGateway } from "../contracts.ts";
import { utscCapabilityOf } from "../snmp/utsc-capability.ts";
import { Readings } from "../snmp/values.ts";

/** An upstream RF port as far as a session needs to know it. */
export interface UtscPort {
  ifIndex: number;
  name: string;
  capability: UtscCapability;
}

/** Low side lobes first: a strong carrier must not hide its neighbours. */
const WINDOW_PREFERENCE: readonly UtscWindow[] = [
  "hann",
  "blackmanHarris",
  "hamming",
  "rectangular",
  "flatTop",
  "gaussian",
  "chebyshev",
  "other",
];

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

/**
 * Refuses what the port does not offer, before anything is written; gives the window to use.
 *
 * @throws PnmLabError `UTSC_NOT_OFFERED`, whose message names what is offered
 */
export function checkRequest(request: UtscRequest, { name, capability }: UtscPort): UtscWindow {
  requireOffered(name, "trigger mode", "freeRunning", capability.triggerModes);
  requireOffered(name, "output format", request.outputFormat, capability.outputFormats);
  const lowestHz = request.centerFrequencyHz - request.spanHz / 2;
  if (lowestHz < 0) {
    throw new PnmLabError(
      "UTSC_NOT_OFFERED",
      `a span of ${request.spanHz} Hz around ${request.centerFrequencyHz} Hz begins below 0 Hz; a centre of ${Math.ceil(request.spanHz / 2)} Hz or more is possible`,
      { details: { field: "centerFrequencyHz" } },
    );
  }
  if (request.window !== undefined) {
    requireOffered(name, "window", request.window, capability.windows);
    return request.window;
  }
  const window = WINDOW_PREFERENCE.find((candidate) => capability.windows.includes(candidate));
  if (window === undefined) requireOffered(name, "window", "rectangular", capability.windows);
  return window ?? "rectangular";
}

function requireOffered(portName: string, what: string, wanted: string, offered: readonly string[]): void {
  if (offered.includes(wanted)) return;
  throw new PnmLabError(
    "UTSC_NOT_OFFERED",
    `${portName} does not offer the ${what} ${wanted}; it offers ${offered.length === 0 ? "none" : offered.join(", ")}`,
    { details: { field: what, wanted, offered: [...offered] } },
  );
}
