import type { UtscReadingComparison, UtscReadingFigures } from "@pnmlab/protocol";
import { formatCount, formatMhz, formatNumber } from "./format.ts";

/** One figure of all readings of a capture, in the order of the readings. */
export interface ReadingRow {
  label: string;
  values: string[];
}

const NOT_READABLE = "not readable";

/** What the readings of one capture give, beside each other. */
export function readingRows({ readings, uncalibrated, noiseStepDb }: UtscReadingComparison): ReadingRow[] {
  const unit = uncalibrated ? "dB" : "dBmV";
  const noise = noiseStepDb === null ? "" : ` (noise: ${formatNumber(noiseStepDb, 1)})`;
  const row = (label: string, text: (figures: UtscReadingFigures) => string): ReadingRow => ({
    label,
    values: readings.map(({ figures }) => (figures ? text(figures) : NOT_READABLE)),
  });
  const rows = [
    row(`Median of the bins, ${unit}`, ({ medianDbmv }) => formatNumber(medianDbmv, 1)),
    row(`Mean power, ${unit}`, ({ meanDbmv }) => formatNumber(meanDbmv, 1)),
    row(`Peak, ${unit}`, ({ peakDbmv }) => formatNumber(peakDbmv, 1)),
    row("Peak at, MHz", ({ peakHz }) => formatMhz(peakHz)),
    row("First bin, MHz", ({ firstBinHz }) => formatMhz(firstBinHz)),
    row("Span, MHz", ({ spanHz }) => formatMhz(spanHz)),
    row("Bins", ({ bins }) => formatCount(bins)),
    row(`Neighbours differ by, dB${noise}`, ({ stepDb }) => formatNumber(stepDb, stepDb < 10 ? 2 : 0)),
  ];
  if (uncalibrated) return rows;
  return [
    ...rows,
    row(
      "Bins outside −100 to +70 dBmV",
      ({ implausibleShare }) => `${formatNumber(100 * implausibleShare, 1)} %`,
    ),
  ];
}
