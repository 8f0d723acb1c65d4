import {
  type AverageMode,
  bandPower,
  dbOfPower,
  isSameBandwidth,
  LOG_AVERAGE_BIAS_DB,
  noiseShiftDb,
} from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { formatBandwidth, formatSigned } from "./format.ts";
import type { LevelLine, LinePoint } from "./level-line.ts";
import type { MaskSource, MeasuredChannel } from "./mask-spec.ts";
import type { PlotReport } from "./plot-report.ts";

/**
 * Density of the channels that the CMTS expects no level of, measured in the average trace, for a mask of the
 * plan. A channel outside of the spectrum has none.
 *
 * @param averageMode how that trace is made: the signal of a channel reads low in a mean of dB, as noise does
 */
export function measuredChannels(
  report: Pick<PlotReport, "averageDbmv" | "startHz" | "stopHz" | "binSpacingHz" | "resolutionBandwidthHz">,
  channels: readonly UpstreamChannel[],
  averageMode: AverageMode,
): MeasuredChannel[] {
  const { averageDbmv, binSpacingHz, startHz, stopHz } = report;
  const spectrum = { levelsDbmv: averageDbmv, firstBinHz: startHz + binSpacingHz / 2, binSpacingHz };
  const biasDb = averageMode === "log" ? LOG_AVERAGE_BIAS_DB : 0;
  const enbwBins = noiseBandwidthOf(report) / binSpacingHz;
  return channels.flatMap(({ ifIndex, lowerFrequencyHz, upperFrequencyHz, expectedLevel }) => {
    if (expectedLevel || lowerFrequencyHz < startHz || upperFrequencyHz > stopHz) return [];
    const { powerDbmv } = bandPower(spectrum, lowerFrequencyHz, upperFrequencyHz, enbwBins);
    return [{ ifIndex, dbmvPerHz: powerDbmv - biasDb - dbOfPower(upperFrequencyHz - lowerFrequencyHz) }];
  });
}

/** Noise bandwidth of a bin; the spacing where a file does not say. */
export function noiseBandwidthOf({
  resolutionBandwidthHz,
  binSpacingHz,
}: Pick<PlotReport, "resolutionBandwidthHz" | "binSpacingHz">): number {
  return resolutionBandwidthHz || binSpacingHz;
}

/** That a mask is judged at another noise bandwidth than it was made at; undefined where it is not. */
export function bandwidthWords(source: MaskSource, judgedAtHz: number): string | undefined {
  if (source.from === "points" || source.noiseBandwidthHz === undefined) return undefined;
  const { noiseBandwidthHz: madeAtHz } = source;
  if (isSameBandwidth({ resolutionBandwidthHz: madeAtHz }, { resolutionBandwidthHz: judgedAtHz })) {
    return undefined;
  }
  const shift = formatSigned(noiseShiftDb(source, judgedAtHz), 1);
  return `Made at ${formatBandwidth(madeAtHz)}, judged at ${formatBandwidth(judgedAtHz)}: ${shift} dB for noise.`;
}

/** A line with a point more, or with that at the same frequency moved. */
export function withPoint(line: LevelLine, point: LinePoint): LinePoint[] {
  return [...line.filter(({ frequencyHz }) => frequencyHz !== point.frequencyHz), point].toSorted(
    (a, b) => a.frequencyHz - b.frequencyHz,
  );
}

/** A name that no other mask has: `plan +6 dB`, `plan +6 dB 2`. */
export function freeName(wanted: string, taken: readonly { name: string }[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.some((other) => other.name === name)) return name;
  }
}
