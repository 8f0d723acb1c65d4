/** Where the bins of a spectrum lie: bin n is centred on `firstBinHz + n * binSpacingHz`. */
export interface FrequencyAxis {
  firstBinHz: number;
  binSpacingHz: number;
  bins: number;
}

/** A closed range of frequencies in Hz. */
export interface FrequencyRange {
  startHz: number;
  stopHz: number;
}

/** The range that the bins cover, from the lower edge of the first to the upper edge of the last. */
export function coveredRange(axis: FrequencyAxis): FrequencyRange {
  const startHz = axis.firstBinHz - axis.binSpacingHz / 2;
  return { startHz, stopHz: startHz + axis.bins * axis.binSpacingHz };
}

/** Centre frequency of a bin in Hz. */
export function binFrequencyHz(axis: FrequencyAxis, bin: number): number {
  return axis.firstBinHz + bin * axis.binSpacingHz;
}

/** The bin that a frequency falls into, or undefined outside the covered range. */
export function binAt(axis: FrequencyAxis, frequencyHz: number): number | undefined {
  const bin = Math.round((frequencyHz - axis.firstBinHz) / axis.binSpacingHz);
  return bin >= 0 && bin < axis.bins ? bin : undefined;
}

export function sameAxis(a: FrequencyAxis, b: FrequencyAxis): boolean {
  return a.firstBinHz === b.firstBinHz && a.binSpacingHz === b.binSpacingHz && a.bins === b.bins;
}

/**
 * Which bins each pixel column shows: the bins whose centres lie in the column or, where a column is
 * narrower than a bin, the bin it falls into. A column outside the data has `first` -1.
 */
export interface ColumnBins {
  first: Int32Array;
  last: Int32Array;
}

export function columnBins(axis: FrequencyAxis, view: FrequencyRange, columns: number): ColumnBins {
  const first = new Int32Array(columns).fill(-1);
  const last = new Int32Array(columns).fill(-1);
  const hzPerColumn = (view.stopHz - view.startHz) / columns;
  for (let column = 0; column < columns; column += 1) {
    const startHz = view.startHz + column * hzPerColumn;
    const low = Math.max(0, Math.ceil((startHz - axis.firstBinHz) / axis.binSpacingHz - 1e-9));
    const high = Math.min(
      axis.bins - 1,
      Math.ceil((startHz + hzPerColumn - axis.firstBinHz) / axis.binSpacingHz - 1e-9) - 1,
    );
    if (low <= high) {
      first[column] = low;
      last[column] = high;
    } else {
      const nearest = binAt(axis, startHz + hzPerColumn / 2);
      if (nearest !== undefined) {
        first[column] = nearest;
        last[column] = nearest;
      }
    }
  }
  return { first, last };
}
