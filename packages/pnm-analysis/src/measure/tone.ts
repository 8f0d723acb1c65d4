import type { LevelSpectrum } from "../band.ts";
import { frequencyOfBin } from "./bins.ts";

export interface Tone {
  frequencyHz: number;
  levelDbmv: number;
}

/**
 * Frequency and level of a tone whose highest bin is `bin`: a parabola through three levels in dB. Good to
 * 0.1 dB with Hann or Blackman-Harris; a rectangular window leaves up to its scalloping loss.
 */
export function toneAt({ levelsDbmv, ...axis }: LevelSpectrum, bin: number): Tone {
  const b = levelsDbmv[bin]!;
  const a = levelsDbmv[bin - 1] ?? Number.NaN;
  const c = levelsDbmv[bin + 1] ?? Number.NaN;
  const curve = a - 2 * b + c;
  if (!(curve < 0)) return { frequencyHz: frequencyOfBin(axis, bin), levelDbmv: b };
  const shift = Math.min(0.5, Math.max(-0.5, (0.5 * (a - c)) / curve));
  return { frequencyHz: frequencyOfBin(axis, bin + shift), levelDbmv: b - 0.25 * (a - c) * shift };
}
