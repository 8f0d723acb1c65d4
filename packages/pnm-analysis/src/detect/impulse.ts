import { frequencyOfBin } from "../measure/bins.ts";
import { median, medianDeviation } from "../measure/quantile.ts";
import { leastSquaresLine } from "../measure/slope.ts";
import { dbOfPower } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import type { FrameView } from "./frame-view.ts";
import { MainsFolder } from "./mains-fold.ts";

/** Frames that the baseline goes over, that it needs, and after which it is drawn anew. */
const BASELINE_FRAMES = 200;
const LEAST_FRAMES = 20;
const RENEW_FRAMES = 10;
/** Robust deviation to standard deviation. */
const NORMAL_FACTOR = 1.4826;
/** A bin rises where it stands this far over its floor. */
const BIN_RISE_DB = 3;
/** Events that a rhythm needs. */
const LEAST_FOLDED = 20;

/**
 * D3: impulses and bursts, frames in which the quiet bands rise together. Their times are folded at the mains
 * frequencies; a frame that an impulse spoils is left out of averages and baselines.
 */
export class ImpulseDetector implements Detector {
  readonly id = "D3";
  /** Sequence numbers of the frames with an impulse, the newest last, at most 1000. */
  readonly hits: number[] = [];
  readonly folder = new MainsFolder();
  readonly #context: DetectorContext;
  readonly #alarm: Alarm;
  readonly #levels = new Float64Array(BASELINE_FRAMES);
  #filled = 0;
  #baselineDbmv = Number.NaN;
  #marginDb = Number.NaN;
  /** Typical level of every bin: the floor's quantile needs longer to fill. */
  #floor: Float64Array | undefined;
  #floorAge = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#alarm = new Alarm("D3", "impulseNoise", context.journal, {
      ...timingOf(context.thresholds),
      ...AT_ONCE,
    });
  }

  feed(view: FrameView): DetectorNotice[] {
    const { frame } = view;
    const { thresholds } = this.#context;
    this.folder.addFrame(frame.timeS);
    const levelDbmv = dbOfPower(view.quietPower);
    if (Number.isNaN(levelDbmv)) return [];
    const excessDb = levelDbmv - this.#baselineDbmv - this.#marginDb;
    const wide = excessDb > 0 ? this.#wideShare(view) : 0;
    const isImpulse = excessDb > 0 && wide >= thresholds.d3WideShare;
    if (isImpulse) {
      view.isSpoilt = true;
      this.folder.addEvent(frame.timeS);
      this.hits.push(frame.sequence);
      if (this.hits.length > 1000) this.hits.shift();
    }
    this.#learn(levelDbmv);
    this.#floorAge += 1;
    const fold =
      isImpulse && this.folder.events >= LEAST_FOLDED
        ? this.folder.fold(thresholds.d3FoldStrength)
        : undefined;
    const lowerHz = frequencyOfBin(frame, view.quiet[0]!);
    const upperHz = frequencyOfBin(frame, view.quiet.at(-1)!);
    const riseDb = levelDbmv - this.#baselineDbmv;
    return noticesOf(
      this.#alarm.step(
        isImpulse ? excessDb : -thresholds.hysteresisDb - 1,
        isImpulse
          ? {
              f0Hz: (lowerHz + upperHz) / 2,
              bwHz: upperHz - lowerHz,
              levelDbmv,
              channels: view.channelsAt(lowerHz, upperHz),
              statistic: "rise of the quiet bands in dB",
              value: riseDb,
              threshold: this.#marginDb,
              classification: fold?.mainsHz === undefined ? undefined : `mains-locked, ${fold.mainsHz} Hz`,
              severity: "minor",
              figures: {
                wideSharePct: 100 * wide,
                slopeDbPerOctave: this.#slope(view),
                ...(fold?.mainsHz === undefined
                  ? {}
                  : { foldStrength: fold.strengths[fold.mainsHz], phaseTurns: fold.phaseTurns }),
              },
            }
          : undefined,
        frame.timeS,
        frame.sequence,
      ),
    );
  }

  /** The baseline is robust: impulses are part of what it is drawn from and do not move it. */
  #learn(levelDbmv: number): void {
    this.#levels[this.#filled % BASELINE_FRAMES] = levelDbmv;
    this.#filled += 1;
    if (this.#filled < LEAST_FRAMES || this.#filled % RENEW_FRAMES !== 0) return;
    const known = this.#levels.subarray(0, Math.min(this.#filled, BASELINE_FRAMES));
    const { d3LeastDb, d3DeviationFactor } = this.#context.thresholds;
    this.#baselineDbmv = median(known);
    this.#marginDb = Math.max(d3LeastDb, d3DeviationFactor * NORMAL_FACTOR * medianDeviation(known));
  }

  #wideShare(view: FrameView): number {
    if (!this.#floor || this.#floorAge >= RENEW_FRAMES * 10) {
      this.#floor = view.floor.levelsDbmv(this.#floor);
      this.#floorAge = 0;
    }
    let risen = 0;
    for (const k of view.quiet) if (view.frame.levelsDbmv[k]! > this.#floor[k]! + BIN_RISE_DB) risen += 1;
    return risen / view.quiet.length;
  }

  #slope(view: FrameView): number {
    const octaves: number[] = [];
    const levels: number[] = [];
    for (const k of view.quiet) {
      octaves.push(Math.log2(Math.max(1e6, frequencyOfBin(view.frame, k))));
      levels.push(view.frame.levelsDbmv[k]!);
    }
    return leastSquaresLine(octaves, levels).slopeDbPerHz;
  }
}

/**
 * Probability that at least one of `frames` looks of `lookS` catches an event of `durationS` that occurs `ratePerS`
 * times a second at random: `1 - exp(-r (T + d) M)`.
 */
export function probabilityOfIntercept(
  ratePerS: number,
  durationS: number,
  lookS: number,
  frames: number,
): number {
  return -Math.expm1(-ratePerS * (lookS + durationS) * frames);
}

/** Rate of events from the hits of `frames` looks. */
export function eventRatePerS(hits: number, durationS: number, lookS: number, frames: number): number {
  return hits / (frames * (lookS + durationS));
}
