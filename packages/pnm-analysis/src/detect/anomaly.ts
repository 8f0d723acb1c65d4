import { frequencyOfBin } from "../measure/bins.ts";
import { noiseSpreadDb } from "../noise-statistics.ts";
import { BinClass, type BinMap } from "../plant/band-plan.ts";
import { Alarm } from "./alarm.ts";
import { type Detector, type DetectorContext, timingOf } from "./detector.ts";
import type { DetectorNotice, Sighting } from "./event.ts";
import { explainedBins } from "./explained-bins.ts";
import { BLOCK_FRAMES, type FrameView } from "./frame-view.ts";

/** Averages that the past of a bin is learnt from before it judges, and after which older ones count less. */
const LEARN_BLOCKS = 20;
const MEMORY_BLOCKS = 100;
/** Neighbours whose spread is taken together: twenty averages of one bin alone know it to a sixth. */
const SPREAD_REACH = 8;

/** An anomaly at the same place within this time goes on with the old event. */
const COOLDOWN_S = 600;
/** So many stretches in one average have one cause: a burst that shows wherever the band is quiet. */
const MANY_RUNS = 3;
/** Places closer than this are one. */
const NEAR_BINS = 2;

/** Stretch of bins [first, end) of one average that deviates to one side. */
interface Run {
  first: number;
  end: number;
  sign: number;
  /** Bins over the limit. */
  cells: number;
  peak: number;
  peakBin: number;
}

/** Where averages deviate, over time. */
interface Place {
  first: number;
  end: number;
  /** Bins over the limit in all averages that showed it. */
  cells: number;
  startSequence: number;
  alarm: Alarm;
}

/**
 * D10: places at which averages leave the past of their bins by more than 4 sigma in 3 of 5 averages. Each bin is held
 * against itself, so that channels do not trigger. What another detector names is no anomaly: its band, and averages
 * in which an impulse or an overload spoilt a frame.
 */
export class AnomalyDetector implements Detector {
  readonly id = "D10";
  readonly #context: DetectorContext;
  #mean: Float64Array | undefined;
  #variance: Float64Array | undefined;
  #spread: Float64Array | undefined;
  #blocks = 0;
  /** A frame since the last average was spoilt. */
  #isSpoilt = false;
  #places: Place[] = [];

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  feed(view: FrameView): DetectorNotice[] {
    this.#isSpoilt ||= view.isSpoilt;
    if (!view.block) return [];
    const { levelsDbmv, looks } = view.block;
    this.#mean ??= new Float64Array(levelsDbmv.length);
    this.#variance ??= new Float64Array(levelsDbmv.length);
    this.#spread ??= new Float64Array(levelsDbmv.length);
    const isLearning = this.#blocks < LEARN_BLOCKS;
    const explained = explainedBins(view, this.#context);
    const runs = isLearning ? [] : this.#runs(levelsDbmv, looks, view.map, explained);
    this.#learn(levelsDbmv, runs, explained);
    this.#blocks += 1;
    // Too few bins to make the cells of an event when so many averages confirm them are chance.
    const { d10Cells, confirmFrames } = this.#context.thresholds;
    const least = d10Cells / confirmFrames;
    const large = runs.filter(({ cells }) => cells >= least);
    const seen = this.#isSpoilt ? [] : joinedRuns(large);
    this.#isSpoilt = false;
    return isLearning ? [] : this.#judge(view, seen);
  }

  #learn(levelsDbmv: Float64Array, runs: readonly Run[], explained: Uint8Array): void {
    const count = Math.min(MEMORY_BLOCKS, this.#blocks + 1);
    const mean = this.#mean!;
    const variance = this.#variance!;
    let run = 0;
    for (let k = 0; k < levelsDbmv.length; k += 1) {
      while (run < runs.length && runs[run]!.end <= k) run += 1;
      // What deviates is not learnt; a place that another detector names is, for the time after its event.
      if (run < runs.length && k >= runs[run]!.first && explained[k] === 0) continue;
      const change = levelsDbmv[k]! - mean[k]!;
      if (Number.isNaN(change)) continue;
      mean[k]! += change / count;
      variance[k]! += (change * (levelsDbmv[k]! - mean[k]!) - variance[k]!) / count;
    }
  }

  /** Stretches of bins that deviate to one side; bins beside channels and explained ones do not part them. */
  #runs(levelsDbmv: Float64Array, looks: number, { classes }: BinMap, explained: Uint8Array): Run[] {
    const limit = this.#context.thresholds.d10Sigmas;
    const variance = this.#variance!;
    const spread = this.#spread!;
    const bins = levelsDbmv.length;
    let sum = 0;
    for (let k = -SPREAD_REACH; k < bins; k += 1) {
      sum += variance[k + SPREAD_REACH] ?? 0;
      sum -= variance[k - SPREAD_REACH - 1] ?? 0;
      if (k < 0) continue;
      const near = Math.min(bins - 1, k + SPREAD_REACH) - Math.max(0, k - SPREAD_REACH) + 1;
      spread[k] = Math.max(noiseSpreadDb(looks), Math.sqrt(Math.max(variance[k]!, sum / near)));
    }
    const runs: Run[] = [];
    let isJoined = false;
    for (let k = 0; k < bins; k += 1) {
      if (explained[k] !== 0) continue;
      const isQuiet = classes[k] === BinClass.quiet || classes[k] === BinClass.above;
      const deviation = levelsDbmv[k]! - this.#mean![k]!;
      // A channel with little traffic in one average is no anomaly.
      const z = deviation < 0 && !isQuiet ? 0 : Math.abs(deviation) / spread[k]!;
      const sign = Math.sign(deviation);
      let run = runs.at(-1);
      if (!(z > limit)) {
        // Half of the limit to the same side still hangs together.
        if (isQuiet && !(z > limit / 2 && sign === run?.sign)) isJoined = false;
        continue;
      }
      if (!run || !isJoined || run.sign !== sign) {
        run = { first: k, end: k, sign, cells: 0, peak: 0, peakBin: k };
        runs.push(run);
      }
      isJoined = true;
      run.end = k + 1;
      run.cells += 1;
      if (z <= run.peak) continue;
      run.peak = z;
      run.peakBin = k;
    }
    return runs;
  }

  #judge(view: FrameView, runs: readonly Run[]): DetectorNotice[] {
    const { thresholds } = this.#context;
    const seen = new Map<Place, Run>();
    for (const run of runs) {
      const place = this.#placeOf(run, view.frame.sequence);
      const other = seen.get(place);
      seen.set(place, other ? joined([other, run]) : run);
      place.cells += run.cells;
      place.first = Math.min(place.first, run.first);
      place.end = Math.max(place.end, run.end);
    }
    const notices: DetectorNotice[] = [];
    for (const place of this.#places) {
      const run = seen.get(place);
      const notice = place.alarm.step(
        run ? 0 : -thresholds.hysteresisDb - 1,
        run && this.#sightingOf(view, place, run),
        view.frame.timeS,
        view.frame.sequence,
      );
      if (notice) notices.push(notice);
    }
    this.#places = this.#places.filter(({ alarm }) => !alarm.isQuiet);
    return notices;
  }

  /** The place that a stretch belongs to: one that is raised before others, else the first that it touches. */
  #placeOf(run: Run, sequence: number): Place {
    const touching = this.#places.filter(
      ({ first, end }) => first < run.end + NEAR_BINS && end > run.first - NEAR_BINS,
    );
    const known = touching.find(({ alarm }) => alarm.isRaised) ?? touching[0];
    if (known) return known;
    const { journal, thresholds } = this.#context;
    const timing = { ...timingOf(thresholds), cooldownS: COOLDOWN_S, framesPerStep: BLOCK_FRAMES };
    const place: Place = {
      first: run.first,
      end: run.end,
      cells: 0,
      startSequence: sequence,
      alarm: new Alarm("D10", "anomaly", journal, timing),
    };
    this.#places.push(place);
    return place;
  }

  #sightingOf(view: FrameView, place: Place, run: Run): Sighting {
    const { frame } = view;
    return {
      f0Hz: frequencyOfBin(frame, (place.first + place.end - 1) / 2),
      bwHz: (place.end - place.first) * frame.binSpacingHz,
      levelDbmv: view.block?.levelsDbmv[run.peakBin],
      channels: view.channelsAt(frequencyOfBin(frame, place.first), frequencyOfBin(frame, place.end)),
      statistic: "deviation from the bin's past in sigma",
      value: run.peak,
      threshold: this.#context.thresholds.d10Sigmas,
      severity: "info",
      figures: { startSequence: place.startSequence, cells: place.cells },
    };
  }
}

/** Many stretches to the same side at the same time are one. */
function joinedRuns(runs: readonly Run[]): Run[] {
  return [1, -1].flatMap((sign) => {
    const same = runs.filter((run) => run.sign === sign);
    return same.length < MANY_RUNS ? same : [joined(same)];
  });
}

function joined(runs: readonly Run[]): Run {
  return runs.reduce((one, other) => ({
    ...(one.peak >= other.peak ? one : other),
    first: Math.min(one.first, other.first),
    end: Math.max(one.end, other.end),
    cells: one.cells + other.cells,
  }));
}
