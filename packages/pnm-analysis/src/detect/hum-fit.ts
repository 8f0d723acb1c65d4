import { MAINS_HZ, type MainsHz } from "./mains-fold.ts";

/** Mean pointer of the frame times, at the frequency or its double, beyond which a fit says nothing. */
const ALIAS_LIMIT = 0.5;

export interface HumFit {
  frequencyHz: MainsHz;
  /** Half of the swing of the level in dB. */
  amplitudeDb: number;
  /** Peak modulation `10^(amplitude / 20) - 1`. */
  modulation: number;
  /** F ratio of the sine against a constant. */
  f: number;
  /** The times of the frames cannot tell this frequency from a standstill, or only one of its two phases. */
  isAliased: boolean;
}

/** Hum in percent of peak and in dBc, of a peak modulation: `200 m / (1 + m)` and `20 log10` of its hundredth. */
export function humOfModulation(modulation: number): { percent: number; dBc: number } {
  const percent = (200 * modulation) / (1 + modulation);
  return { percent, dBc: 20 * Math.log10(percent / 100) };
}

/**
 * Least squares fits `a cos + b sin + c` of levels over time at 50, 60, 100 and 120 Hz, the best first.
 *
 * @param weights of each level, for example the number of blocks that it is the mean of; all alike unless given
 */
export function fitHum(
  timesS: ArrayLike<number>,
  levelsDb: ArrayLike<number>,
  weights?: ArrayLike<number>,
): HumFit[] {
  return MAINS_HZ.map((frequencyHz) => fitAt(frequencyHz, timesS, levelsDb, weights)).sort(
    (a, b) => b.f - a.f,
  );
}

function fitAt(
  frequencyHz: MainsHz,
  timesS: ArrayLike<number>,
  levelsDb: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): HumFit {
  const n = timesS.length;
  const s = { w: 0, c: 0, s: 0, cc: 0, cs: 0, ss: 0, y: 0, yc: 0, ys: 0, yy: 0, c2: 0, s2: 0 };
  for (let i = 0; i < n; i += 1) {
    const w = weights?.[i] ?? 1;
    const angle = 2 * Math.PI * ((frequencyHz * timesS[i]!) % 1);
    const [cos, sin, y] = [Math.cos(angle), Math.sin(angle), levelsDb[i]!];
    s.w += w;
    s.c += w * cos;
    s.s += w * sin;
    s.cc += w * cos * cos;
    s.cs += w * cos * sin;
    s.ss += w * sin * sin;
    s.y += w * y;
    s.yc += w * y * cos;
    s.ys += w * y * sin;
    s.yy += w * y * y;
    s.c2 += w * Math.cos(2 * angle);
    s.s2 += w * Math.sin(2 * angle);
  }
  const isAliased = Math.hypot(s.c, s.s) / s.w > ALIAS_LIMIT || Math.hypot(s.c2, s.s2) / s.w > ALIAS_LIMIT;
  // The constant taken out, two unknowns remain.
  const cc = s.cc - (s.c * s.c) / s.w;
  const ss = s.ss - (s.s * s.s) / s.w;
  const cs = s.cs - (s.c * s.s) / s.w;
  const yc = s.yc - (s.y * s.c) / s.w;
  const ys = s.ys - (s.y * s.s) / s.w;
  const total = s.yy - (s.y * s.y) / s.w;
  const determinant = cc * ss - cs * cs;
  if (n < 4 || !(determinant > 1e-9 * s.w * s.w)) {
    return { frequencyHz, amplitudeDb: 0, modulation: 0, f: 0, isAliased };
  }
  const a = (yc * ss - ys * cs) / determinant;
  const b = (ys * cc - yc * cs) / determinant;
  const explained = a * yc + b * ys;
  const amplitudeDb = Math.hypot(a, b);
  return {
    frequencyHz,
    amplitudeDb,
    modulation: 10 ** (amplitudeDb / 20) - 1,
    f: explained / 2 / (Math.max(1e-12, total - explained) / (n - 3)),
    isAliased,
  };
}
