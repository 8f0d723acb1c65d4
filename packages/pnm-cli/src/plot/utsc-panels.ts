import { AnalysisError, utscFrameLevels } from "@pnmlab/pnm-analysis";
import { PnmDecodeError, type UtscRecord, utscLevelsDb } from "@pnmlab/pnm-codec";
import type { FigureSeries, Panel } from "./figure.ts";

/** Levels of one result set before the greatest of all; for time samples their spectrum above them. */
export function utscPanels(base: Panel, record: UtscRecord, frame: number): Panel[] {
  const [first] = base.series;
  if (first === undefined) return [base];
  if (record.outputFormat === "timeIQ" || record.outputFormat === "rawAdc") {
    return [
      ...spectrumOfSamples(record, frame),
      { ...base, y: { label: "Sample", unit: "counts" }, height: 0.7 },
    ];
  }
  if (record.frames === 1) return [base];
  const greatest: FigureSeries = {
    ...first,
    name: `Greatest of ${record.frames} result sets`,
    y: greatestLevels(record),
    isBackground: true,
  };
  return [{ ...base, series: [greatest, { ...first, name: `Result set ${frame + 1}` }] }];
}

function greatestLevels(record: UtscRecord): Float32Array {
  const greatest = new Float32Array(record.bins).fill(Number.NEGATIVE_INFINITY);
  const levels = new Float32Array(record.bins);
  for (let frame = 0; frame < record.frames; frame++) {
    utscLevelsDb(record, frame, { out: levels });
    for (let k = 0; k < record.bins; k++) greatest[k] = Math.max(greatest[k]!, levels[k]!);
  }
  return greatest;
}

/** None where the file does not say enough for a frequency axis. */
function spectrumOfSamples(record: UtscRecord, frame: number): Panel[] {
  try {
    const { levelsDbmv, firstBinHz, binSpacingHz, uncalibrated } = utscFrameLevels(record, frame);
    return [
      {
        title: "Spectrum of the samples (Blackman-Harris window)",
        x: { label: "Frequency", unit: "Hz" },
        y: { label: "Level", unit: uncalibrated ? "dB" : "dBmV" },
        series: [
          {
            name: "Level",
            form: "line",
            x: Float64Array.from(levelsDbmv, (_, k) => firstBinHz + k * binSpacingHz),
            y: levelsDbmv,
          },
        ],
        excluded: [],
      },
    ];
  } catch (error) {
    if (error instanceof AnalysisError || error instanceof PnmDecodeError) return [];
    throw error;
  }
}
