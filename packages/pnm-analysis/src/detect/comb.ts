/** What a comb test found. */
export interface CombResult {
  spacingHz: number;
  /** How far above the multiples of the spacing the teeth lie. */
  offsetHz: number;
  /** How far the teeth lie over what random offsets show, in standard deviations of those. */
  z: number;
  /** Teeth that lie in the searched bins. */
  teeth: number;
  /** Share of them over 6 dB. */
  share: number;
}

const STRONG_DB = 6;
/** Bins beside a tooth that belong to it. */
const TOOTH_BINS = 4;

/**
 * Looks for lines so far above multiples of `spacingHz` as the first of `offsetsHz` says: per tooth the largest excess within a bin to either side; their mean
 * against the mean at offsets on a grid of five bins away from the teeth and from those of the other `offsetsHz`.
 *
 * @param excessDb excess over the neighbours per bin; NaN where a bin must not be looked at
 */
export function combTest(
  excessDb: ArrayLike<number>,
  axis: { firstBinHz: number; binSpacingHz: number },
  spacingHz: number,
  [offsetHz = 0, ...otherOffsetsHz]: readonly number[] = [],
): CombResult {
  const spacingBins = spacingHz / axis.binSpacingHz;
  const zeroBin = (offsetHz - axis.firstBinHz) / axis.binSpacingHz;
  // Nothing beats at 0 Hz.
  const lowestTooth = Math.max(offsetHz > 0 ? 0 : 1, Math.ceil(-zeroBin / spacingBins));
  const others = otherOffsetsHz.map((other) => (other - offsetHz) / axis.binSpacingHz);
  const isOnAnother = (offset: number) =>
    others.some((other) => {
      const apart = Math.abs(offset - other) % spacingBins;
      return Math.min(apart, spacingBins - apart) < TOOTH_BINS;
    });
  const lastTooth = Math.floor((excessDb.length - 1 - zeroBin) / spacingBins);
  const measure = (offset: number) => {
    let sum = 0;
    let teeth = 0;
    let strong = 0;
    for (let n = lowestTooth; n <= lastTooth; n += 1) {
      const middle = Math.round(zeroBin + n * spacingBins + offset);
      let most = Number.NaN;
      for (let k = middle - 1; k <= middle + 1; k += 1) {
        const excess = excessDb[k] ?? Number.NaN;
        if (!(excess <= most)) most = Number.isNaN(excess) ? most : excess;
      }
      if (Number.isNaN(most)) continue;
      sum += most;
      teeth += 1;
      if (most > STRONG_DB) strong += 1;
    }
    return { mean: sum / teeth, teeth, share: strong / teeth };
  };
  const { mean, teeth, share } = measure(0);
  let n = 0;
  let nullMean = 0;
  let squares = 0;
  for (let offset = TOOTH_BINS; offset <= spacingBins - TOOTH_BINS; offset += 5) {
    if (isOnAnother(offset)) continue;
    const value = measure(offset).mean;
    if (Number.isNaN(value)) continue;
    n += 1;
    const change = value - nullMean;
    nullMean += change / n;
    squares += change * (value - nullMean);
  }
  const z = n < 2 ? Number.NaN : (mean - nullMean) / Math.sqrt(squares / (n - 1));
  return { spacingHz, offsetHz, z, teeth, share: teeth === 0 ? 0 : share };
}
