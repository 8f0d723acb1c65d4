/**
 * Group delay in seconds of complex coefficients on a grid: `-(1/2 pi) dphi/df` as central differences,
 * one-sided at the ends of a run, with the mean over all runs subtracted, because a device's timing fixes
 * the absolute delay. Steps between neighbours are taken as angles within half a turn, so that delays are
 * unambiguous up to `1 / (2 * stepHz)`.
 *
 * @param iq I and Q interleaved in any scale; a pair of zeros ends a run and gives NaN.
 */
export function groupDelayS(iq: ArrayLike<number>, stepHz: number): Float64Array {
  const count = iq.length >> 1;
  const delays = new Float64Array(count).fill(Number.NaN);
  if (!(stepHz > 0)) return delays;
  const perRadian = -1 / (2 * Math.PI * stepHz);
  const isPresent = (k: number) => k >= 0 && k < count && (iq[2 * k] !== 0 || iq[2 * k + 1] !== 0);
  /** Angle from coefficient k to the next one; NaN where one of them is missing. */
  const turn = (k: number) => {
    if (!isPresent(k) || !isPresent(k + 1)) return Number.NaN;
    const [i0, q0, i1, q1] = [iq[2 * k]!, iq[2 * k + 1]!, iq[2 * k + 2]!, iq[2 * k + 3]!];
    return Math.atan2(q1 * i0 - i1 * q0, i1 * i0 + q1 * q0);
  };
  let sum = 0;
  let measured = 0;
  let before = Number.NaN;
  for (let k = 0; k < count; k++) {
    const after = turn(k);
    const slope = Number.isNaN(before) ? after : Number.isNaN(after) ? before : (before + after) / 2;
    before = after;
    if (Number.isNaN(slope)) continue;
    delays[k] = slope * perRadian;
    sum += delays[k]!;
    measured += 1;
  }
  const mean = measured === 0 ? 0 : sum / measured;
  return delays.map((delay) => delay - mean);
}
