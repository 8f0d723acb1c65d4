/** Values from here on may be where a converter stops: at +-32767, or with its lowest bits empty. */
const NEAR_FULL_SCALE = (0x8000 * 63) / 64;

/**
 * Share of integers that stand at either end of their range: clipped time samples, saturated bins. Signed integers that
 * come near both ends have theirs where the largest and the smallest of them repeat, because converters also stop at
 * +-32767, or leave the lowest bits empty.
 *
 * @param isLevel the lower end is no end of a swing, as that of levels in dB; unsigned integers have it so anyway
 */
export function clippedShare(samples: Int16Array | Uint16Array | Uint32Array, isLevel = false): number {
  if (samples.length === 0) return 0;
  if (samples instanceof Int16Array && !isLevel) return clippedSwings(samples) / samples.length;
  const end = samples instanceof Int16Array ? 0x7fff : samples instanceof Uint16Array ? 0xffff : 0xffff_ffff;
  let clipped = 0;
  for (let k = 0; k < samples.length; k += 1) if (samples[k]! >= end) clipped += 1;
  return clipped / samples.length;
}

function clippedSwings(samples: Int16Array): number {
  let most = -0x8000;
  let least = 0x7fff;
  let atMost = 0;
  let atLeast = 0;
  for (let k = 0; k < samples.length; k += 1) {
    const value = samples[k]!;
    if (value >= most) {
      atMost = value === most ? atMost + 1 : 1;
      most = value;
    }
    if (value <= least) {
      atLeast = value === least ? atLeast + 1 : 1;
      least = value;
    }
  }
  const isSwing = most >= NEAR_FULL_SCALE && least <= -NEAR_FULL_SCALE;
  const isUpperEnd = most === 0x7fff || (isSwing && atMost > 1);
  const isLowerEnd = least === -0x8000 || (isSwing && atLeast > 1);
  return (isUpperEnd ? atMost : 0) + (isLowerEnd ? atLeast : 0);
}
