import { IfType, ifNumber, ifStackStatus, ifTable, ifXTable } from "@pnmlab/docsis-mib";
import type { Personality } from "../personality/personality.ts";
import type { OfdmaPlan, PortPlan, ScQamPlan } from "../signal/plan.ts";
import { SnmpTable, scalars } from "../snmp/table.ts";
import { type WritableColumn, WritableTable } from "../snmp/writable-table.ts";
import { channelTables } from "./channel-tables.ts";
import { countAt } from "./codewords.ts";
import { type DownstreamChannel, downstreamOf, downstreamTables } from "./downstream.ts";
import { type ModemPort, receptionOf } from "./reception.ts";
import { signalQualityTable } from "./signal-quality.ts";

/** One row of the interface tables. */
interface Interface {
  ifIndex: number;
  type: number;
  descr: string;
  name: string;
  alias: string;
  speedBps: number;
  inOctetsPerS: number;
  inErrorsPerS: number;
}

/** An upstream channel with the interfaces that stand for it. */
interface UpstreamChannel {
  plan: ScQamPlan | OfdmaPlan;
  /** Upstream channel id of DOCSIS, unique in the device. */
  channelId: number;
  /** Interface that a manager names as logical channel: 205 of SC-QAM, 278 of OFDMA. */
  ifIndex: number;
}

/** An upstream RF port and what runs over it. */
export interface RfPort {
  /** Counted from 1. */
  number: number;
  ifIndex: number;
  plan: PortPlan;
  channels: UpstreamChannel[];
}

const UP = 1;
const STACK_ACTIVE = 1;
/** RF ports that one MAC domain spans. */
const PORTS_PER_DOMAIN = 2;

/** MAC domain of a port; both count from 1. */
export function domainOf(port: number): number {
  return Math.ceil(port / PORTS_PER_DOMAIN);
}

/** 64-QAM: 6 bits per symbol. */
const SC_QAM_BITS = 6;
/** 1024-QAM over the used part of the channel. */
const OFDMA_BITS = 10;
const MAX_ALIAS_OCTETS = 64;
/** A Counter32 goes round here. */
const COUNTER32 = 2 ** 32;

/** The ports of a device as its personality numbers them. */
export function layOutPorts(personality: Personality, plans: readonly PortPlan[]): RfPort[] {
  const { interfaces } = personality;
  let channelId = 0;
  return plans.map((plan, i) => {
    const number = i + 1;
    let ofdmaChannels = 0;
    return {
      number,
      ifIndex: interfaces.rfPortIfIndex(number),
      plan,
      channels: plan.channels.map((channel, c) => {
        channelId += 1;
        if (channel.kind === "ofdma") ofdmaChannels += 1;
        const ifIndex =
          channel.kind === "scQam"
            ? interfaces.logicalIfIndex(number, c + 1)
            : interfaces.ofdmaIfIndex(number, c + 1, ofdmaChannels);
        return { plan: channel, channelId, ifIndex };
      }),
    };
  });
}

/**
 * IF-MIB, docsIfSignalQualityTable and the tables of the channels of a device, upstream and downstream.
 */
export function interfaceTables(
  personality: Personality,
  ports: readonly ModemPort[],
  upTimeS: () => number,
) {
  const interfaces: Interface[] = [];
  const stack: [number, number][] = [];
  const domains = new Set<number>();
  const downstream: DownstreamChannel[] = [];
  for (const port of ports) {
    const domain = domainOf(port.number);
    const domainIfIndex = personality.interfaces.macDomainIfIndex(domain);
    if (!domains.has(domain)) {
      domains.add(domain);
      interfaces.push(row(domainIfIndex, IfType.docsCableMaclayer, `MAC domain ${domain}`, `md-${domain}`));
      stack.push([0, domainIfIndex]);
      for (const channel of downstreamOf(personality, domain)) {
        const { ifIndex, type, name, speedBps, kind } = channel;
        const descr = kind === "ofdm" ? "OFDM downstream channel" : "Downstream channel";
        downstream.push(channel);
        interfaces.push({ ...row(ifIndex, type, `${descr} ${name.split(" ")[1]}`, name), speedBps });
        stack.push([domainIfIndex, ifIndex], [ifIndex, 0]);
      }
    }
    interfaces.push({
      ...row(
        port.ifIndex,
        IfType.docsCableUpstreamRfPort,
        personality.interfaces.rfPortDescr(port.number),
        personality.interfaces.rfPortName(port.number),
      ),
      alias: port.plan.label,
    });
    stack.push([port.ifIndex, 0]);
    port.channels.forEach((channel, c) => {
      const name = `${port.number - 1}.${c}`;
      stack.push([domainIfIndex, channel.ifIndex]);
      if (channel.plan.kind === "ofdma") {
        const speedBps = OFDMA_BITS * (channel.plan.upperHz - channel.plan.lowerHz);
        interfaces.push({
          ...row(
            channel.ifIndex,
            IfType.docsOfdmaUpstream,
            personality.interfaces.ofdmaDescr?.(port.number, c + 1) ?? `OFDMA upstream channel ${name}`,
            `us-ofdma ${name}`,
          ),
          speedBps,
          inOctetsPerS: (channel.plan.utilization * speedBps) / 8,
        });
        stack.push([channel.ifIndex, port.ifIndex]);
        return;
      }
      const speedBps = (SC_QAM_BITS * channel.plan.widthHz) / 1.25;
      const traffic = {
        speedBps,
        inOctetsPerS: (channel.plan.utilization * speedBps) / 8,
        inErrorsPerS: receptionOf(channel.plan, port).codewords.uncorrectable,
      };
      const physical = personality.interfaces.physicalIfIndex(port.number, c + 1);
      interfaces.push(
        { ...row(physical, IfType.docsCableUpstream, `Upstream channel ${name}`, `us ${name}`), ...traffic },
        {
          ...row(
            channel.ifIndex,
            IfType.docsCableUpstreamChannel,
            `Upstream logical channel ${name}/0`,
            `us ${name}/0`,
          ),
          ...traffic,
        },
      );
      stack.push([channel.ifIndex, physical], [physical, port.ifIndex]);
    });
  }
  return [
    scalars(interfaces, [{ object: ifNumber, read: (rows) => rows.length }]),
    rowTable(interfaces, upTimeS),
    aliasTable(interfaces, upTimeS),
    new SnmpTable(
      [{ object: ifStackStatus, read: () => STACK_ACTIVE }],
      stack.map((pair) => ({ index: pair, row: pair })),
    ),
    signalQualityTable(personality, ports, upTimeS),
    ...channelTables(ports),
    ...downstreamTables(downstream),
  ];
}

function row(ifIndex: number, type: number, descr: string, name: string): Interface {
  return { ifIndex, type, descr, name, alias: "", speedBps: 0, inOctetsPerS: 0, inErrorsPerS: 0 };
}

function rowTable(interfaces: readonly Interface[], upTimeS: () => number): SnmpTable<Interface> {
  const none = new Uint8Array(0);
  return new SnmpTable(
    [
      { object: ifTable.ifIndex, read: (iface) => iface.ifIndex },
      { object: ifTable.ifDescr, read: (iface) => iface.descr },
      { object: ifTable.ifType, read: (iface) => iface.type },
      { object: ifTable.ifSpeed, read: (iface) => Math.min(iface.speedBps, 0xffff_ffff) },
      { object: ifTable.ifPhysAddress, read: () => none },
      { object: ifTable.ifAdminStatus, read: () => UP },
      { object: ifTable.ifOperStatus, read: () => UP },
      { object: ifTable.ifInDiscards, read: () => 0 },
      {
        object: ifTable.ifInErrors,
        read: (iface) => countAt(iface.inErrorsPerS, upTimeS()) % COUNTER32,
      },
      { object: ifTable.ifOutDiscards, read: () => 0 },
      { object: ifTable.ifOutErrors, read: () => 0 },
    ],
    interfaces.map((iface) => ({ index: [iface.ifIndex], row: iface })),
  );
}

function aliasTable(interfaces: readonly Interface[], upTimeS: () => number): WritableTable<Interface> {
  const columns: WritableColumn<Interface>[] = [
    { object: ifXTable.ifName, read: (iface) => iface.name },
    { object: ifXTable.ifHCInOctets, read: (iface) => countAt(iface.inOctetsPerS, upTimeS()) },
    // Upstream channels take in alone.
    { object: ifXTable.ifHCOutOctets, read: () => 0 },
    { object: ifXTable.ifHighSpeed, read: (iface) => Math.round(iface.speedBps / 1e6) },
    {
      object: ifXTable.ifAlias,
      read: (iface) => iface.alias,
      write: {
        refuses: (value) => ((value as Uint8Array).length > MAX_ALIAS_OCTETS ? "wrongLength" : undefined),
        assign(iface, value) {
          iface.alias = Buffer.from(value as Uint8Array).toString("utf8");
        },
      },
    },
  ];
  return new WritableTable(
    columns,
    { copy: (iface) => ({ ...iface }) },
    interfaces.map((iface) => ({ index: [iface.ifIndex], row: iface })),
  );
}
