import {
  cmtsModulationType,
  docsIfUpChannel,
  expectedRxPowerTenthDbmv,
  IntervalUsageCode,
  indexOf,
  type MibObject,
  SubcarrierType,
  usOfdmaChan,
  usOfdmaSubcarrierType,
  valueName,
} from "@pnmlab/docsis-mib";
import { symbolRateOfWidth } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel, Varbind } from "@pnmlab/protocol";
import { integerOf } from "../snmp/values.ts";

/** What the tables say of a channel beyond where it lies; a CMTS fills some of them. */
type ChannelDetails = Pick<UpstreamChannel, "channelId" | "modulation" | "excludedHz" | "expectedLevel">;

type Walk = (oid: string) => Promise<Varbind[]>;

/** The target power of OFDMA is that in this bandwidth (DOCS-IF31-MIB). */
const OFDMA_REFERENCE_HZ = 1_600_000;
/** A burst of data in a profile for SC-QAM, the one of DOCSIS 2.0 and later before that of 1.x. */
const DATA_USAGE_CODES = [IntervalUsageCode.advPhyLongData, IntervalUsageCode.longData];
const TYPES: Readonly<Record<string, string>> = {
  tdma: "TDMA",
  atdma: "ATDMA",
  scdma: "S-CDMA",
  tdmaAndAtdma: "TDMA and ATDMA",
};

/**
 * Fills in what else the CMTS tells of its channels. Tables of a kind of channel that is not there are not
 * walked; what a CMTS does not fill or refuses to tell is left out.
 *
 * @param lowerLayers interfaces directly below one: some fill docsIf3CmtsSignalQualityExtTable by physical channel
 */
export async function withChannelDetails(
  channels: readonly UpstreamChannel[],
  walk: Walk,
  lowerLayers: (ifIndex: number) => readonly number[],
): Promise<Map<number, UpstreamChannel>> {
  // The channels are known already: a table that cannot be read takes nothing from them.
  const patient: Walk = (oid) => walk(oid).catch(() => []);
  const isThere = (kind: UpstreamChannel["kind"]) => channels.some((channel) => channel.kind === kind);
  const [scQam, ofdma] = await Promise.all([
    isThere("scQam") ? readScQam(patient, lowerLayers) : undefined,
    isThere("ofdma") ? readOfdma(patient) : undefined,
  ]);
  return new Map(
    channels.map((channel) => {
      const details = (channel.kind === "scQam" ? scQam : ofdma)?.(channel) ?? {};
      return [channel.ifIndex, { ...channel, ...details }];
    }),
  );
}

type DetailsOf = (channel: UpstreamChannel) => ChannelDetails;

async function readScQam(
  walk: Walk,
  lowerLayers: (ifIndex: number) => readonly number[],
): Promise<DetailsOf> {
  const [ids, types, profiles, expected, modulations] = await Promise.all([
    column(walk, docsIfUpChannel.id),
    column(walk, docsIfUpChannel.type),
    column(walk, docsIfUpChannel.modulationProfile),
    column(walk, expectedRxPowerTenthDbmv),
    column(walk, cmtsModulationType),
  ]);
  const modulationOf = (profile: number) => {
    for (const usageCode of DATA_USAGE_CODES) {
      const modulation = modulations.get(`${profile}.${usageCode}`);
      if (modulation !== undefined) return qamOf(valueName(cmtsModulationType, modulation));
    }
    return undefined;
  };
  return ({ ifIndex, lowerFrequencyHz, upperFrequencyHz }) => {
    const type = types.get(`${ifIndex}`);
    const profile = profiles.get(`${ifIndex}`);
    const words = [
      type === undefined ? undefined : TYPES[valueName(docsIfUpChannel.type, type) ?? ""],
      profile === undefined ? undefined : modulationOf(profile),
    ].filter((word) => word !== undefined);
    const tenthDbmv = [ifIndex, ...lowerLayers(ifIndex)].map((at) => expected.get(`${at}`)).find(isGiven);
    return {
      ...idOf(ids.get(`${ifIndex}`)),
      ...(words.length > 0 && { modulation: words.join(" ") }),
      ...(tenthDbmv !== undefined && {
        expectedLevel: {
          dbmv: tenthDbmv / 10,
          bandwidthHz: symbolRateOfWidth(upperFrequencyHz - lowerFrequencyHz),
        },
      }),
    };
  };
}

async function readOfdma(walk: Walk): Promise<DetailsOf> {
  const [ids, targets, spacings, prefixes, zeros, ends, types] = await Promise.all([
    column(walk, usOfdmaChan.channelId),
    column(walk, usOfdmaChan.targetRxPowerTenthDbmv),
    column(walk, usOfdmaChan.subcarrierSpacingKhz),
    column(walk, usOfdmaChan.cyclicPrefix),
    column(walk, usOfdmaChan.subcarrierZeroHz),
    column(walk, usOfdmaSubcarrierType.endSubcarrier),
    column(walk, usOfdmaSubcarrierType.type),
  ]);
  const groups = subcarrierGroups(ends, types);
  return (channel) => {
    const key = `${channel.ifIndex}`;
    const spacingKhz = spacings.get(key);
    const prefix = prefixes.get(key);
    const target = targets.get(key);
    const zeroHz = zeros.get(key);
    const own = groups.get(channel.ifIndex);
    return {
      ...idOf(ids.get(key)),
      ...(spacingKhz !== undefined && {
        modulation: `OFDMA ${spacingKhz} kHz${prefix === undefined ? "" : `, prefix ${prefix}`}`,
      }),
      ...(target !== undefined && {
        expectedLevel: { dbmv: target / 10, bandwidthHz: OFDMA_REFERENCE_HZ },
      }),
      ...(own &&
        zeroHz !== undefined &&
        spacingKhz !== undefined && { excludedHz: silentBands(channel, own, zeroHz, 1000 * spacingKhz) }),
    };
  };
}

interface SubcarrierGroup {
  first: number;
  last: number;
  isSilent: boolean;
}

/** Groups by channel, lowest first; one without an end or with an end before its start says nothing. */
function subcarrierGroups(
  ends: ReadonlyMap<string, number>,
  types: ReadonlyMap<string, number>,
): Map<number, SubcarrierGroup[]> {
  const groups = new Map<number, SubcarrierGroup[]>();
  for (const [index, type] of types) {
    const [ifIndex, first] = index.split(".").map(Number);
    const last = ends.get(index);
    if (ifIndex === undefined || first === undefined || last === undefined || last < first) continue;
    const own = groups.get(ifIndex) ?? [];
    groups.set(ifIndex, own);
    own.push({ first, last, isSilent: type !== SubcarrierType.data });
  }
  for (const own of groups.values()) own.sort((a, b) => a.first - b.first);
  return groups;
}

/** Bands of the channel that excluded and unused subcarriers fill; each reaches half a spacing to either side. */
function silentBands(
  { lowerFrequencyHz, upperFrequencyHz }: UpstreamChannel,
  groups: readonly SubcarrierGroup[],
  zeroHz: number,
  spacingHz: number,
): [number, number][] {
  const bands: [number, number][] = [];
  for (const { first, last, isSilent } of groups) {
    if (!isSilent) continue;
    const fromHz = Math.max(lowerFrequencyHz, Math.round(zeroHz + (first - 0.5) * spacingHz));
    const toHz = Math.min(upperFrequencyHz, Math.round(zeroHz + (last + 0.5) * spacingHz));
    if (toHz <= fromHz) continue;
    const previous = bands.at(-1);
    if (previous && fromHz <= previous[1]) previous[1] = Math.max(previous[1], toHz);
    else bands.push([fromHz, toHz]);
  }
  return bands;
}

/** Integers of a column by their index. */
async function column(walk: Walk, object: MibObject): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (const { oid, value } of await walk(object.oid)) {
    const index = indexOf(object, oid);
    const number = integerOf(value);
    if (index && number !== undefined) values.set(index.join("."), number);
  }
  return values;
}

function idOf(channelId: number | undefined): ChannelDetails {
  return channelId === undefined ? {} : { channelId };
}

function isGiven(value: number | undefined): value is number {
  return value !== undefined;
}

/** `qam64` as people write it. */
function qamOf(name: string | undefined): string | undefined {
  if (name === "qpsk") return "QPSK";
  return name?.startsWith("qam") ? `${name.slice(3)}-QAM` : undefined;
}
