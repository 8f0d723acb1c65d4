import type { DepthSource, ExclusionFigures } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { exclusionsOf } from "./channel-words.ts";
import { formatMhz, formatNumber } from "./format.ts";

const NO_BREAK_SPACE = "\u00a0";
const WHY_NONE: Record<Exclude<DepthSource, "measured" | "bound">, string> = {
  silent: "no minislot beside it has sent",
  tooNarrow: "too narrow for a depth",
  otherChannel: "another channel lies in it",
  notShown: "outside the span",
};

/** A line for each excluded band of an OFDMA channel with how far it lies under the minislots beside it. */
export function exclusionLines(
  channel: UpstreamChannel,
  figures: readonly ExclusionFigures[] | undefined,
): string[] {
  if (!figures || figures.length === 0) return [exclusionsOf(channel)];
  return figures.map(
    (band) => `${formatMhz(band.lowerHz)}–${formatMhz(band.upperHz)} MHz: ${depthWords(band)}`,
  );
}

function depthWords({ depthDb, depthSource }: ExclusionFigures): string {
  if (depthSource !== "measured" && depthSource !== "bound") return WHY_NONE[depthSource];
  const wayWords = depthDb <= 0 ? "down" : "up";
  const words = `${depthSource === "bound" ? "at least " : ""}${formatNumber(Math.abs(depthDb), 0)} dB ${wayWords}`;
  // Where a line is too long for its place, it breaks behind the band.
  return words.replaceAll(" ", NO_BREAK_SPACE);
}
