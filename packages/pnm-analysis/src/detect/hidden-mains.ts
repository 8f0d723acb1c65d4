import { MAINS_HZ, type MainsHz } from "./mains-fold.ts";

/** Mean pointer of the frame times, at a frequency or its double, beyond which a fit of it says nothing. */
const HIDDEN_LIMIT = 0.5;
/** Part of a half turn by which frames must move on, from one to the next, to pass all phases soon. */
const LEAST_STEP = 0.02;
/** The detectors of mains rhythms look at so many frames, and say nothing of fewer than the second. */
const WINDOW_FRAMES = 600;
const LEAST_FRAMES = 200;

/** Mains rhythms that the times of frames hide: all frames stand at one phase of them, or at two opposite ones. */
export function hiddenMains(timesS: readonly number[]): MainsHz[] {
  return MAINS_HZ.filter(
    (frequencyHz) =>
      meanPointer(timesS, frequencyHz) > HIDDEN_LIMIT || meanPointer(timesS, 2 * frequencyHz) > HIDDEN_LIMIT,
  );
}

function meanPointer(timesS: readonly number[], frequencyHz: number): number {
  let re = 0;
  let im = 0;
  for (const timeS of timesS) {
    const angle = 2 * Math.PI * ((frequencyHz * timeS) % 1);
    re += Math.cos(angle);
    im += Math.sin(angle);
  }
  return Math.hypot(re, im) / timesS.length;
}

/** Mains rhythms that an even repeat period hides within one run: it lasts whole half turns of them. */
export function hiddenMainsOfPeriod(repeatPeriodUs: number): MainsHz[] {
  if (!(repeatPeriodUs > 0)) return [];
  return MAINS_HZ.filter((frequencyHz) => {
    const halfTurns = (2 * frequencyHz * repeatPeriodUs) / 1e6;
    return Math.abs(halfTurns - Math.round(halfTurns)) < LEAST_STEP;
  });
}

/** Follows the times of a stream's frames, with what the newest 600 of them hide. */
export class MainsWatch {
  readonly #timesS: number[] = [];
  #count = 0;

  add(timeS: number): void {
    this.#timesS[this.#count % WINDOW_FRAMES] = timeS;
    this.#count += 1;
  }

  /** Undefined before there are 200 frames. */
  get hidden(): MainsHz[] | undefined {
    return this.#count < LEAST_FRAMES ? undefined : hiddenMains(this.#timesS);
  }
}
