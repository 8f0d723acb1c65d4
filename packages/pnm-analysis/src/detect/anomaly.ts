import { frequencyOfBin } from "../measure/bins.ts";
import { noiseSpreadDb } from "../noise-statistics.ts";
import { BinClass, type BinMap } from "../plant/band-plan.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import type { FrameView } from "./frame-view.ts";

/** Averages that the past of a bin is learnt from before it judges, and after which older ones count less. */
const LEARN_BLOCKS = 20;
const MEMORY_BLOCKS = 100;
/** Neighbours whose spread is taken together: twenty averages of one bin alone know it to a sixth. */
const SPREAD_REACH = 8;

/** Stretch of one block that deviates, part of a box that grows over blocks. */
interface Box {
  first: number;
  end: number;
  startS: number;
  lastS: number;
  startSequence: number;
  cells: number;
  peak: number;
  peakBin: number;
  /** Bins of the newest block, to which the next one may connect. */
  front: [number, number][];
  isTold: boolean;
}

/**
 * D10: boxes in time and frequency in which averages leave the past of their bins by more than 4 sigma,
 * 4-connected. Each bin is held against itself, so that channels do not trigger.
 */
export class AnomalyDetector implements Detector {
  readonly id = "D10";
  readonly #context: DetectorContext;
  #mean: Float64Array | undefined;
  #variance: Float64Array | undefined;
  #spread: Float64Array | undefined;
  #blocks = 0;
  #boxes: Box[] = [];
  readonly #alarms: { alarm: Alarm; box: Box }[] = [];

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  feed(view: FrameView): DetectorNotice[] {
    if (!view.block) return [];
    const { levelsDbmv, looks } = view.block;
    this.#mean ??= new Float64Array(levelsDbmv.length);
    this.#variance ??= new Float64Array(levelsDbmv.length);
    this.#spread ??= new Float64Array(levelsDbmv.length);
    const isLearning = this.#blocks < LEARN_BLOCKS;
    const runs = isLearning ? [] : this.#runs(levelsDbmv, looks, view.map);
    this.#learn(levelsDbmv, runs);
    this.#blocks += 1;
    return isLearning ? [] : this.#grow(view, runs);
  }

  #learn(levelsDbmv: Float64Array, runs: readonly Run[]): void {
    const count = Math.min(MEMORY_BLOCKS, this.#blocks + 1);
    const mean = this.#mean!;
    const variance = this.#variance!;
    let run = 0;
    for (let k = 0; k < levelsDbmv.length; k += 1) {
      while (run < runs.length && runs[run]!.end <= k) run += 1;
      // What deviates is not learnt.
      if (run < runs.length && k >= runs[run]!.first) continue;
      const change = levelsDbmv[k]! - mean[k]!;
      if (Number.isNaN(change)) continue;
      mean[k]! += change / count;
      variance[k]! += (change * (levelsDbmv[k]! - mean[k]!) - variance[k]!) / count;
    }
  }

  /** Stretches of bins that deviate to one side. */
  #runs(levelsDbmv: Float64Array, looks: number, { classes }: BinMap): Run[] {
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
    for (let k = 0; k < bins; k += 1) {
      const deviation = levelsDbmv[k]! - this.#mean![k]!;
      // A channel with little traffic in one average is no anomaly.
      const isIdle = deviation < 0 && classes[k] !== BinClass.quiet && classes[k] !== BinClass.above;
      const z = isIdle ? 0 : Math.abs(deviation) / spread[k]!;
      if (!(z > limit)) continue;
      let run = runs.at(-1);
      if (run?.end !== k) {
        run = { first: k, end: k, peak: 0, peakBin: k };
        runs.push(run);
      }
      run.end = k + 1;
      if (z <= run.peak) continue;
      run.peak = z;
      run.peakBin = k;
    }
    return runs;
  }

  #grow(view: FrameView, runs: readonly Run[]): DetectorNotice[] {
    const { timeS, sequence } = view.frame;
    const previous = this.#boxes;
    const next: Box[] = [];
    for (const run of runs) {
      const touching = previous.filter((box) => box.front.some(([a, b]) => a < run.end && b > run.first));
      let box = next.find((candidate) => touching.includes(candidate)) ?? touching[0];
      if (!box) {
        box = {
          ...run,
          startS: timeS,
          lastS: timeS,
          startSequence: sequence,
          cells: 0,
          front: [],
          isTold: false,
        };
      }
      if (!next.includes(box)) {
        box.front = [];
        next.push(box);
      }
      box.front.push([run.first, run.end]);
      box.first = Math.min(box.first, run.first);
      box.end = Math.max(box.end, run.end);
      box.lastS = timeS;
      box.cells += run.end - run.first;
      if (run.peak > box.peak) {
        box.peak = run.peak;
        box.peakBin = run.peakBin;
      }
    }
    this.#boxes = next;
    return this.#tell(view);
  }

  #tell(view: FrameView): DetectorNotice[] {
    const { thresholds, journal } = this.#context;
    const { frame } = view;
    for (const box of this.#boxes) {
      if (box.isTold || box.cells < thresholds.d10Cells) continue;
      box.isTold = true;
      const timing = { ...timingOf(thresholds), ...AT_ONCE };
      this.#alarms.push({ alarm: new Alarm("D10", "anomaly", journal, timing), box });
    }
    const notices: DetectorNotice[] = [];
    for (const { alarm, box } of this.#alarms) {
      const isOpen = this.#boxes.includes(box);
      const notice = alarm.step(
        isOpen ? 0 : -thresholds.hysteresisDb - 1,
        isOpen
          ? {
              f0Hz: frequencyOfBin(frame, (box.first + box.end - 1) / 2),
              bwHz: (box.end - box.first) * frame.binSpacingHz,
              levelDbmv: view.block?.levelsDbmv[box.peakBin],
              channels: view.channelsAt(frequencyOfBin(frame, box.first), frequencyOfBin(frame, box.end)),
              statistic: "deviation from the bin's past in sigma",
              value: box.peak,
              threshold: thresholds.d10Sigmas,
              severity: "info",
              figures: { startS: box.startS, startSequence: box.startSequence, cells: box.cells },
            }
          : undefined,
        frame.timeS,
        frame.sequence,
      );
      if (notice) notices.push(notice);
    }
    for (let i = this.#alarms.length - 1; i >= 0; i -= 1)
      if (this.#alarms[i]!.alarm.isQuiet) this.#alarms.splice(i, 1);
    return notices;
  }
}

interface Run {
  first: number;
  end: number;
  peak: number;
  peakBin: number;
}
