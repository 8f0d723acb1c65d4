import {
  effectiveValues,
  IfType,
  ifTable,
  instanceOid,
  isUsedBy,
  refusalsOf,
  system,
  type UtscChannelKind,
  type UtscProfile,
  type UtscRefusal,
  type UtscTriggerModeName,
  type UtscValues,
  type UtscWarning,
  warningsOf,
} from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, UtscRequest } from "@pnmlab/protocol";
import type {
  ChosenProfile,
  ModemFinder,
  RequestOptions,
  SnmpGateway,
  UtscProfileSource,
} from "../contracts.ts";
import { integerOf } from "../snmp/values.ts";
import { readUtscPort, type UtscPort } from "./capability.ts";

/** A request in front of its port and its CMTS, before anything is written. */
export interface SettledRequest {
  port: UtscPort;
  chosen: ChosenProfile;
  profile: UtscProfile;
  requested: UtscValues;
  /** What would be written, file name and RowStatus aside. */
  values: UtscValues;
  refusals: UtscRefusal[];
  warnings: UtscWarning[];
  /** sysUpTime of the CMTS; read only where a trigger goes by it. */
  upTimeTicks: number | undefined;
}

export interface SettleSurroundings {
  snmp: SnmpGateway;
  profiles: UtscProfileSource;
  modems: ModemFinder;
  /** Row of docsPnmBulkDataTransferCfgTable that is used where a request names none. */
  destinationIndex: number;
}

export interface PortAddress {
  cmtsId: string;
  target: SnmpTarget;
  rfPortIfIndex: number;
}

/**
 * Judges a request by the port's capability row and the vendor's profile, and fills in what it leaves out:
 * defaults, and the channel of a modem that was named by its MAC address. Sends GETs only.
 *
 * @throws PnmLabError `UTSC_PORT_UNKNOWN`, `UTSC_MODEM_UNKNOWN`, `UTSC_CHANNEL_UNKNOWN`; transport errors
 */
export async function settleRequest(
  around: SettleSurroundings,
  address: PortAddress,
  request: UtscRequest,
  options: RequestOptions = {},
): Promise<SettledRequest> {
  const { cmtsId, target, rfPortIfIndex } = address;
  const [port, chosen] = await Promise.all([
    readUtscPort(around.snmp, target, rfPortIfIndex, options),
    around.profiles.of(cmtsId, target),
  ]);
  const { profile } = chosen;
  const offer = { portName: port.name, ...port.capability };
  const channel = await resolveChannel(around, address, request, port.name, options);
  const requested: UtscValues = { ...request };
  const values = effectiveValues(profile, offer, {
    destinationIndex: around.destinationIndex,
    ...requested,
    ...(channel.ifIndex === undefined ? {} : { logicalChIfIndex: channel.ifIndex }),
  });
  const subject = { profile, offer, requested, effective: values, channelKind: channel.kind };
  const upTimeTicks =
    values.triggerMode === "timestamp" ? await readUpTime(around.snmp, target, options) : undefined;
  return {
    port,
    chosen,
    profile,
    requested,
    values,
    refusals: refusalsOf(subject),
    warnings: warningsOf(subject),
    upTimeTicks,
  };
}

async function readUpTime(
  snmp: SnmpGateway,
  target: SnmpTarget,
  options: RequestOptions,
): Promise<number | undefined> {
  const [answer] = await snmp.get(target, [instanceOid(system.sysUpTime)], options);
  return integerOf(answer?.value);
}

/**
 * The request with a refusal where its timestamp is past: such a time never comes, so no CMTS starts the test.
 * A test that was started in time goes on, so that this is for new ones alone.
 */
export function refusingPast(settled: SettledRequest): SettledRequest {
  return { ...settled, refusals: [...settled.refusals, ...pastTimestamp(settled)] };
}

function pastTimestamp({ values: { timestampTicks }, upTimeTicks }: SettledRequest): UtscRefusal[] {
  if (!timestampTicks || upTimeTicks === undefined || Number(timestampTicks) > upTimeTicks) return [];
  const text = "The sysUpTime of the CMTS at which to start is one that is still to come.";
  return [
    {
      field: "timestampTicks",
      rule: "timestampTicks.future",
      value: timestampTicks,
      message: `Timestamp ${Number(timestampTicks) / 100} s is past: the sysUpTime of the CMTS is ${upTimeTicks / 100} s.`,
      allowed: text,
      suggestion: null,
      source: {
        kind: "mib",
        name: "DOCS-PNM-MIB",
        citation: "docsPnmCmtsUtscCfgTimestamp, a future trigger time",
      },
    },
  ];
}

/**
 * Refuses a request that breaks a rule.
 *
 * @throws PnmLabError `UTSC_NOT_OFFERED`, which names the rule and what is allowed; all refusals in `details`
 */
export function requireAllowed({ refusals }: SettledRequest): void {
  const [first, ...others] = refusals;
  if (first === undefined) return;
  const further = others.length === 0 ? "" : ` (and ${others.map(({ field }) => field).join(", ")})`;
  const { field, rule, allowed, source } = first;
  throw new PnmLabError("UTSC_NOT_OFFERED", `${first.message}${further}`, {
    details: { field, rule, allowed, source, refusals },
  });
}

/** The channel that triggers, where one does: the user's, or the modem's on this port. */
async function resolveChannel(
  { snmp, modems }: SettleSurroundings,
  { cmtsId, target, rfPortIfIndex }: PortAddress,
  request: UtscRequest,
  portName: string,
  options: RequestOptions,
): Promise<{ ifIndex: number | undefined; kind: UtscChannelKind }> {
  const triggerMode: UtscTriggerModeName = request.triggerMode ?? "freeRunning";
  if (!isUsedBy("logicalChIfIndex", triggerMode)) return { ifIndex: undefined, kind: "none" };
  const { logicalChIfIndex, cmMacAddr } = request;
  if (logicalChIfIndex) {
    const kind = await channelKindOf(snmp, target, logicalChIfIndex, options);
    return { ifIndex: logicalChIfIndex, kind };
  }
  if (triggerMode !== "cmMac" || cmMacAddr === undefined || logicalChIfIndex === 0) {
    return { ifIndex: undefined, kind: "none" };
  }
  const modem = await modems.find(cmtsId, cmMacAddr);
  const channel = modem.channels.find((candidate) => candidate.rfPortIfIndex === rfPortIfIndex);
  if (channel !== undefined) return { ifIndex: channel.ifIndex, kind: channel.kind };
  const elsewhere = [...new Set(modem.channels.map(({ rfPortName }) => rfPortName).filter(Boolean))];
  throw new PnmLabError(
    "UTSC_MODEM_NOT_OFFERED",
    `modem ${cmMacAddr} has no upstream channel on ${portName}; ${elsewhere.length > 0 ? `it is on ${elsewhere.join(", ")}` : "nothing tells on which port it is, choose its channel by hand"}`,
    { details: { field: "cmMacAddr", rfPorts: modem.channels.map((one) => one.rfPortIfIndex) } },
  );
}

const SC_QAM: ReadonlySet<number> = new Set([IfType.docsCableUpstream, IfType.docsCableUpstreamChannel]);

async function channelKindOf(
  snmp: SnmpGateway,
  target: SnmpTarget,
  ifIndex: number,
  options: RequestOptions,
): Promise<UtscChannelKind> {
  const [answer] = await snmp.get(target, [instanceOid(ifTable.ifType, ifIndex)], options);
  const type = integerOf(answer?.value);
  if (type === IfType.docsOfdmaUpstream) return "ofdma";
  if (type !== undefined && SC_QAM.has(type)) return "scQam";
  throw new PnmLabError(
    "UTSC_CHANNEL_NOT_OFFERED",
    `interface ${ifIndex} is no upstream channel: its ifType is ${type ?? "absent"}, not 205 (SC-QAM) or 278 (OFDMA)`,
    { details: { field: "logicalChIfIndex" } },
  );
}
