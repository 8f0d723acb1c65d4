import {
  findPeaks,
  type LevelSpectrum,
  lowestPoint,
  type Peak,
  stepToPeak,
  trackPeak,
} from "@pnmlab/pnm-analysis";
import { binAt, binFrequencyHz } from "./frequency-axis.ts";
import type { LevelLine } from "./level-line.ts";
import type { LevelWatch } from "./level-watch.ts";
import { isInDb } from "./marker.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotAnswers, PlotQuestion } from "./plot-question.ts";
import { floorLevels, traceLevels, traceSpectrum } from "./trace-levels.ts";

/** Answers a question of the page out of the data of its picture. */
export function answerQuestion(
  question: Exclude<PlotQuestion, { kind: "snapshot" | "box" }>,
  data: PlotData,
  watch: LevelWatch,
): PlotAnswers[PlotQuestion["kind"]] {
  switch (question.kind) {
    case "peak":
      return peakOf(question, data);
    case "line":
      return lineOf(data, question.of === "floor" ? floorLevels(data) : traceLevels(data, question.of));
    case "bandPower":
      return watch.bandPower(question, data);
    case "levels":
      return watch.histories(data, question.columns);
  }
}

function peakOf(question: Extract<PlotQuestion, { kind: "peak" }>, data: PlotData): PlotAnswers["peak"] {
  const spectrum = traceSpectrum(data, question.trace);
  if (!spectrum) return undefined;
  const found = search(question, spectrum, data);
  return (
    found && {
      frequencyHz: binFrequencyHz(data.axis!, found.bin),
      levelDbmv: spectrum.levelsDbmv[found.bin]!,
    }
  );
}

function search(
  { step, fromHz, reachHz = Number.POSITIVE_INFINITY, ...options }: Extract<PlotQuestion, { kind: "peak" }>,
  spectrum: LevelSpectrum,
  data: PlotData,
): Peak | undefined {
  if (step === "lowest") return lowestPoint(spectrum);
  const { excursionDb } = options;
  // A threshold is a level, and says nothing of dB.
  const thresholdDbmv = isInDb(options.trace, data.traceOptions) ? undefined : options.thresholdDbmv;
  const peaks = findPeaks(spectrum, { excursionDb, ...(thresholdDbmv !== undefined && { thresholdDbmv }) });
  if (step === "nearest") return fromHz === undefined ? undefined : trackPeak(peaks, fromHz, reachHz);
  const bin = fromHz === undefined ? undefined : binAt(data.axis!, fromHz);
  const from =
    bin === undefined
      ? undefined
      : { bin, frequencyHz: binFrequencyHz(data.axis!, bin), levelDbmv: spectrum.levelsDbmv[bin]! };
  return stepToPeak(peaks, step, from);
}

function lineOf(data: PlotData, levels: ArrayLike<number> | undefined): LevelLine | undefined {
  if (!levels) return undefined;
  return Array.from(levels, (levelDbmv, bin) => ({
    frequencyHz: binFrequencyHz(data.axis!, bin),
    levelDbmv: Math.round(levelDbmv * 100) / 100,
  })).filter((point) => !Number.isNaN(point.levelDbmv));
}
