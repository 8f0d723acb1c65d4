import type { FrequencyAxis } from "./frequency-axis.ts";

/** A spectrum that was put by to compare with, on the axis it was taken on. */
export interface ReferenceSpectrum {
  /** Centre of each bin, Hz, ascending. */
  frequenciesHz: Float64Array;
  levelsDbmv: Float32Array;
  label: string;
}

/** The levels of a spectrum on another axis, linear between its points; NaN outside of them. */
export function onAxis(reference: ReferenceSpectrum, axis: FrequencyAxis): Float32Array {
  const { frequenciesHz, levelsDbmv } = reference;
  const out = new Float32Array(axis.bins).fill(Number.NaN);
  const last = frequenciesHz.length - 1;
  let place = 0;
  for (let bin = 0; bin < axis.bins; bin += 1) {
    const frequencyHz = axis.firstBinHz + bin * axis.binSpacingHz;
    while (place < last && frequenciesHz[place + 1]! <= frequencyHz) place += 1;
    const from = frequenciesHz[place]!;
    if (frequencyHz === from) out[bin] = levelsDbmv[place]!;
    else if (frequencyHz > from && place < last) {
      const share = (frequencyHz - from) / (frequenciesHz[place + 1]! - from);
      out[bin] = levelsDbmv[place]! + share * (levelsDbmv[place + 1]! - levelsDbmv[place]!);
    }
  }
  return out;
}

/** A trace of the picture as a reference. */
export function referenceOf(
  axis: FrequencyAxis,
  levels: ArrayLike<number>,
  label: string,
): ReferenceSpectrum {
  return {
    frequenciesHz: Float64Array.from(
      { length: axis.bins },
      (_, bin) => axis.firstBinHz + bin * axis.binSpacingHz,
    ),
    levelsDbmv: Float32Array.from(levels),
    label,
  };
}

const LEAST_POINTS = 2;

/**
 * Reads a trace out of text: the first column is the frequency, in Hz or MHz, the second the level in dBmV; lines
 * that begin with no number are heads and remarks. Commas, semicolons and tabs part columns.
 *
 * @throws Error that says what is wrong with the text
 */
export function parseReference(text: string, label: string): ReferenceSpectrum {
  const points: { frequency: number; level: number }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const columns = line.split(/[;\t]|,(?!\d+[;\t])/).map((column) => column.trim());
    const [frequency, level] = [Number(columns[0]), Number(columns[1])];
    if (columns[0] === "" || columns[1] === undefined || columns[1] === "") continue;
    if (Number.isFinite(frequency) && Number.isFinite(level)) points.push({ frequency, level });
  }
  if (points.length < LEAST_POINTS) {
    throw new Error("no trace in this file: lines of frequency and level, parted by commas, are looked for");
  }
  points.sort((a, b) => a.frequency - b.frequency);
  // No upstream bin lies below 100 kHz, none above 10 GHz: smaller numbers are MHz.
  const unit = points.at(-1)!.frequency < 10_000 ? 1e6 : 1;
  return {
    frequenciesHz: Float64Array.from(points, ({ frequency }) => frequency * unit),
    levelsDbmv: Float32Array.from(points, ({ level }) => level),
    label,
  };
}
