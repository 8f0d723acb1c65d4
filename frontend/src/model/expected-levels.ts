import { bandPlanOf, dbOfPower, SC_QAM_ROLL_OFF } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";

/** A stretch of the spectrum in which a channel is expected at one level per bin while it sends. */
export interface ExpectedLevel {
  startHz: number;
  stopHz: number;
  levelDbmv: number;
}

/**
 * Levels that the CMTS sets, as they stand in bins of a bandwidth: where SC-QAM is flat, and between the excluded
 * bands of OFDMA. Channels whose level it does not tell have none.
 */
export function expectedLevels(
  channels: readonly UpstreamChannel[],
  resolutionBandwidthHz: number,
): ExpectedLevel[] {
  if (resolutionBandwidthHz <= 0) return [];
  return bandPlanOf(channels).channels.flatMap(
    ({ kind, lowerHz, upperHz, expectedDbmvPerHz, excludedHz = [] }) => {
      if (expectedDbmvPerHz === undefined) return [];
      const levelDbmv = expectedDbmvPerHz + dbOfPower(resolutionBandwidthHz);
      const middleHz = (lowerHz + upperHz) / 2;
      const flatHz = ((upperHz - lowerHz) * (1 - SC_QAM_ROLL_OFF)) / (1 + SC_QAM_ROLL_OFF);
      const ends = kind === "scQam" ? [middleHz - flatHz / 2, middleHz + flatHz / 2] : [lowerHz, upperHz];
      const edges = [ends[0]!, ...excludedHz.flat(), ends[1]!];
      const stretches: ExpectedLevel[] = [];
      for (let i = 0; i < edges.length; i += 2) {
        const [startHz, stopHz] = [edges[i]!, edges[i + 1]!];
        if (stopHz > startHz) stretches.push({ startHz, stopHz, levelDbmv });
      }
      return stretches;
    },
  );
}
