import type { LevelSpectrum } from "../band.ts";
import { type Tone, toneAt } from "./tone.ts";

export interface Peak extends Tone {
  bin: number;
}

export interface PeakOptions {
  /** A peak stands this far over the higher of the two valleys beside it; 6 dB unless given. */
  excursionDb?: number;
  /** Peaks below are left out. */
  thresholdDbmv?: number;
}

export const DEFAULT_EXCURSION_DB = 6;

/**
 * Peaks that rise and fall by the excursion, from low to high frequency: each lies at least `excursionDb` over
 * the lowest level between it and the next higher peak on either side. The ends of the spectrum and absent bins
 * count as valleys without bottom, so that a carrier at the edge of the span is found.
 */
export function findPeaks(spectrum: LevelSpectrum, options: PeakOptions = {}): Peak[] {
  const { excursionDb = DEFAULT_EXCURSION_DB, thresholdDbmv = Number.NEGATIVE_INFINITY } = options;
  const { levelsDbmv } = spectrum;
  const peaks: Peak[] = [];
  let top = -1;
  let topDb = Number.NEGATIVE_INFINITY;
  let lowDb = Number.NEGATIVE_INFINITY;
  let isClimbing = true;
  const take = () => {
    if (top >= 0 && topDb >= thresholdDbmv) peaks.push({ bin: top, ...toneAt(spectrum, top) });
  };
  for (let k = 0; k <= levelsDbmv.length; k += 1) {
    const known = levelsDbmv[k] ?? Number.NaN;
    const level = Number.isNaN(known) ? Number.NEGATIVE_INFINITY : known;
    if (isClimbing) {
      if (level > topDb && level - lowDb >= excursionDb) {
        top = k;
        topDb = level;
      } else if (top < 0 && level < lowDb) lowDb = level;
      if (top >= 0 && topDb - level >= excursionDb) {
        take();
        isClimbing = false;
        top = -1;
        topDb = Number.NEGATIVE_INFINITY;
        lowDb = level;
      }
    } else if (level < lowDb) lowDb = level;
    else if (level > Number.NEGATIVE_INFINITY && level - lowDb >= excursionDb) {
      isClimbing = true;
      top = k;
      topDb = level;
    }
  }
  return peaks;
}

/** The highest bin; undefined where no level is known. */
export function highestPeak(spectrum: LevelSpectrum): Peak | undefined {
  return extreme(spectrum, (level, best) => level > best);
}

/** The lowest bin; undefined where no level is known. */
export function lowestPoint(spectrum: LevelSpectrum): Peak | undefined {
  return extreme(spectrum, (level, best) => level < best);
}

function extreme(
  spectrum: LevelSpectrum,
  isBetter: (level: number, best: number) => boolean,
): Peak | undefined {
  let best = -1;
  for (let k = 0; k < spectrum.levelsDbmv.length; k += 1) {
    const level = spectrum.levelsDbmv[k]!;
    if (!Number.isNaN(level) && (best < 0 || isBetter(level, spectrum.levelsDbmv[best]!))) best = k;
  }
  return best < 0 ? undefined : { bin: best, ...toneAt(spectrum, best) };
}

export type PeakStep = "highest" | "nextLower" | "left" | "right";

/** The peak that a marker at `from` goes to; undefined where there is none, so that the marker stays. */
export function stepToPeak(peaks: readonly Peak[], step: PeakStep, from: Peak | undefined): Peak | undefined {
  const byLevel = peaks.toSorted((a, b) => b.levelDbmv - a.levelDbmv);
  if (step === "highest" || from === undefined) return byLevel[0];
  if (step === "nextLower") {
    return byLevel.find((peak) => peak.levelDbmv < from.levelDbmv && peak.bin !== from.bin);
  }
  return step === "left"
    ? peaks.findLast((peak) => peak.bin < from.bin)
    : peaks.find((peak) => peak.bin > from.bin);
}

/**
 * The peak nearest to where a tracked one was, within `reachHz`; of equally near ones the higher. Undefined where
 * the signal is gone.
 */
export function trackPeak(peaks: readonly Peak[], lastHz: number, reachHz: number): Peak | undefined {
  let best: Peak | undefined;
  for (const peak of peaks) {
    const distance = Math.abs(peak.frequencyHz - lastHz);
    if (distance > reachHz) continue;
    const bestDistance = best ? Math.abs(best.frequencyHz - lastHz) : Number.POSITIVE_INFINITY;
    if (distance < bestDistance || (distance === bestDistance && peak.levelDbmv > best!.levelDbmv))
      best = peak;
  }
  return best;
}
