import { BinClass, bandPlanOf, captureGapMs, mapBins } from "@pnmlab/pnm-analysis";
import type { RecordingStep, UpstreamChannel } from "@pnmlab/protocol";
import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol/frame";
import { IntervalMeter } from "../gaps.ts";

/** Frames that still are one line while their period is not known. */
const LEAST_GAP_MS = 1500;
const MOST_POINTS = 12_000;
const LEAST_STEP_MS = 50;

/** Linear power of every level in hundredths of a dBmV. */
const powers = Float64Array.from({ length: 65536 }, (_, index) => 10 ** ((index - 32768) / 1000));

/**
 * Power of the quiet bins of frames as they come in, as steps of the timeline. It goes on where the
 * overview of the recording ends, and stands alone where nothing is recorded.
 */
export class QuietLine {
  #steps: RecordingStep[] = [];
  readonly #intervals = new IntervalMeter();
  /** Capture times of the newest step and of the newest frame. */
  #lastMs: number | undefined;
  #newestMs: number | undefined;
  #bins: Int32Array = new Int32Array(0);
  #binsOf = "";
  #channels: readonly UpstreamChannel[] = [];

  get steps(): readonly RecordingStep[] {
    return this.#steps;
  }

  setChannels(channels: readonly UpstreamChannel[]): void {
    this.#channels = channels;
    this.#binsOf = "";
  }

  /** A gap begins with a step of its own that has no level. */
  add(frame: SpectrumFrame): void {
    const atMs = frame.capturedAtMs;
    const gapMs = this.#gapBefore(frame);
    this.#newestMs = atMs;
    if (this.#lastMs !== undefined && atMs - this.#lastMs < LEAST_STEP_MS) return;
    const beginMs = atMs - (gapMs ?? 0);
    if (gapMs !== undefined && beginMs > this.#lastMs!)
      this.append([{ atMs: beginMs, frames: 0, quietDbmv: null, gap: false }]);
    this.#lastMs = atMs;
    this.append([{ atMs, frames: 1, quietDbmv: this.#meanOf(frame), gap: gapMs !== undefined }]);
  }

  /** Length of the gap in front of a frame, ms. */
  #gapBefore(frame: SpectrumFrame): number | undefined {
    if (this.#newestMs === undefined) return undefined;
    const intervalMs = frame.capturedAtMs - this.#newestMs;
    const periodMs = this.#intervals.medianMs;
    this.#intervals.add(intervalMs);
    const isMarked = frame.gapBefore || (periodMs === 0 && intervalMs > LEAST_GAP_MS);
    return captureGapMs(intervalMs, periodMs, isMarked);
  }

  /** Goes on with steps of a line that was begun elsewhere. */
  append(steps: readonly RecordingStep[]): void {
    this.#steps.push(...steps);
    if (this.#steps.length > MOST_POINTS) this.#steps = this.#steps.slice(MOST_POINTS / 4);
  }

  /** Hands over the steps since the last time; the line goes on behind them. */
  take(): RecordingStep[] {
    const taken = this.#steps;
    this.#steps = [];
    return taken;
  }

  /** Steps at or after a time. */
  from(atMs: number): readonly RecordingStep[] {
    return this.#steps.slice(firstFrom(this.#steps, atMs));
  }

  #meanOf(frame: SpectrumFrame): number | null {
    const levels = frame.levelsHundredthsDbmv;
    const axis = `${frame.firstBinHz}/${frame.binSpacingHz}/${levels.length}`;
    if (axis !== this.#binsOf) {
      this.#binsOf = axis;
      this.#bins = quietBinsOf(frame, this.#channels);
    }
    let sum = 0;
    let counted = 0;
    for (const bin of this.#bins) {
      const level = levels[bin]!;
      if (level === NO_LEVEL) continue;
      sum += powers[level + 32768]!;
      counted += 1;
    }
    return counted === 0 ? null : 10 * Math.log10(sum / counted);
  }
}

/** Index of the first step at or after a time; the number of steps where all are older. */
export function firstFrom(steps: readonly RecordingStep[], atMs: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.atMs < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bins of no channel; all bins where every one belongs to a channel. */
function quietBinsOf(frame: SpectrumFrame, channels: readonly UpstreamChannel[]): Int32Array {
  const { length } = frame.levelsHundredthsDbmv;
  const spectrum = {
    firstBinHz: frame.firstBinHz,
    binSpacingHz: frame.binSpacingHz,
    levelsDbmv: new Float32Array(length),
  };
  const { classes } = mapBins(spectrum, bandPlanOf([...channels]), 2);
  const quiet = Int32Array.from({ length }, (_, bin) => bin).filter((bin) => classes[bin] === BinClass.quiet);
  return quiet.length > 0 ? quiet : Int32Array.from({ length }, (_, bin) => bin);
}
