import { frequencyOfBin } from "../measure/bins.ts";
import { median, medianDeviation } from "../measure/quantile.ts";
import { leastSquaresLine } from "../measure/slope.ts";
import { dbOfPower } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import type { FrameView } from "./frame-view.ts";
import { medianToMeanDb } from "./local-baseline.ts";
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

/** A frame from before there was a baseline, judged once there is one. */
interface EarlyFrame {
  timeS: number;
  sequence: number;
  /** Of all bins, dBmV. */
  levels: ArrayLike<number>;
  levelDbmv: number;
}

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
  #early: EarlyFrame[] = [];
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
      isDutyToNow: true,
    });
  }

  feed(view: FrameView): DetectorNotice[] {
    const { timeS, sequence, levelsDbmv } = view.frame;
    this.folder.addFrame(timeS);
    const levelDbmv = dbOfPower(view.quietPower);
    if (Number.isNaN(levelDbmv)) return [];
    if (Number.isNaN(this.#baselineDbmv)) {
      this.#early.push({ timeS, sequence, levels: Float32Array.from(levelsDbmv), levelDbmv });
      this.#learn(levelDbmv);
      if (Number.isNaN(this.#baselineDbmv)) return [];
      const early = this.#early.splice(0);
      this.#floor = typicalOf(early, view);
      return early.flatMap((frame) => noticesOf(this.#judge(view, frame).notice));
    }
    const { isImpulse, notice } = this.#judge(view, { timeS, sequence, levels: levelsDbmv, levelDbmv });
    if (isImpulse) view.isSpoilt = true;
    this.#learn(levelDbmv);
    this.#floorAge += 1;
    return noticesOf(notice);
  }

  #judge(
    view: FrameView,
    { timeS, sequence, levels, levelDbmv }: EarlyFrame,
  ): { isImpulse: boolean; notice: DetectorNotice | undefined } {
    const { thresholds } = this.#context;
    const excessDb = levelDbmv - this.#baselineDbmv - this.#marginDb;
    const wide = excessDb > 0 ? this.#wideShare(view, levels) : 0;
    const isImpulse = excessDb > 0 && wide >= thresholds.d3WideShare;
    if (isImpulse) {
      this.folder.addEvent(timeS);
      this.hits.push(sequence);
      if (this.hits.length > 1000) this.hits.shift();
    }
    const fold =
      isImpulse && this.folder.events >= LEAST_FOLDED
        ? this.folder.fold(thresholds.d3FoldStrength)
        : undefined;
    const lowerHz = frequencyOfBin(view.frame, view.quiet[0]!);
    const upperHz = frequencyOfBin(view.frame, view.quiet.at(-1)!);
    const notice = this.#alarm.step(
      isImpulse ? excessDb : -thresholds.hysteresisDb - 1,
      isImpulse
        ? {
            f0Hz: (lowerHz + upperHz) / 2,
            bwHz: upperHz - lowerHz,
            levelDbmv,
            channels: view.channelsAt(lowerHz, upperHz),
            statistic: "rise of the quiet bands in dB",
            value: levelDbmv - this.#baselineDbmv,
            threshold: this.#marginDb,
            classification: fold?.mainsHz === undefined ? undefined : `mains-locked, ${fold.mainsHz} Hz`,
            severity: "minor",
            figures: {
              wideSharePct: 100 * wide,
              slopeDbPerOctave: slopeDbPerOctave(view, levels),
              ...(fold?.mainsHz === undefined
                ? {}
                : { foldStrength: fold.strengths[fold.mainsHz], phaseTurns: fold.phaseTurns }),
            },
          }
        : undefined,
      timeS,
      sequence,
    );
    return { isImpulse, notice };
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

  #wideShare(view: FrameView, levels: ArrayLike<number>): number {
    if (!this.#floor || this.#floorAge >= RENEW_FRAMES * 10) {
      this.#floor = view.floor.levelsDbmv(this.#floor);
      this.#floorAge = 0;
    }
    let risen = 0;
    for (const k of view.quiet) if (levels[k]! > this.#floor[k]! + BIN_RISE_DB) risen += 1;
    return risen / view.quiet.length;
  }
}

/** Typical level of every bin over a few frames: their median in quiet bins, turned into the mean of noise. */
function typicalOf(frames: readonly EarlyFrame[], view: FrameView): Float64Array {
  const typical = new Float64Array(view.powers.length).fill(Number.NaN);
  const shiftDb = medianToMeanDb(view.looks);
  for (const k of view.quiet) typical[k] = median(frames.map(({ levels }) => levels[k]!)) + shiftDb;
  return typical;
}

function slopeDbPerOctave(view: FrameView, levelsDbmv: ArrayLike<number>): number {
  const octaves: number[] = [];
  const levels: number[] = [];
  for (const k of view.quiet) {
    octaves.push(Math.log2(Math.max(1e6, frequencyOfBin(view.frame, k))));
    levels.push(levelsDbmv[k]!);
  }
  return leastSquaresLine(octaves, levels).slopeDbPerHz;
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
