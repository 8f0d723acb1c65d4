import { fftOf } from "../fft.ts";
import { dbOfPower } from "../units.ts";

/** Figures of the taps of an upstream pre-equalizer, in dB. */
export interface TapFigures {
  /** Main tap compression, total over main. */
  mainTapCompressionDb: number;
  /** Main tap over the rest. */
  mainTapRatioDb: number;
  /** All but the main tap over the total. */
  nonMainToTotalDb: number;
  preMainToTotalDb: number;
  postMainToTotalDb: number;
  /** After the main tap over before it. */
  postToPreDb: number;
}

/**
 * @param taps real and imaginary part interleaved, in any scale
 * @param mainTap number of the main tap, counted from 1 as the files do
 */
export function tapFigures(taps: ArrayLike<number>, mainTap: number): TapFigures {
  let pre = 0;
  let main = 0;
  let post = 0;
  for (let k = 0; k < taps.length >> 1; k += 1) {
    const energy = taps[2 * k]! ** 2 + taps[2 * k + 1]! ** 2;
    if (k + 1 < mainTap) pre += energy;
    else if (k + 1 === mainTap) main = energy;
    else post += energy;
  }
  const total = pre + main + post;
  return {
    mainTapCompressionDb: dbOfPower(total / main),
    mainTapRatioDb: dbOfPower(main / (total - main)),
    nonMainToTotalDb: dbOfPower((pre + post) / total),
    preMainToTotalDb: dbOfPower(pre / total),
    postMainToTotalDb: dbOfPower(post / total),
    postToPreDb: dbOfPower(post / pre),
  };
}

const RESPONSE_POINTS = 256;

/**
 * Response of the channel that the taps undo, `1 / W`, in dB on 256 points over one symbol rate times taps per symbol,
 * the middle of the channel at point 128.
 */
export function channelResponseDb(taps: ArrayLike<number>): Float64Array {
  const re = new Float64Array(RESPONSE_POINTS);
  const im = new Float64Array(RESPONSE_POINTS);
  for (let k = 0; k < taps.length >> 1; k += 1) {
    re[k] = taps[2 * k]!;
    im[k] = taps[2 * k + 1]!;
  }
  fftOf(RESPONSE_POINTS).forward(re, im);
  return Float64Array.from({ length: RESPONSE_POINTS }, (_, i) => {
    const k = (i + RESPONSE_POINTS / 2) % RESPONSE_POINTS;
    return -20 * Math.log10(Math.hypot(re[k]!, im[k]!));
  });
}

/**
 * Taps that undo one echo of relative amplitude `rho`, `steps` taps later: `1, -rho, rho^2 ...` at multiples of the
 * delay, as many as fit.
 */
export function tapsAgainstEcho(rho: number, steps: number, mainTap = 8, count = 24): Float64Array {
  const taps = new Float64Array(2 * count);
  let value = 1;
  for (let k = mainTap - 1; k < count; k += steps) {
    taps[2 * k] = value;
    value *= -rho;
  }
  return taps;
}
