import type { SpectrumFrame, UpstreamChannel } from "@pnmlab/protocol";
import { FrameRing } from "./frame-ring.ts";
import { type FrequencyAxis, sameAxis } from "./frequency-axis.ts";
import { type Gap, gapBefore, IntervalMeter } from "./gaps.ts";
import { HistoryLine } from "./history-line.ts";
import { BAND_FRAMES, PercentileBand } from "./percentile-band.ts";
import { meanLevel, quietBins } from "./quiet-bins.ts";
import { TraceBank } from "./trace-bank.ts";

/** How much a plot keeps. A monitor keeps ten minutes as far as memory allows, a tile what it shows. */
export interface PlotDepth {
  frames: number;
  bytes: number;
  band: boolean;
}

export const MONITOR_DEPTH: PlotDepth = { frames: 12_000, bytes: 48_000_000, band: true };
export const TILE_DEPTH: PlotDepth = { frames: 1200, bytes: 6_000_000, band: false };

const HISTORY_FRAMES = 12_000;
/** A re-arm that is reported up to this long after a gap is taken as what ended it. */
const REARM_WINDOW_MS = 3000;

/** The spectra of one stream and what is derived from them; starts anew when the axis changes. */
export class PlotData {
  axis: FrequencyAxis | undefined;
  ring: FrameRing | undefined;
  bank: TraceBank | undefined;
  band: PercentileBand | undefined;
  readonly history = new HistoryLine(HISTORY_FRAMES);
  gaps: Gap[] = [];
  resolutionBandwidthHz = 0;
  uncalibrated = false;
  withheld = 0;
  /** Frames that are kept but not yet in the traces, because the picture is frozen. */
  heldFrames = 0;
  quiet: Int32Array = new Int32Array(0);

  readonly #depth: PlotDepth;
  readonly #intervals = new IntervalMeter();
  #channels: readonly UpstreamChannel[] = [];
  #rearms: number | undefined;
  #rearmOfGap: { gap: Gap; atMs: number } | undefined;

  constructor(depth: PlotDepth) {
    this.#depth = depth;
  }

  get channels(): readonly UpstreamChannel[] {
    return this.#channels;
  }

  setPlan(channels: readonly UpstreamChannel[]): void {
    this.#channels = channels;
    this.quiet = this.axis ? quietBins(this.axis, channels) : new Int32Array(0);
  }

  /** Takes note of the number of re-arms, so that a gap can name the one that ended it. */
  setRearms(rearms: number, nowMs: number): void {
    const grew = this.#rearms !== undefined && rearms > this.#rearms;
    this.#rearms = rearms;
    const pending = this.#rearmOfGap;
    if (grew && pending && nowMs - pending.atMs < REARM_WINDOW_MS) {
      pending.gap.label += `, re-arm ${rearms}`;
      this.#rearmOfGap = undefined;
    }
  }

  /**
   * Takes one frame. While `hold` is true it is kept but the traces stay as they are; the first frame
   * after that, or `release`, lets the held ones in.
   */
  ingest(frame: SpectrumFrame, hold: boolean): void {
    const axis: FrequencyAxis = {
      firstBinHz: frame.firstBinHz,
      binSpacingHz: frame.binSpacingHz,
      bins: frame.levelsHundredthsDbmv.length,
    };
    if (axis.bins === 0) return;
    if (!this.axis || !sameAxis(axis, this.axis)) this.#startAnew(axis);
    const ring = this.ring!;
    const isFirst = ring.length === 0;
    const previousMs = isFirst ? frame.capturedAtMs : ring.timeAt(ring.endIndex - 1);
    const withheldFrames = isFirst ? 0 : frame.sequence - ring.sequenceAt(ring.endIndex - 1) - 1;
    const gap = this.#noteGap(frame, previousMs, Math.max(0, withheldFrames));
    if (!gap && !isFirst) this.#intervals.add(frame.capturedAtMs - previousMs);

    ring.push(frame.levelsHundredthsDbmv, {
      sequence: frame.sequence,
      capturedAtMs: frame.capturedAtMs,
      gapBefore: gap !== undefined,
    });
    this.history.push({
      timeMs: ring.timeAt(ring.endIndex - 1),
      valueDbmv: meanLevel(frame.levelsHundredthsDbmv, this.quiet),
      gapBefore: gap !== undefined,
    });
    this.resolutionBandwidthHz = frame.resolutionBandwidthHz;
    this.uncalibrated = frame.uncalibrated;
    this.withheld += frame.withheld;
    this.heldFrames += 1;
    if (!hold) this.release();
  }

  /** Lets the held frames into the traces. Frames that the ring has lost meanwhile are passed over. */
  release(): void {
    const { ring, bank } = this;
    if (!ring || !bank) return;
    for (
      let index = Math.max(ring.firstIndex, ring.endIndex - this.heldFrames);
      index < ring.endIndex;
      index += 1
    ) {
      bank.add(ring.levelsAt(index), ring.timeAt(index));
      const leaving = index - BAND_FRAMES;
      this.band?.add(ring.levelsAt(index), leaving >= ring.firstIndex ? ring.levelsAt(leaving) : undefined);
    }
    this.heldFrames = 0;
  }

  #startAnew(axis: FrequencyAxis): void {
    const capacity = Math.max(
      64,
      Math.min(this.#depth.frames, Math.floor(this.#depth.bytes / (axis.bins * 2))),
    );
    this.axis = axis;
    this.ring = new FrameRing(axis.bins, capacity);
    this.bank = new TraceBank(axis.bins);
    this.band = this.#depth.band && capacity > BAND_FRAMES ? new PercentileBand(axis.bins) : undefined;
    this.gaps = [];
    this.heldFrames = 0;
    this.quiet = quietBins(axis, this.#channels);
  }

  #noteGap(frame: SpectrumFrame, previousMs: number, withheldFrames: number): Gap | undefined {
    const gap = gapBefore({
      previousMs,
      capturedAtMs: frame.capturedAtMs,
      flagged: frame.gapBefore,
      usualIntervalMs: this.#intervals.medianMs,
      withheldFrames,
    });
    if (gap) {
      this.gaps = [...this.gaps.slice(-199), gap];
      this.#rearmOfGap = { gap, atMs: frame.receivedAtMs };
    }
    return gap;
  }
}
