export const MAINS_HZ = [50, 60, 100, 120] as const;
export type MainsHz = (typeof MAINS_HZ)[number];

/** Twice the mains is its harmonic: pulses once per period are strong at both. */
const DOUBLE: Partial<Record<number, number>> = { 50: 100, 60: 120 };
/** Mean phase of the frames themselves beyond which their times cannot tell this rhythm. */
const LATTICE_LIMIT = 0.5;
/** How far the best must lead the next. */
const LEAD = 3;

export interface MainsFold {
  /** Strength `n R^2` per frequency, Rayleigh's test: `p = exp(-n R^2)`. */
  strengths: Record<MainsHz, number>;
  /** The rhythm that was found; undefined without one. */
  mainsHz: MainsHz | undefined;
  /** Phase of the events in the rhythm, in turns from 0 to 1. */
  phaseTurns: number;
  /** Rhythms that the times of the frames cannot tell from a standstill. */
  aliased: MainsHz[];
}

/** Sum of one turning pointer per mains frequency. */
interface Phasors {
  cos: Float64Array;
  sin: Float64Array;
}

function turn({ cos, sin }: Phasors, timeS: number): void {
  MAINS_HZ.forEach((frequencyHz, i) => {
    const angle = 2 * Math.PI * ((frequencyHz * timeS) % 1);
    cos[i]! += Math.cos(angle);
    sin[i]! += Math.sin(angle);
  });
}

/**
 * Folds events at the mains frequencies and their doubles, streaming. What the times of the frames themselves
 * show is taken out: frames every 50 ms all stand at one phase of 100 Hz, and so does everything they catch.
 */
export class MainsFolder {
  #events = 0;
  #frames = 0;
  readonly #event: Phasors = { cos: new Float64Array(4), sin: new Float64Array(4) };
  readonly #frame: Phasors = { cos: new Float64Array(4), sin: new Float64Array(4) };

  addFrame(timeS: number): void {
    this.#frames += 1;
    turn(this.#frame, timeS);
  }

  addEvent(timeS: number): void {
    this.#events += 1;
    turn(this.#event, timeS);
  }

  get events(): number {
    return this.#events;
  }

  fold(leastStrength: number): MainsFold {
    const n = this.#events;
    const strengths = { 50: 0, 60: 0, 100: 0, 120: 0 };
    const phases = { 50: 0, 60: 0, 100: 0, 120: 0 };
    const aliased: MainsHz[] = [];
    MAINS_HZ.forEach((frequencyHz, i) => {
      const latticeCos = this.#frames === 0 ? 0 : this.#frame.cos[i]! / this.#frames;
      const latticeSin = this.#frames === 0 ? 0 : this.#frame.sin[i]! / this.#frames;
      if (Math.hypot(latticeCos, latticeSin) > LATTICE_LIMIT) aliased.push(frequencyHz);
      const cos = this.#event.cos[i]! - n * latticeCos;
      const sin = this.#event.sin[i]! - n * latticeSin;
      strengths[frequencyHz] = n === 0 ? 0 : (cos * cos + sin * sin) / n;
      phases[frequencyHz] = (Math.atan2(sin, cos) / (2 * Math.PI) + 1) % 1;
    });
    const candidates = MAINS_HZ.filter(
      (frequencyHz) => strengths[frequencyHz] > leastStrength && !aliased.includes(frequencyHz),
    );
    const mainsHz = candidates.find((frequencyHz) =>
      MAINS_HZ.every(
        (other) =>
          other === frequencyHz ||
          other === DOUBLE[frequencyHz] ||
          strengths[frequencyHz] > LEAD * strengths[other],
      ),
    );
    return { strengths, mainsHz, phaseTurns: mainsHz === undefined ? Number.NaN : phases[mainsHz], aliased };
  }
}

/**
 * Folds a list of event times in seconds. @param frameTimesS times of all frames that could have caught an event;
 * without them the events are taken to have been looked for at all times
 */
export function mainsFold(
  eventTimesS: readonly number[],
  frameTimesS?: readonly number[],
  leastStrength = 15,
): MainsFold {
  const folder = new MainsFolder();
  for (const timeS of eventTimesS) folder.addEvent(timeS);
  for (const timeS of frameTimesS ?? []) folder.addFrame(timeS);
  return folder.fold(leastStrength);
}
