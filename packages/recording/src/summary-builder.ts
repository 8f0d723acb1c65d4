import { type BandPlan, BinClass, mapBins } from "@pnmlab/pnm-analysis";
import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol";
import { levelOfPower, powerOfLevel } from "./level-power.ts";
import type { Summary, SummaryHead } from "./summary.ts";

type Axis = Pick<SummaryHead, "bins" | "firstBinHz" | "binSpacingHz">;

export function sameAxis(a: Axis, b: Axis): boolean {
  return a.bins === b.bins && a.firstBinHz === b.firstBinHz && a.binSpacingHz === b.binSpacingHz;
}

/** Puts frames, or summaries of frames, of one axis together. */
export class SummaryBuilder {
  readonly #axis: Axis;
  readonly #max: Int16Array<ArrayBuffer>;
  readonly #powers: Float64Array;
  /** Frames that had a level, per bin. */
  readonly #known: Float64Array;
  #head: SummaryHead | undefined;
  #quietPower = 0;
  #quietFrames = 0;

  constructor(axis: Axis) {
    this.#axis = { bins: axis.bins, firstBinHz: axis.firstBinHz, binSpacingHz: axis.binSpacingHz };
    this.#max = new Int16Array(axis.bins).fill(NO_LEVEL);
    this.#powers = new Float64Array(axis.bins);
    this.#known = new Float64Array(axis.bins);
  }

  get axis(): Axis {
    return this.#axis;
  }

  /** What was added, without levels; undefined where nothing was. */
  get head(): Readonly<SummaryHead> | undefined {
    return this.#head;
  }

  /** @param isGap whether captures are missing before it, by its own flag or by its number */
  addFrame(frame: SpectrumFrame, isGap: boolean): void {
    const levels = frame.levelsHundredthsDbmv;
    for (let bin = 0; bin < levels.length; bin += 1) {
      const level = levels[bin]!;
      if (level === NO_LEVEL) continue;
      if (level > this.#max[bin]!) this.#max[bin] = level;
      this.#powers[bin]! += powerOfLevel(level);
      this.#known[bin]! += 1;
    }
    const flags = (frame.uncalibrated ? 2 : 0) | (frame.source === "snmp" ? 4 : 0);
    this.#extend({
      ...this.#axis,
      firstMs: frame.capturedAtMs,
      lastMs: frame.capturedAtMs,
      sizeBytes: 0,
      streamId: frame.streamId,
      firstSequence: frame.sequence,
      lastSequence: frame.sequence,
      frames: 1,
      gaps: isGap ? 1 : 0,
      settingsKey: 0,
      resolutionBandwidthHz: frame.resolutionBandwidthHz,
      quietDbmv: Number.NaN,
      kHundredthsDb: frame.kHundredthsDb,
      flags,
      segments: 1,
    });
  }

  addSummary(summary: Summary): void {
    for (let bin = 0; bin < summary.bins; bin += 1) {
      const level = summary.max[bin]!;
      if (level === NO_LEVEL) continue;
      if (level > this.#max[bin]!) this.#max[bin] = level;
      this.#powers[bin]! += powerOfLevel(summary.mean[bin]!) * summary.frames;
      this.#known[bin]! += summary.frames;
    }
    if (!Number.isNaN(summary.quietDbmv)) {
      this.#quietPower += 10 ** (summary.quietDbmv / 10) * summary.frames;
      this.#quietFrames += summary.frames;
    }
    this.#extend(summary, summary.segments);
  }

  /**
   * What was added, as one summary. The mean power of the quiet bins is that of the summaries added, or that of the
   * frames by `plan` where it is given and has channels.
   */
  build(rest: { sizeBytes: number; settingsKey: number; plan?: BandPlan }): Summary {
    const head = this.#head!;
    const mean = new Int16Array(this.#axis.bins);
    for (let bin = 0; bin < mean.length; bin += 1) {
      mean[bin] = levelOfPower(this.#powers[bin]! / this.#known[bin]!);
    }
    return {
      ...head,
      sizeBytes: rest.sizeBytes,
      settingsKey: rest.settingsKey,
      quietDbmv: this.#quietDbmv(rest.plan),
      max: this.#max.slice(),
      mean,
    };
  }

  #quietDbmv(plan: BandPlan | undefined): number {
    if (this.#quietFrames > 0) return 10 * Math.log10(this.#quietPower / this.#quietFrames);
    if (plan === undefined || plan.channels.length === 0) return Number.NaN;
    const { bins, firstBinHz, binSpacingHz } = this.#axis;
    const enbwBins = Math.ceil((this.#head?.resolutionBandwidthHz ?? 0) / binSpacingHz) || 1;
    const axis = { firstBinHz, binSpacingHz, levelsDbmv: new Float32Array(bins) };
    const { classes } = mapBins(axis, plan, enbwBins);
    let power = 0;
    let count = 0;
    for (let bin = 0; bin < bins; bin += 1) {
      if (classes[bin] !== BinClass.quiet || this.#known[bin] === 0) continue;
      power += this.#powers[bin]! / this.#known[bin]!;
      count += 1;
    }
    return count === 0 ? Number.NaN : 10 * Math.log10(power / count);
  }

  #extend(next: SummaryHead, segments = 0): void {
    const head = this.#head;
    if (head === undefined) {
      const { bins, firstBinHz, binSpacingHz } = this.#axis;
      const copied: SummaryHead & { max?: unknown; mean?: unknown } = {
        ...next,
        bins,
        firstBinHz,
        binSpacingHz,
      };
      delete copied.max;
      delete copied.mean;
      this.#head = copied;
      return;
    }
    head.firstMs = Math.min(head.firstMs, next.firstMs);
    head.lastMs = Math.max(head.lastMs, next.lastMs);
    head.lastSequence = next.lastSequence;
    head.frames += next.frames;
    head.gaps += next.gaps;
    head.sizeBytes += next.sizeBytes;
    head.flags |= next.flags;
    head.segments += segments;
    head.resolutionBandwidthHz = next.resolutionBandwidthHz;
    head.kHundredthsDb = next.kHundredthsDb;
  }
}
