/** Median; mean of the middle two of an even number, NaN of none. NaN values are left out. */
export function median(values: Iterable<number>): number {
  return quantileOf(values, 0.5);
}

/** Quantile with linear interpolation between order statistics; NaN values are left out. */
export function quantileOf(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}

/** Median of the distances to the median. */
export function medianDeviation(values: readonly number[] | Float64Array): number {
  const middle = median(values);
  return median(Float64Array.from(values, (value) => Math.abs(value - middle)));
}
