import {
  docsIfDownChannel,
  docsIfUpChannel,
  dsOfdmChan,
  IfType,
  ifStackStatus,
  ifTable,
  ifXTable,
  indexOf,
  type MibObject,
  UTSC_OBJECTS_OID,
  usOfdmaChan,
  utscCapab,
} from "@pnmlab/docsis-mib";
import type { DownstreamCarrier } from "@pnmlab/pnm-analysis";
import type {
  RfPort,
  SnmpTarget,
  SnmpValue,
  UpstreamChannel,
  UtscCapability,
  Varbind,
} from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { utscCapabilityOf } from "../snmp/utsc-capability.ts";
import { integerOf, textOf } from "../snmp/values.ts";
import { withChannelDetails } from "./channel-details.ts";

/** A walk of a large CCAP's interface table takes its time. */
const WALK_DEADLINE_MS = 20_000;

export interface ReadPorts {
  rfPorts: RfPort[];
  /** Downstream channels of the MAC domains that a port's channels belong to, by the port; the lowest first. */
  downstream: ReadonlyMap<number, readonly DownstreamCarrier[]>;
}

/** docsPnmCmtsUtscCapabEntry. */
const CAPABILITY_ENTRY_OID = `${UTSC_OBJECTS_OID}.1.1`;

/**
 * Upstream RF ports of a CMTS with their UTSC capability and their channels, in table walks. What the channels
 * are set to is read once it is known of which kind they are.
 *
 * A port is an interface of ifType docsCableUpstreamRfPort(256), or any interface with a UTSC capability
 * row: some vendors key the table by interfaces of another type. Channels are found by climbing
 * ifStackTable from the port (RFC 4546: 205 above 129 above the port; DOCS-IF31-MIB: 278 above the port). The
 * downstream of a port is that of the MAC domains (127) that its channels are below.
 */
export async function readRfPorts(snmp: SnmpGateway, target: SnmpTarget): Promise<ReadPorts> {
  const walk = (oid: string) => snmp.walk(target, oid, { deadlineMs: WALK_DEADLINE_MS });
  const column = async (object: MibObject) => columnOf(object, await walk(object.oid));
  const [
    types,
    descriptions,
    interfaceNames,
    aliases,
    capabilities,
    stack,
    frequencies,
    widths,
    lower,
    upper,
    downstream,
  ] = await Promise.all([
    column(ifTable.ifType),
    column(ifTable.ifDescr),
    column(ifXTable.ifName),
    column(ifXTable.ifAlias),
    walk(CAPABILITY_ENTRY_OID),
    walk(ifStackStatus.oid),
    column(docsIfUpChannel.frequencyHz),
    column(docsIfUpChannel.widthHz),
    column(usOfdmaChan.lowerBoundaryHz),
    column(usOfdmaChan.upperBoundaryHz),
    readDownstream(column),
  ]);

  const capabilityByPort = capabilitiesOf(capabilities);
  const higher = higherLayers(stack);
  const typeOf = (ifIndex: number) => integerOf(types.get(ifIndex));
  const nameOf = (ifIndex: number) =>
    textOf(interfaceNames.get(ifIndex)) || textOf(descriptions.get(ifIndex)) || `interface ${ifIndex}`;

  const channelAt = (ifIndex: number): UpstreamChannel | undefined => {
    const name = nameOf(ifIndex);
    const lowerHz = integerOf(lower.get(ifIndex));
    const upperHz = integerOf(upper.get(ifIndex));
    if (lowerHz !== undefined && upperHz !== undefined && upperHz > lowerHz) {
      return { ifIndex, name, kind: "ofdma", lowerFrequencyHz: lowerHz, upperFrequencyHz: upperHz };
    }
    const centerHz = integerOf(frequencies.get(ifIndex));
    const widthHz = integerOf(widths.get(ifIndex));
    if (!centerHz || !widthHz) return undefined;
    // A physical channel and the logical channel above it both have a row: the logical one is shown.
    const isShownAbove =
      typeOf(ifIndex) === IfType.docsCableUpstream &&
      (higher.get(ifIndex) ?? []).some((above) => integerOf(frequencies.get(above)));
    if (isShownAbove) return undefined;
    const lowerFrequencyHz = centerHz - Math.round(widthHz / 2);
    return { ifIndex, name, kind: "scQam", lowerFrequencyHz, upperFrequencyHz: lowerFrequencyHz + widthHz };
  };

  const ports = [...types.keys()].filter((ifIndex) => typeOf(ifIndex) === IfType.docsCableUpstreamRfPort);
  const rfPorts = [...new Set([...ports, ...capabilityByPort.keys()])]
    .sort((a, b) => a - b)
    .map((ifIndex) => ({
      ifIndex,
      name: nameOf(ifIndex),
      description: textOf(descriptions.get(ifIndex)) ?? "",
      alias: textOf(aliases.get(ifIndex)) ?? "",
      utsc: capabilityByPort.get(ifIndex) ?? null,
      channels: interfacesAbove(ifIndex, higher, typeOf)
        .map(channelAt)
        .filter((channel) => channel !== undefined)
        .sort((a, b) => a.lowerFrequencyHz - b.lowerFrequencyHz),
    }));
  const lowerLayers = lowerLayersOf(higher);
  const detailed = await withChannelDetails(
    rfPorts.flatMap(({ channels }) => channels),
    walk,
    lowerLayers,
  );
  const downstreamOf = (port: RfPort) => {
    const domains = port.channels
      .flatMap(({ ifIndex }) => higher.get(ifIndex) ?? [])
      .filter((above) => typeOf(above) === IfType.docsCableMaclayer);
    const below = new Set([...new Set(domains)].flatMap(lowerLayers));
    return [...below]
      .flatMap((ifIndex) => downstream.get(ifIndex) ?? [])
      .sort((a, b) => a.lowerHz - b.lowerHz);
  };
  return {
    rfPorts: rfPorts.map((port) => ({
      ...port,
      channels: port.channels.map((channel) => detailed.get(channel.ifIndex) ?? channel),
    })),
    downstream: new Map(rfPorts.map((port) => [port.ifIndex, downstreamOf(port)])),
  };
}

/** Downstream channels by interface. Those of a CMTS that does not tell them are left out: the ports do without. */
async function readDownstream(
  column: (object: MibObject) => Promise<Map<number, SnmpValue>>,
): Promise<Map<number, DownstreamCarrier>> {
  const patient = (object: MibObject) => column(object).catch(() => new Map<number, SnmpValue>());
  const [frequencies, widths, lower, upper] = await Promise.all([
    patient(docsIfDownChannel.frequencyHz),
    patient(docsIfDownChannel.widthHz),
    patient(dsOfdmChan.lowerBoundaryHz),
    patient(dsOfdmChan.upperBoundaryHz),
  ]);
  const channels = new Map<number, DownstreamCarrier>();
  for (const [ifIndex, frequency] of frequencies) {
    const centerHz = integerOf(frequency);
    const widthHz = integerOf(widths.get(ifIndex));
    if (centerHz && widthHz)
      channels.set(ifIndex, { lowerHz: centerHz - widthHz / 2, upperHz: centerHz + widthHz / 2 });
  }
  for (const [ifIndex, boundary] of lower) {
    const lowerHz = integerOf(boundary);
    const upperHz = integerOf(upper.get(ifIndex));
    if (lowerHz && upperHz && upperHz > lowerHz) channels.set(ifIndex, { lowerHz, upperHz });
  }
  return channels;
}

/** Values of a column indexed by ifIndex alone. */
function columnOf(object: MibObject, varbinds: readonly Varbind[]): Map<number, SnmpValue> {
  const values = new Map<number, SnmpValue>();
  for (const { oid, value } of varbinds) {
    const [ifIndex, ...rest] = indexOf(object, oid) ?? [];
    if (ifIndex !== undefined && rest.length === 0) values.set(ifIndex, value);
  }
  return values;
}

/** A port whose trigger mode has no bit set cannot capture although it has a row. */
function capabilitiesOf(varbinds: readonly Varbind[]): Map<number, UtscCapability> {
  const formats = columnOf(utscCapab.outputFormat, varbinds);
  const windows = columnOf(utscCapab.window, varbinds);
  const descriptions = columnOf(utscCapab.description, varbinds);
  const capabilities = new Map<number, UtscCapability>();
  for (const [ifIndex, triggerMode] of columnOf(utscCapab.triggerMode, varbinds)) {
    const capability = utscCapabilityOf({
      triggerMode,
      outputFormat: formats.get(ifIndex),
      window: windows.get(ifIndex),
      description: descriptions.get(ifIndex),
    });
    if (capability.triggerModes.length > 0) capabilities.set(ifIndex, capability);
  }
  return capabilities;
}

/** For each interface those stacked directly above it. */
function higherLayers(varbinds: readonly Varbind[]): Map<number, number[]> {
  const higher = new Map<number, number[]>();
  for (const { oid } of varbinds) {
    const [above, below] = indexOf(ifStackStatus, oid) ?? [];
    // 0 stands for "nothing" above or below.
    if (above && below) higher.set(below, [...(higher.get(below) ?? []), above]);
  }
  return higher;
}

/** For an interface those that it is stacked on directly. */
function lowerLayersOf(higher: ReadonlyMap<number, number[]>): (ifIndex: number) => number[] {
  const lower = new Map<number, number[]>();
  for (const [below, aboves] of higher) {
    for (const above of aboves) lower.set(above, [...(lower.get(above) ?? []), below]);
  }
  return (ifIndex) => lower.get(ifIndex) ?? [];
}

/** Everything stacked above a port. The MAC layer is not passed: above it lie the channels of other ports too. */
function interfacesAbove(
  port: number,
  higher: ReadonlyMap<number, number[]>,
  typeOf: (ifIndex: number) => number | undefined,
): number[] {
  const found = new Set<number>();
  const next = [port];
  for (let ifIndex = next.pop(); ifIndex !== undefined; ifIndex = next.pop()) {
    for (const above of higher.get(ifIndex) ?? []) {
      if (found.has(above) || typeOf(above) === IfType.docsCableMaclayer) continue;
      found.add(above);
      next.push(above);
    }
  }
  return [...found];
}
