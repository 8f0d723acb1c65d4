import {
  cmtsModulationType,
  docsIfUpChannel,
  expectedRxPowerTenthDbmv,
  IntervalUsageCode,
  SubcarrierType,
  usOfdmaChan,
  usOfdmaSubcarrierType,
} from "@pnmlab/docsis-mib";
import { MINISLOT_HZ } from "@pnmlab/pnm-analysis";
import { minislotEdgesHz, type OfdmaPlan, type ScQamPlan } from "../signal/plan.ts";
import { SnmpTable } from "../snmp/table.ts";
import type { RfPort } from "./interfaces.ts";

const ATDMA = 2;
const MODULATION_PROFILE = 1;
const QPSK = 2;
const QAM64 = 6;
/** What the modulation profile of all SC-QAM channels sends in the intervals of each usage code. */
const MODULATIONS: readonly (readonly [usageCode: number, modulation: number])[] = [
  [IntervalUsageCode.request, QPSK],
  [IntervalUsageCode.initialRanging, QPSK],
  [IntervalUsageCode.periodicRanging, QPSK],
  [IntervalUsageCode.advPhyShortData, QAM64],
  [IntervalUsageCode.advPhyLongData, QAM64],
  [IntervalUsageCode.ugs, QAM64],
];

/** Subcarrier 0 lies this far below the lowest that is sent: subcarrier 74 of 2K, 148 of 4K (DOCS-IF31-MIB). */
const BELOW_FIRST_ACTIVE_HZ = 3_700_000;

/** A channel with how the device numbers it. */
export interface Listed<Plan> {
  plan: Plan;
  channelId: number;
  ifIndex: number;
}

/**
 * What a CMTS tells of its upstream channels: docsIfUpstreamChannelTable, docsIfCmtsModulationTable,
 * docsIf3CmtsSignalQualityExtTable, docsIf31CmtsUsOfdmaChanTable and its subcarriers by type.
 */
export function channelTables(ports: readonly RfPort[]) {
  const channels = ports.flatMap((port) => port.channels);
  const scQam = channels.flatMap(({ plan, ...rest }) => (plan.kind === "scQam" ? [{ plan, ...rest }] : []));
  const ofdma = channels.flatMap(({ plan, ...rest }) => (plan.kind === "ofdma" ? [{ plan, ...rest }] : []));
  return [
    scQamTable(scQam),
    new SnmpTable<number>(
      [{ object: cmtsModulationType, read: (modulation) => modulation }],
      MODULATIONS.map(([usageCode, row]) => ({ index: [MODULATION_PROFILE, usageCode], row })),
    ),
    expectedPowerTable(scQam),
    ofdmaTable(ofdma),
    subcarrierTable(ofdma),
  ];
}

/** A CMTS has a row per logical channel, not per physical one (RFC 4546, docsIfUpstreamChannelEntry). */
function scQamTable(channels: readonly Listed<ScQamPlan>[]) {
  return new SnmpTable<Listed<ScQamPlan>>(
    [
      { object: docsIfUpChannel.id, read: ({ channelId }) => channelId },
      { object: docsIfUpChannel.frequencyHz, read: ({ plan }) => plan.centerHz },
      { object: docsIfUpChannel.widthHz, read: ({ plan }) => plan.widthHz },
      { object: docsIfUpChannel.modulationProfile, read: () => MODULATION_PROFILE },
      { object: docsIfUpChannel.type, read: () => ATDMA },
    ],
    channels.map((channel) => ({ index: [channel.ifIndex], row: channel })),
  );
}

function expectedPowerTable(channels: readonly Listed<ScQamPlan>[]) {
  return new SnmpTable<Listed<ScQamPlan>>(
    [{ object: expectedRxPowerTenthDbmv, read: ({ plan }) => Math.round(10 * plan.powerDbmv) }],
    channels.map((channel) => ({ index: [channel.ifIndex], row: channel })),
  );
}

function ofdmaTable(channels: readonly Listed<OfdmaPlan>[]) {
  return new SnmpTable<Listed<OfdmaPlan>>(
    [
      {
        object: usOfdmaChan.targetRxPowerTenthDbmv,
        read: ({ plan }) => Math.round(10 * plan.powerDbmvPer1600Khz),
      },
      { object: usOfdmaChan.lowerBoundaryHz, read: ({ plan }) => plan.lowerHz },
      { object: usOfdmaChan.upperBoundaryHz, read: ({ plan }) => plan.upperHz },
      { object: usOfdmaChan.subcarrierSpacingKhz, read: ({ plan }) => plan.subcarrierSpacingKhz },
      { object: usOfdmaChan.cyclicPrefix, read: ({ plan }) => plan.cyclicPrefixSamples },
      { object: usOfdmaChan.symbolsPerFrame, read: ({ plan }) => plan.symbolsPerFrame },
      { object: usOfdmaChan.rollOffPeriod, read: ({ plan }) => plan.rollOffSamples },
      { object: usOfdmaChan.utilizationPercent, read: ({ plan }) => Math.round(100 * plan.utilization) },
      { object: usOfdmaChan.channelId, read: ({ channelId }) => channelId },
      { object: usOfdmaChan.subcarrierZeroHz, read: ({ plan }) => plan.lowerHz - BELOW_FIRST_ACTIVE_HZ },
    ],
    channels.map((channel) => ({ index: [channel.ifIndex], row: channel })),
  );
}

/** Subcarriers of one type from the first to the last. */
export interface SubcarrierGroup {
  first: number;
  last: number;
  type: number;
}

function subcarrierTable(channels: readonly Listed<OfdmaPlan>[]) {
  return new SnmpTable<SubcarrierGroup>(
    [
      { object: usOfdmaSubcarrierType.endSubcarrier, read: ({ last }) => last },
      { object: usOfdmaSubcarrierType.type, read: ({ type }) => type },
    ],
    channels.flatMap(({ plan, ifIndex }) =>
      subcarrierGroups(plan).map((group) => ({ index: [ifIndex, group.first], row: group })),
    ),
  );
}

/** Neighbours of one type together: those in excluded bands, and the rest of minislots that these touch. */
function subcarrierGroups(plan: OfdmaPlan): SubcarrierGroup[] {
  const spacingHz = 1000 * plan.subcarrierSpacingKhz;
  const used = minislotEdgesHz(plan);
  const groups: SubcarrierGroup[] = [];
  for (let frequencyHz = plan.lowerHz; frequencyHz < plan.upperHz; frequencyHz += spacingHz) {
    const subcarrier = Math.round((frequencyHz - plan.lowerHz + BELOW_FIRST_ACTIVE_HZ) / spacingHz);
    let type: number = SubcarrierType.unused;
    if (used.some((edgeHz) => frequencyHz >= edgeHz && frequencyHz < edgeHz + MINISLOT_HZ)) {
      type = SubcarrierType.data;
    } else if (plan.excludedHz.some(([fromHz, toHz]) => frequencyHz >= fromHz && frequencyHz <= toHz)) {
      type = SubcarrierType.excluded;
    }
    const group = groups.at(-1);
    if (group?.type === type) group.last = subcarrier;
    else groups.push({ first: subcarrier, last: subcarrier, type });
  }
  return groups;
}
