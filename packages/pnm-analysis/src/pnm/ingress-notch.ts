import { median } from "../measure/quantile.ts";
import { runningMedian } from "../running-median.ts";

/** A stretch of subcarriers whose MER lies under the rest. */
export interface MerNotch {
  lowerHz: number;
  upperHz: number;
  /** Of a suck-out at its deepest, of a mobile carrier the usual one over its width. */
  depthDb: number;
  /** Width of the wider flank, from 20 to 80 % of the depth. */
  edgeHz: number;
  /** Steep flanks and the width of a mobile channel speak for a radio service, round ones for the path. */
  kind: "mobile" | "suckOut";
  /** Mobile bands that overlap it by 70 % and more. */
  bands: readonly string[];
}

const SMOOTHED = 21;
const DIP_DB = 3;
const BRIDGED_HZ = 0.5e6;
const LEAST_HZ = 1e6;
const STEEP_HZ = 1e6;
/** Occupied width of LTE channels, 0.9 of 1.4, 3, 5, 10, 15, 20 MHz, to a tenth. */
const MOBILE_WIDTHS_HZ = [1.26e6, 2.7e6, 4.5e6, 9e6, 13.5e6, 18e6];

const MOBILE_BANDS_MHZ: readonly (readonly [string, number, number])[] = [
  ["n71 DL", 617, 652],
  ["n71 UL", 663, 698],
  ["B12/17 UL", 699, 716],
  ["B28 UL", 703, 748],
  ["B12/17 DL", 729, 746],
  ["B13 DL", 746, 756],
  ["B14 DL", 758, 768],
  ["B28 DL", 758, 803],
  ["B13 UL", 777, 787],
  ["B14 UL", 788, 798],
  ["B20 DL", 791, 821],
  ["B5/26 UL", 814, 849],
  ["B20 UL", 832, 862],
  ["B5/26 DL", 859, 894],
  ["B8 UL", 880, 915],
  ["B8 DL", 925, 960],
];

/** Notches of an RxMER trace on an even grid: a median over 21 subcarriers, 3 dB under the median of all. */
export function findMerNotches(merDb: ArrayLike<number>, firstHz: number, stepHz: number): MerNotch[] {
  const smooth = runningMedian(merDb, SMOOTHED);
  const usual = median(smooth);
  const runs: [number, number][] = [];
  for (let k = 0; k < smooth.length; k += 1) {
    if (!(smooth[k]! < usual - DIP_DB)) continue;
    const last = runs.at(-1);
    if (last && (k - last[1]) * stepHz <= BRIDGED_HZ) last[1] = k;
    else runs.push([k, k]);
  }
  return runs
    .filter(([first, last]) => (last - first + 1) * stepHz >= LEAST_HZ)
    .map(([first, last]) => notchOf(smooth, usual, first, last, firstHz, stepHz));
}

function notchOf(
  smooth: Float64Array,
  usual: number,
  first: number,
  last: number,
  firstHz: number,
  stepHz: number,
): MerNotch {
  const depthDb = usual - median(smooth.subarray(first, last + 1));
  const flank = (from: number, step: 1 | -1) => {
    let k = from;
    while (k > 0 && k < smooth.length - 1 && smooth[k]! < usual - 0.2 * depthDb) k -= step;
    const start = k;
    while (k > 0 && k < smooth.length - 1 && smooth[k]! > usual - 0.8 * depthDb) k += step;
    return Math.abs(k - start) * stepHz;
  };
  const edgeHz = Math.max(flank(first, 1), flank(last, -1));
  const lowerHz = firstHz + first * stepHz;
  const upperHz = firstHz + (last + 1) * stepHz;
  const widthHz = upperHz - lowerHz;
  const isMobileWidth = MOBILE_WIDTHS_HZ.some((width) => Math.abs(widthHz - width) <= 0.1 * width);
  const bands = MOBILE_BANDS_MHZ.filter(([, from, to]) => {
    const overlapHz = Math.min(upperHz, to * 1e6) - Math.max(lowerHz, from * 1e6);
    return overlapHz >= 0.7 * widthHz;
  }).map(([name]) => name);
  const isMobile = isMobileWidth && bands.length > 0 && edgeHz <= STEEP_HZ;
  return {
    lowerHz,
    upperHz,
    depthDb: isMobile ? depthDb : usual - lowestOf(smooth.subarray(first, last + 1)),
    edgeHz,
    kind: isMobile ? "mobile" : "suckOut",
    bands: isMobile ? bands : [],
  };
}

function lowestOf(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
