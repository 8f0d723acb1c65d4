/**
 * Median over a window of `width` values (odd) around each value. NaN stays NaN and bounds the window, so that
 * nothing is smoothed over a gap; towards a gap or an end the window shrinks.
 */
export function runningMedian(values: ArrayLike<number>, width: number): Float64Array {
  const half = (width - 1) >> 1;
  const medians = new Float64Array(values.length).fill(Number.NaN);
  let start = 0;
  while (start < values.length) {
    if (Number.isNaN(values[start]!)) {
      start += 1;
      continue;
    }
    let end = start;
    while (end < values.length && !Number.isNaN(values[end]!)) end += 1;
    for (let k = start; k < end; k++) {
      const reach = Math.min(half, k - start, end - 1 - k);
      medians[k] = medianOf(values, k - reach, k + reach + 1);
    }
    start = end;
  }
  return medians;
}

function medianOf(values: ArrayLike<number>, from: number, to: number): number {
  const window = new Float64Array(to - from);
  for (let k = from; k < to; k++) window[k - from] = values[k]!;
  return window.sort()[window.length >> 1]!;
}
