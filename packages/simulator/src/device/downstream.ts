import { docsIfDownChannel, dsOfdmChan, IfType } from "@pnmlab/docsis-mib";
import type { Personality } from "../personality/personality.ts";
import { SnmpTable } from "../snmp/table.ts";

/** Channels that each MAC domain sends, in the channel plan of North America (ITU-T J.83 Annex B). */
const SC_QAM_CHANNELS = 16;
const FIRST_CENTER_HZ = 561_000_000;
const SPACING_HZ = 6_000_000;
const POWER_TENTH_DBMV = 480;
const QAM256 = 4;
const OFDM = { lowerHz: 690_000_000, upperHz: 882_000_000 };
/** Speed of 256-QAM in 6 MHz, and of 4096-QAM over the OFDM channel. */
const SC_QAM_BPS = 42_884_000;
const OFDM_BITS = 10;

/** A downstream channel and the interface that stands for it. */
export interface DownstreamChannel {
  kind: "scQam" | "ofdm";
  ifIndex: number;
  type: number;
  /** Counts from 1 in its MAC domain, as DOCSIS does. */
  channelId: number;
  lowerHz: number;
  upperHz: number;
  speedBps: number;
  name: string;
}

/** The downstream channels of a MAC domain. */
export function downstreamOf({ interfaces }: Personality, domain: number): DownstreamChannel[] {
  const scQam = Array.from({ length: SC_QAM_CHANNELS }, (_, c) => ({
    kind: "scQam" as const,
    ifIndex: interfaces.downstreamIfIndex(domain, c + 1),
    type: IfType.docsCableDownstream,
    channelId: c + 1,
    lowerHz: FIRST_CENTER_HZ + (c - 0.5) * SPACING_HZ,
    upperHz: FIRST_CENTER_HZ + (c + 0.5) * SPACING_HZ,
    speedBps: SC_QAM_BPS,
    name: `ds ${domain}.${c}`,
  }));
  const ofdm = {
    kind: "ofdm" as const,
    ifIndex: interfaces.ofdmDownIfIndex(domain),
    type: IfType.docsOfdmDownstream,
    channelId: SC_QAM_CHANNELS + 1,
    ...OFDM,
    speedBps: OFDM_BITS * (OFDM.upperHz - OFDM.lowerHz),
    name: `ds-ofdm ${domain}.${SC_QAM_CHANNELS}`,
  };
  return [...scQam, ofdm];
}

/** What a CMTS tells of its downstream channels: docsIfDownstreamChannelTable and docsIf31CmtsDsOfdmChanTable. */
export function downstreamTables(channels: readonly DownstreamChannel[]) {
  const rowsOf = (wanted: DownstreamChannel["kind"]) =>
    channels.filter(({ kind }) => kind === wanted).map((row) => ({ index: [row.ifIndex], row }));
  return [
    new SnmpTable<DownstreamChannel>(
      [
        { object: docsIfDownChannel.id, read: ({ channelId }) => channelId },
        { object: docsIfDownChannel.frequencyHz, read: ({ lowerHz, upperHz }) => (lowerHz + upperHz) / 2 },
        { object: docsIfDownChannel.widthHz, read: ({ lowerHz, upperHz }) => upperHz - lowerHz },
        { object: docsIfDownChannel.modulation, read: () => QAM256 },
        { object: docsIfDownChannel.powerTenthDbmv, read: () => POWER_TENTH_DBMV },
      ],
      rowsOf("scQam"),
    ),
    new SnmpTable<DownstreamChannel>(
      [
        { object: dsOfdmChan.channelId, read: ({ channelId }) => channelId },
        { object: dsOfdmChan.lowerBoundaryHz, read: ({ lowerHz }) => lowerHz },
        { object: dsOfdmChan.upperBoundaryHz, read: ({ upperHz }) => upperHz },
      ],
      rowsOf("ofdm"),
    ),
  ];
}
