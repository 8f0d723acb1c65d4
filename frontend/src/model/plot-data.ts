import { isSameBandwidth } from "@pnmlab/pnm-analysis";
import type { SpectrumFrame, UpstreamChannel } from "@pnmlab/protocol";
import { FrameRing } from "./frame-ring.ts";
import { type FrequencyAxis, sameAxis } from "./frequency-axis.ts";
import { type Gap, gapBefore, IntervalMeter } from "./gaps.ts";
import { type FrameSource, KeptFrames } from "./kept-frames.ts";
import { levelsOfHundredths } from "./levels.ts";
import { PastRows } from "./past-rows.ts";
import { PlantFigures } from "./plant-figures.ts";
import { onAxis, type ReferenceSpectrum, referenceOf } from "./reference-trace.ts";
import {
  DEFAULT_SWITCHES,
  DEFAULT_TRACE_OPTIONS,
  type TraceOptions,
  type TraceRole,
  type TraceSource,
  type TraceSwitches,
  usesSource,
} from "./trace-options.ts";
import { type LevelBand, Traces } from "./traces.ts";

/** How much a plot keeps. A monitor keeps ten minutes as far as memory allows, a tile what it shows. */
export interface PlotDepth {
  frames: number;
  bytes: number;
  /** Half seconds of which the peaks are kept where the frames have no room for them. */
  pastSlots: number;
}

/** The past is a quarter of an hour of a monitor, and 160 s of a tile, more than the highest one shows. */
export const MONITOR_DEPTH: PlotDepth = { frames: 12_000, bytes: 48_000_000, pastSlots: 1800 };
export const TILE_DEPTH: PlotDepth = { frames: 1200, bytes: 6_000_000, pastSlots: 320 };

/** A re-arm that is reported up to this long after a gap is taken as what ended it. */
const REARM_WINDOW_MS = 3000;
/** Kept frames that the figures of the plant are made from when the plan changes, or many frames come at once. */
const PLANT_FRAMES = 300;

/** The spectra of one stream and what is derived from them; starts anew when the axis changes. */
export class PlotData {
  axis: FrequencyAxis | undefined;
  ring: FrameRing | undefined;
  traces: Traces | undefined;
  plant: PlantFigures | undefined;
  /** What is derived from traces at the pace of the display, see `refreshShown`. */
  shown: {
    band?: LevelBand | undefined;
    difference?: Float64Array | undefined;
    user?: Float64Array | undefined;
  } = {};
  gaps: Gap[] = [];
  /** Counts up where the kept frames changed other than by a new one behind them. */
  keptVersion = 0;
  resolutionBandwidthHz = 0;
  /** The first frame of the ring that has it; those before have another. */
  measuredFromIndex = 0;
  uncalibrated = false;
  /** Stream of the newest frame; 0 before the first. */
  streamId = 0;
  withheld = 0;
  /** Frames that are kept but not yet in the traces, because the picture is frozen. */
  heldFrames = 0;

  readonly #depth: PlotDepth;
  readonly #intervals = new IntervalMeter();
  #channels: readonly UpstreamChannel[] = [];
  #switches: TraceSwitches = DEFAULT_SWITCHES;
  #options: TraceOptions = DEFAULT_TRACE_OPTIONS;
  #levels: Float32Array = new Float32Array(0);
  #past: PastRows | undefined;
  #reference: ReferenceSpectrum | undefined;
  #history: FrameRing | undefined;
  #rearms: number | undefined;
  #rearmOfGap: { gap: Gap; atMs: number } | undefined;

  constructor(depth: PlotDepth) {
    this.#depth = depth;
  }

  get channels(): readonly UpstreamChannel[] {
    return this.#channels;
  }

  setPlan(channels: readonly UpstreamChannel[]): void {
    if (JSON.stringify(channels) === JSON.stringify(this.#channels)) return;
    this.#channels = channels;
    const { ring } = this;
    this.plant = undefined;
    if (!ring) return;
    const end = ring.endIndex - this.heldFrames;
    for (let index = Math.max(ring.firstIndex, end - PLANT_FRAMES); index < end; index += 1) {
      this.#addToPlant(index);
    }
  }

  /** Takes what traces are shown and how they are made; what that changes is made anew from the kept frames. */
  setTraces(switches: TraceSwitches, options: TraceOptions): void {
    if (switches === this.#switches && options === this.#options) return;
    this.#switches = switches;
    this.#options = options;
    if (this.ring) this.traces?.configure(switches, options, this.ring, this.heldFrames);
  }

  get traceOptions(): TraceOptions {
    return this.#options;
  }

  get reference(): ReferenceSpectrum | undefined {
    return this.#reference;
  }

  /** Puts a spectrum by to compare with; it stays when the axis changes. */
  setReference(reference: ReferenceSpectrum | undefined): void {
    this.#reference = reference;
    const { traces, axis } = this;
    if (!traces || !axis) return;
    traces.reference = reference && { levelsDbmv: onAxis(reference, axis), label: reference.label };
  }

  /** Makes a trace of now the reference. @returns false where there is no such trace yet */
  takeReference(source: TraceSource, label: string): boolean {
    const levels = this.traces?.source(source);
    if (!levels || !this.axis) return false;
    this.setReference(referenceOf(this.axis, levels, label));
    return true;
  }

  /** Begins traces again with the next frame. */
  resetTraces(roles: readonly TraceRole[]): void {
    if (roles.includes("reference")) this.#reference = undefined;
    for (const role of roles) this.traces?.reset(role, this.ring?.endIndex ?? 0);
  }

  /** Brings difference and maths up to date, and with `slow` also the band and the floor per bin. */
  refreshShown(slow: boolean): void {
    const { traces } = this;
    if (!traces) return;
    const needsFloor = usesSource(this.#switches, this.#options, "floor");
    if (slow) traces.floor = needsFloor ? this.plant?.floorPerBin() : undefined;
    this.shown = {
      band: this.#switches.band ? (slow ? traces.band() : this.shown.band) : undefined,
      difference: this.#switches.difference ? traces.difference() : undefined,
      user: this.#switches.user ? traces.user() : undefined,
    };
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
    const axis = axisOf(frame);
    if (axis.bins === 0) return;
    if (!this.axis || !sameAxis(axis, this.axis)) this.#startAnew(axis);
    else if (!isSameBandwidth(frame, this)) {
      // Masks are judged by an axis and its bandwidth: another axis object begins them anew.
      this.axis = axis;
      this.#measureAnew(axis);
    }
    this.resolutionBandwidthHz = frame.resolutionBandwidthHz;
    const ring = this.ring!;
    const isFirst = ring.length === 0;
    const previousMs = isFirst ? frame.capturedAtMs : ring.timeAt(ring.endIndex - 1);
    const withheldFrames = isFirst ? 0 : frame.sequence - ring.sequenceAt(ring.endIndex - 1) - 1;
    const gap = this.#noteGap(frame, previousMs, Math.max(0, withheldFrames));
    // Gaps too: left out, a burst of files that were waiting would make every later frame one.
    if (!isFirst) this.#intervals.add(frame.capturedAtMs - previousMs);

    if (ring.length === ring.capacity) {
      const oldest = ring.firstIndex;
      this.#past?.add(ring.levelsAt(oldest), ring.timeAt(oldest), ring.gapBeforeAt(oldest));
    }
    ring.push(frame.levelsHundredthsDbmv, {
      sequence: frame.sequence,
      capturedAtMs: frame.capturedAtMs,
      gapBefore: gap !== undefined,
    });
    this.uncalibrated = frame.uncalibrated;
    this.streamId = frame.streamId;
    this.withheld += frame.withheld;
    this.heldFrames += 1;
    if (!hold) this.release();
  }

  /**
   * Lets the held frames into the traces, and the newest of them into the figures of the plant, whose frames cost ten
   * times as much. Frames that the ring has lost meanwhile are passed over.
   */
  release(): void {
    const { ring, traces } = this;
    if (!ring || !traces) return;
    const plantFrom = ring.endIndex - PLANT_FRAMES;
    for (
      let index = Math.max(ring.firstIndex, ring.endIndex - this.heldFrames);
      index < ring.endIndex;
      index += 1
    ) {
      traces.add(ring.levelsAt(index), ring.timeAt(index));
      if (index >= plantFrom) this.#addToPlant(index);
    }
    this.heldFrames = 0;
  }

  /** Memory that the kept frames take, in bytes. */
  get keptBytes(): number {
    return [this.ring, this.#past?.rows, this.#history].reduce(
      (sum, kept) => sum + (kept?.byteLength ?? 0),
      0,
    );
  }

  /** Time of the oldest single frame; rows in front of it are the peaks of several. */
  get singleFromMs(): number {
    const { ring } = this;
    return ring && ring.length > 0 ? ring.timeAt(ring.firstIndex) : Number.POSITIVE_INFINITY;
  }

  /** Time of the oldest row that was made from frames received, and not put in front of them; undefined without any. */
  get heldFromMs(): number | undefined {
    const oldest = [this.#past?.rows, this.ring].find((kept) => kept && kept.length > 0);
    return oldest?.timeAt(oldest.firstIndex);
  }

  /** All frames that the waterfall can show, with the history in front of what was received. */
  get kept(): FrameSource | undefined {
    return this.ring && new KeptFrames([this.#history, this.#past?.rows, this.ring]);
  }

  /** Puts older frames in front of those received, in the place of the ones put there before. Those on another axis are passed over. */
  setHistory(frames: readonly SpectrumFrame[]): void {
    const { axis } = this;
    if (!axis) return;
    const fitting = frames
      .filter((frame) => sameAxis(axisOf(frame), axis))
      .toSorted((a, b) => a.capturedAtMs - b.capturedAtMs);
    this.#history = fitting.length === 0 ? undefined : new FrameRing(axis.bins, fitting.length);
    for (const frame of fitting) this.#history!.push(frame.levelsHundredthsDbmv, frame);
    this.keptVersion += 1;
  }

  #addToPlant(index: number): void {
    const ring = this.ring!;
    const levels = levelsOfHundredths(ring.levelsAt(index), this.#levels);
    this.#plantOf(levels).add(levels, ring.timeAt(index) / 1000, ring.sequenceAt(index));
  }

  #plantOf(levels: Float32Array): PlantFigures {
    const bandwidthHz = this.resolutionBandwidthHz || this.axis!.binSpacingHz;
    this.plant ??= new PlantFigures(this.axis!, bandwidthHz, levels, this.#channels);
    return this.plant;
  }

  #startAnew(axis: FrequencyAxis): void {
    const capacity = Math.max(
      64,
      Math.min(this.#depth.frames, Math.floor(this.#depth.bytes / (axis.bins * 2))),
    );
    this.axis = axis;
    this.ring = new FrameRing(axis.bins, capacity);
    this.#measureAnew(axis);
    this.#levels = new Float32Array(axis.bins);
    this.#past = new PastRows(axis.bins, this.#depth.pastSlots);
    this.#history = undefined;
    this.keptVersion += 1;
    this.gaps = [];
    this.heldFrames = 0;
  }

  /** Traces and figures of another window do not go on with those of this one. */
  #measureAnew(axis: FrequencyAxis): void {
    this.measuredFromIndex = this.ring!.endIndex;
    this.traces = new Traces(axis.bins, this.#switches, this.#options);
    this.setReference(this.#reference);
    this.plant = undefined;
    this.shown = {};
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

function axisOf(frame: SpectrumFrame): FrequencyAxis {
  const { firstBinHz, binSpacingHz, levelsHundredthsDbmv } = frame;
  return { firstBinHz, binSpacingHz, bins: levelsHundredthsDbmv.length };
}
