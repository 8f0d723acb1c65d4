import {
  differenceDb,
  HoldTrace,
  LevelHistogram,
  Persistence,
  PowerAverage,
  powerSumDb,
  powersOfLevels,
  smoothedDb,
} from "@pnmlab/pnm-analysis";
import type { FrameRing } from "./frame-ring.ts";
import { levelsOfHundredths } from "./levels.ts";
import {
  holdOf,
  type TraceOptions,
  type TraceRole,
  type TraceSource,
  type TraceSwitches,
  usesSource,
} from "./trace-options.ts";

/** A spectrum that was put by to compare with, on the axis of the traces. */
export interface ReferenceTrace {
  levelsDbmv: Float32Array;
  label: string;
}

/** Edges and middle of the band, dBmV. */
export interface LevelBand {
  low: Float64Array;
  middle: Float64Array;
  high: Float64Array;
}

const LEAKY_LOOKS = 5;
const TENTH_MS = 100;

/**
 * The traces of one stream, each made by its options out of the kept frames. What is not shown and not
 * needed by another trace is not computed, and is made up from the kept frames when it is.
 */
export class Traces {
  readonly bins: number;
  /** Newest levels, dBmV. */
  readonly live: Float32Array;
  /** Frames that went in since the traces began. */
  frames = 0;
  reference: ReferenceTrace | undefined;
  /** Noise floor per bin, dBmV, as the plot last took it. */
  floor: Float64Array | undefined;
  max: HoldTrace;
  min: HoldTrace;
  persistence: Persistence | undefined;

  #switches: TraceSwitches;
  #options: TraceOptions;
  #average: PowerAverage;
  readonly #averageLevels: Float64Array;
  #averageIsOld = true;
  #histogram: LevelHistogram | undefined;
  readonly #powers: Float64Array;
  /** Capture time that tenths of a second of the holds count from. */
  #epochMs = 0;
  /** Ring index from which each resettable trace counts. */
  readonly #since: Partial<Record<TraceRole, number>> = {};

  constructor(bins: number, switches: TraceSwitches, options: TraceOptions) {
    this.bins = bins;
    this.live = new Float32Array(bins).fill(Number.NaN);
    this.#powers = new Float64Array(bins);
    this.#averageLevels = new Float64Array(bins);
    this.#switches = switches;
    this.#options = options;
    this.#average = this.#newAverage();
    this.max = new HoldTrace(bins, { kind: "max", ...holdOf(options.max) });
    this.min = new HoldTrace(bins, { kind: "min", ...holdOf(options.min) });
    this.#histogram = this.#newHistogram();
    this.persistence = this.#newPersistence();
  }

  /** Takes one frame of hundredths of a dBmV. */
  add(levelsHundredths: Int16Array, timeMs: number): void {
    if (this.frames === 0) this.#epochMs = timeMs;
    levelsOfHundredths(levelsHundredths, this.live);
    this.#addTo(this.#average);
    this.#averageIsOld = true;
    this.max.add(this.live, timeMs / 1000, this.#tenths(timeMs));
    this.min.add(this.live, timeMs / 1000, this.#tenths(timeMs));
    this.#histogram?.add(this.live);
    this.persistence?.add(this.live, timeMs / 1000);
    this.frames += 1;
  }

  /** Takes other options; what they change is made anew from the frames that are kept. */
  configure(switches: TraceSwitches, options: TraceOptions, ring: FrameRing, heldFrames: number): void {
    const before = this.#options;
    this.#switches = switches;
    this.#options = options;
    const end = ring.endIndex - heldFrames;
    const last = (frames: number) => Math.max(ring.firstIndex, end - frames);
    if (!isSame(before.average, options.average)) {
      this.#average = this.#newAverage();
      const { mode, count } = options.average;
      this.#replay(
        ring,
        this.#sinceOf("average", last(mode === "leaky" ? count * LEAKY_LOOKS : count)),
        end,
        () => this.#addTo(this.#average),
      );
      this.#averageIsOld = true;
    }
    for (const role of ["max", "min"] as const) {
      if (isSame(before[role], options[role])) continue;
      const hold = new HoldTrace(this.bins, { kind: role, ...holdOf(options[role]) });
      this.#replay(ring, this.#sinceOf(role, ring.firstIndex), end, (timeMs) =>
        hold.add(this.live, timeMs / 1000, this.#tenths(timeMs)),
      );
      this[role] = hold;
    }
    if (!isSame(before.band, options.band) || this.#wantsHistogram !== (this.#histogram !== undefined)) {
      const histogram = this.#newHistogram();
      this.#histogram = histogram;
      if (histogram) {
        this.#replay(ring, this.#sinceOf("band", last(options.band.frames)), end, () =>
          histogram.add(this.live),
        );
      }
    }
    if (
      before.persistence.tauS !== options.persistence.tauS ||
      switches.persistence !== (this.persistence !== undefined)
    ) {
      const persistence = this.#newPersistence();
      this.persistence = persistence;
      if (persistence) {
        this.#replay(ring, this.#sinceOf("persistence", last(options.band.frames)), end, (timeMs) =>
          persistence.add(this.live, timeMs / 1000),
        );
      }
    }
  }

  /** Begins a trace again with the next frame. @param nextIndex ring index of that frame */
  reset(role: TraceRole, nextIndex: number): void {
    this.#since[role] = nextIndex;
    if (role === "average") {
      this.#average.reset();
      this.#averageIsOld = true;
    } else if (role === "max" || role === "min") this[role].reset();
    else if (role === "band") this.#histogram?.reset();
    else if (role === "persistence") this.persistence?.reset();
    else if (role === "reference") this.reference = undefined;
  }

  /** How many frames the average holds now. */
  get averagedFrames(): number {
    return this.#average.frames;
  }

  /** Looks that the band goes over now. */
  get bandFrames(): number {
    return this.#histogram?.filled ?? 0;
  }

  /** The average in dBmV; NaN where a bin was never known. Valid until the next frame. */
  get average(): Float64Array {
    if (this.#averageIsOld) this.#average.levelsDb(this.#averageLevels);
    this.#averageIsOld = false;
    return this.#averageLevels;
  }

  /** Capture time of a held extreme, Unix milliseconds to a tenth of a second; NaN before the first. */
  heldAtMs(role: "max" | "min", bin: number): number {
    const tenths = this[role].sequences[bin]!;
    return tenths < 0 ? Number.NaN : this.#epochMs + tenths * TENTH_MS;
  }

  /** The band of the moment; undefined while it is not wanted. */
  band(): LevelBand | undefined {
    const histogram = this.#histogram;
    if (!histogram) return undefined;
    return { low: histogram.quantile(0), middle: histogram.quantile(1), high: histogram.quantile(2) };
  }

  /** Levels of a source of differences and sums in dBmV; undefined where there is none yet. */
  source(source: TraceSource): ArrayLike<number> | undefined {
    switch (source) {
      case "live":
        return this.live;
      case "average":
        return this.average;
      case "max":
      case "min":
        return this[source].levelsDb;
      case "p50":
        return this.#histogram?.quantile(1);
      case "reference":
        return this.reference?.levelsDbmv;
      case "floor":
        return this.floor;
    }
  }

  /** The difference trace in dB; undefined where one of its sides is missing. */
  difference(): Float64Array | undefined {
    const { a, b } = this.#options.difference;
    return this.#combine(a, b, differenceDb);
  }

  /** The trace of the user's maths: dBmV, or dB where it is a difference. */
  user(): Float64Array | undefined {
    const { operation, a, b, width } = this.#options.user;
    if (operation === "sum") return this.#combine(a, b, powerSumDb);
    if (operation === "difference") return this.#combine(a, b, differenceDb);
    const levels = this.source(a);
    return levels && smoothedDb(levels, width);
  }

  #combine(
    a: TraceSource,
    b: TraceSource,
    join: (a: ArrayLike<number>, b: ArrayLike<number>) => Float64Array,
  ): Float64Array | undefined {
    const [left, right] = [this.source(a), this.source(b)];
    return left && right && join(left, right);
  }

  get #wantsHistogram(): boolean {
    return this.#switches.band || usesSource(this.#switches, this.#options, "p50");
  }

  #newAverage(): PowerAverage {
    const { mode, count } = this.#options.average;
    return new PowerAverage(this.bins, mode, count);
  }

  #newHistogram(): LevelHistogram | undefined {
    if (!this.#wantsHistogram) return undefined;
    const { lowShare, highShare, frames } = this.#options.band;
    const histogram = new LevelHistogram(this.bins, frames);
    for (const share of [lowShare, 0.5, highShare]) histogram.track(share);
    return histogram;
  }

  #newPersistence(): Persistence | undefined {
    return this.#switches.persistence
      ? new Persistence(this.bins, this.#options.persistence.tauS)
      : undefined;
  }

  #addTo(average: PowerAverage): void {
    average.add(this.live, powersOfLevels(this.live, this.#powers));
  }

  #tenths(timeMs: number): number {
    return Math.round((timeMs - this.#epochMs) / TENTH_MS);
  }

  #sinceOf(role: TraceRole, wanted: number): number {
    return Math.max(wanted, this.#since[role] ?? 0);
  }

  /** Shows kept frames once more; `live` holds the newest again afterwards. */
  #replay(ring: FrameRing, from: number, end: number, visit: (timeMs: number) => void): void {
    for (let index = Math.max(from, ring.firstIndex); index < end; index += 1) {
      levelsOfHundredths(ring.levelsAt(index), this.live);
      visit(ring.timeAt(index));
    }
    if (end > ring.firstIndex) levelsOfHundredths(ring.levelsAt(end - 1), this.live);
  }
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
