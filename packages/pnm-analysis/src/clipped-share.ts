/**
 * Share of integers that stand at either end of their range: clipped time samples, saturated bins.
 *
 * @param isLevel the lower end is no end of a swing, as that of levels in dB; unsigned integers have it so anyway
 */
export function clippedShare(samples: Int16Array | Uint16Array | Uint32Array, isLevel = false): number {
  const isSigned = samples instanceof Int16Array;
  const most = isSigned ? 0x7fff : samples instanceof Uint16Array ? 0xffff : 0xffff_ffff;
  const least = isSigned && !isLevel ? -0x8000 : Number.NEGATIVE_INFINITY;
  let clipped = 0;
  for (let k = 0; k < samples.length; k += 1) {
    if (samples[k]! >= most || samples[k]! <= least) clipped += 1;
  }
  return samples.length === 0 ? 0 : clipped / samples.length;
}
