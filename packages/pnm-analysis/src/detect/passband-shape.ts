import { type Line, lineAt, robustLine } from "../measure/slope.ts";

/** Share of the band at its upper end in which a roll-off shows. */
const EDGE_SHARE = 0.05;
const SUCK_OUT_HZ: readonly [number, number] = [1e6, 60e6];

export interface Dip {
  f0Hz: number;
  /** Width at half of the depth. */
  widthHz: number;
  /** Positive. */
  depthDb: number;
}

export interface PassbandShape {
  line: Line;
  /** Rise of the line from the lowest to the highest frequency; negative falls. */
  tiltDb: number;
  /** How far the last 5 % of the band lie under the line. */
  rollOffDb: number;
  suckOut: Dip | undefined;
}

/**
 * Tilt, roll-off and suck-out of the response of a path: measured over expected level at rising frequencies, only where
 * something is known. The line is a Theil-Sen one, so that a dip does not pull it.
 *
 * @param dipDb residual under which a dip begins
 */
export function passbandShape(
  frequenciesHz: ArrayLike<number>,
  responseDb: ArrayLike<number>,
  dipDb = 3,
): PassbandShape | undefined {
  const { length } = responseDb;
  if (length < 8) return undefined;
  const [lowestHz, highestHz] = [frequenciesHz[0]!, frequenciesHz[length - 1]!];
  const line = robustLine(frequenciesHz, responseDb);
  const rest = Float64Array.from({ length }, (_, k) => responseDb[k]! - lineAt(line, frequenciesHz[k]!));
  const edgeHz = highestHz - EDGE_SHARE * (highestHz - lowestHz);
  let edgeSum = 0;
  let edgeCount = 0;
  for (let k = 0; k < length; k += 1) {
    if (frequenciesHz[k]! < edgeHz || Number.isNaN(rest[k]!)) continue;
    edgeSum += rest[k]!;
    edgeCount += 1;
  }
  return {
    line,
    tiltDb: line.slopeDbPerHz * (highestHz - lowestHz),
    rollOffDb: edgeCount === 0 ? 0 : -edgeSum / edgeCount,
    suckOut: deepestDip(frequenciesHz, rest, dipDb),
  };
}

/** The deepest dip that returns on both sides. */
function deepestDip(frequenciesHz: ArrayLike<number>, rest: Float64Array, dipDb: number): Dip | undefined {
  let best: Dip | undefined;
  let start = -1;
  for (let k = 0; k <= rest.length; k += 1) {
    const isLow = k < rest.length && rest[k]! < -dipDb;
    if (isLow && start < 0) start = k;
    if (isLow || start < 0) continue;
    const dip = start > 0 && k < rest.length ? dipOf(frequenciesHz, rest, start, k) : undefined;
    start = -1;
    if (!dip || dip.widthHz < SUCK_OUT_HZ[0] || dip.widthHz > SUCK_OUT_HZ[1]) continue;
    if (!best || dip.depthDb > best.depthDb) best = dip;
  }
  return best;
}

function dipOf(frequenciesHz: ArrayLike<number>, rest: Float64Array, start: number, end: number): Dip {
  let lowest = start;
  for (let k = start; k < end; k += 1) if (rest[k]! < rest[lowest]!) lowest = k;
  const depthDb = -rest[lowest]!;
  let first = lowest;
  let last = lowest;
  while (first > 0 && rest[first - 1]! < -depthDb / 2) first -= 1;
  while (last < rest.length - 1 && rest[last + 1]! < -depthDb / 2) last += 1;
  const lowerHz = crossingHz(frequenciesHz, rest, first - 1, first, -depthDb / 2);
  const upperHz = crossingHz(frequenciesHz, rest, last + 1, last, -depthDb / 2);
  // The middle of the flanks: the lowest point alone moves with the noise on the bottom.
  return { f0Hz: (lowerHz + upperHz) / 2, widthHz: upperHz - lowerHz, depthDb };
}

/** Where a flank passes a level between a point outside of a dip and its neighbour inside, which may stand far apart. */
function crossingHz(
  frequenciesHz: ArrayLike<number>,
  rest: Float64Array,
  outside: number,
  inside: number,
  levelDb: number,
): number {
  const insideHz = frequenciesHz[inside]!;
  const fall = (rest[outside] ?? Number.NaN) - rest[inside]!;
  if (!(fall > 0)) return insideHz;
  return insideHz + ((levelDb - rest[inside]!) / fall) * (frequenciesHz[outside]! - insideHz);
}
