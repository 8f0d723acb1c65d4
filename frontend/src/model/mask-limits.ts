import {
  bandPlanOf,
  type LevelSpectrum,
  type LimitMask,
  maskAroundTrace,
  maskFromPlan,
  maskFromPoints,
} from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { binFrequencyHz, type FrequencyAxis } from "./frequency-axis.ts";
import { orderedLine } from "./level-line.ts";
import type { MaskSource } from "./mask-spec.ts";

/** A channel reaches this share of its width further, where its edge and the window smear it. */
const BESIDE_SHARE = 0.03;
/** Narrower stretches are what is left beside a channel at the end of the spectrum. */
const LEAST_BINS = 3;

/** Bins [first, end) of a mask that pass or fail together. */
export interface MaskBand {
  label: string;
  first: number;
  end: number;
}

/** The limits of a mask on an axis. */
export function limitsOf(
  source: MaskSource,
  axis: FrequencyAxis,
  channels: readonly UpstreamChannel[],
  noiseBandwidthHz: number,
): LimitMask {
  const spectrum = spectrumOn(axis);
  switch (source.from) {
    case "points":
      return maskFromPoints(spectrum, orderedLine(source.points));
    case "floor":
    case "reference": {
      const base = maskFromPoints(spectrum, orderedLine(source.line)).upperDbmv;
      const lowerDb = source.from === "reference" ? source.lowerDb : undefined;
      return maskAroundTrace(base, {
        ...(source.upperDb !== undefined && { upperDb: source.upperDb }),
        ...(lowerDb !== undefined && { lowerDb }),
      });
    }
    case "plan": {
      const plan = bandPlanOf(channels);
      const measured = new Map(source.measured.map(({ ifIndex, dbmvPerHz }) => [String(ifIndex), dbmvPerHz]));
      const known = plan.channels.map((channel) => ({
        ...channel,
        expectedDbmvPerHz: channel.expectedDbmvPerHz ?? measured.get(channel.id),
      }));
      return maskFromPlan(spectrum, { ...plan, channels: known }, { ...source, noiseBandwidthHz });
    }
  }
}

/**
 * The bands that a mask is judged by: channels that touch are one, and so is what lies between them. Only
 * stretches that have a limit count.
 */
export function bandsOfMask(
  limits: LimitMask,
  axis: FrequencyAxis,
  channels: readonly UpstreamChannel[],
): MaskBand[] {
  const labels = Array.from({ length: axis.bins }, (_, bin) =>
    channelsAt(channels, binFrequencyHz(axis, bin)),
  );
  const bands: MaskBand[] = [];
  const names = new Map<MaskBand, Set<string>>();
  for (let bin = 0; bin < axis.bins; bin += 1) {
    if (Number.isNaN(limits.upperDbmv[bin]!) && Number.isNaN(limits.lowerDbmv[bin]!)) continue;
    const here = labels[bin]!;
    let band = bands.at(-1);
    const isNext = band?.end === bin && names.get(band)!.size > 0 === here.length > 0;
    if (!band || !isNext) {
      band = { label: "", first: bin, end: bin };
      bands.push(band);
      names.set(band, new Set());
    }
    band.end = bin + 1;
    for (const name of here) names.get(band)!.add(name);
  }
  const wide = bands.filter(({ first, end }) => end - first >= LEAST_BINS);
  return wide.map((band) => ({ ...band, label: [...names.get(band)!].join(", ") }));
}

function channelsAt(channels: readonly UpstreamChannel[], frequencyHz: number): string[] {
  return channels
    .filter(({ lowerFrequencyHz, upperFrequencyHz }) => {
      const besideHz = BESIDE_SHARE * (upperFrequencyHz - lowerFrequencyHz);
      return frequencyHz >= lowerFrequencyHz - besideHz && frequencyHz <= upperFrequencyHz + besideHz;
    })
    .map(({ name }) => name);
}

/** The axis in the form of the package; its levels say no more than how many bins there are. */
function spectrumOn({ firstBinHz, binSpacingHz, bins }: FrequencyAxis): LevelSpectrum {
  return { levelsDbmv: new Float32Array(bins), firstBinHz, binSpacingHz };
}
