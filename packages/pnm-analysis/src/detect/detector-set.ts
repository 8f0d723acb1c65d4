import type { BandPlan } from "../plant/band-plan.ts";
import { type ChannelFigures, channelTable } from "../plant/channel-table.ts";
import { type LevelCheck, levelCheck } from "../plant/level-check.ts";
import { isSameAxis, isSameBandwidth, type SpectrumFrame } from "../spectrum-frame.ts";
import { AnomalyDetector } from "./anomaly.ts";
import type { DownstreamCarrier } from "./beat-grid.ts";
import { CarrierDetector } from "./carriers.ts";
import { ClippingDetector } from "./clipping.ts";
import type { Detector } from "./detector.ts";
import type { DetectorEvent, DetectorId, DetectorNotice } from "./event.ts";
import { EventJournal } from "./event-journal.ts";
import { FrameView } from "./frame-view.ts";
import { HumDetector } from "./hum.ts";
import { ImpulseDetector } from "./impulse.ts";
import { NarrowbandDetector } from "./narrowband.ts";
import { NoiseRiseDetector } from "./noise-rise.ts";
import { PassbandDetector } from "./passband.ts";
import { PathDistortionDetector } from "./path-distortion.ts";
import { ReceiverOverloadDetector } from "./receiver-overload.ts";
import { type Thresholds, thresholdsWith } from "./thresholds.ts";

export const DETECTORS: readonly DetectorId[] = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10"];

export interface DetectorSetOptions {
  plan: BandPlan;
  /** Those that differ from the defaults. */
  thresholds?: Partial<Thresholds>;
  /** All unless given. */
  enabled?: readonly DetectorId[];
  /** Noise of a quiet bin in times without disturbance, for D2; the start of the stream unless given. */
  noiseBaselineDbmv?: number | undefined;
  /** Channels of the downstream, for D4; none where they are not known. */
  downstream?: readonly DownstreamCarrier[];
  /** A trigger selects the frames, so that silence, traffic and endless sending of channels are not judged. */
  isTriggered?: boolean | undefined;
  /** Ids of new events; counts from 1 unless given. */
  nextId?: () => string;
}

/**
 * All detectors of one stream. Feed it every frame in order; it answers with what was raised, reopened or cleared. A
 * frame on another axis, of another noise bandwidth, or with another number of looks, starts everything anew.
 */
export class DetectorSet {
  #options: DetectorSetOptions;
  readonly #journal: EventJournal;
  #view: FrameView | undefined;
  #early: Detector[] = [];
  #late: Detector[] = [];
  #hum: HumDetector | undefined;
  #noiseRise: NoiseRiseDetector | undefined;

  constructor(options: DetectorSetOptions) {
    this.#options = options;
    this.#journal = new EventJournal(thresholdsWith(options.thresholds), options.nextId);
  }

  feed(frame: SpectrumFrame): DetectorNotice[] {
    const view = this.#viewOf(frame);
    view.begin(frame);
    const notices: DetectorNotice[] = [];
    for (const detector of this.#early) notices.push(...detector.feed(view));
    view.settle();
    for (const detector of this.#late) notices.push(...detector.feed(view));
    return notices;
  }

  /** The last thousand events as they stand now, the oldest first. */
  get events(): readonly DetectorEvent[] {
    return this.#journal.snapshots();
  }

  /** Those of them that are raised. */
  get raised(): readonly DetectorEvent[] {
    return this.#journal.snapshots(({ state }) => state === "raised");
  }

  /** Mean noise power of a quiet bin of the last frame; undefined where a disturbance spoilt it, or none is quiet. */
  get quietDbmv(): number | undefined {
    const view = this.#view;
    return view === undefined || view.isSpoilt || Number.isNaN(view.quietDbmv) ? undefined : view.quietDbmv;
  }

  /** Level relative to the channel at a frequency, or to the nearest where none is there; undefined without channels. */
  dBcAt(frequencyHz: number, levelDbmv: number): number | undefined {
    return this.#view?.dBcAt(frequencyHz, levelDbmv);
  }

  /** The channels held against the levels that the CMTS sets; undefined where that says nothing yet. */
  get levelCheck(): LevelCheck | undefined {
    const view = this.#view;
    if (view === undefined) return undefined;
    const { meter, frames, enbwBins } = view;
    const shown = meter.records.filter(({ isVisible }) => isVisible);
    return levelCheck({
      deviationsDb: shown.map((record) => record.deviationDb(enbwBins)),
      frames,
      enbwBins,
    });
  }

  /** Another baseline for D2 from the next frame on; a rise that is raised keeps its own. */
  changeNoiseBaseline(noiseBaselineDbmv: number): void {
    this.#options = { ...this.#options, noiseBaselineDbmv };
    this.#noiseRise?.changeBaseline(noiseBaselineDbmv);
  }

  /** Rows of the channel table over the last frames; empty before the first. */
  channels(): ChannelFigures[] {
    const view = this.#view;
    return view ? channelTable(view.frame, view.meter, view.floor, view.frame.resolutionBandwidthHz) : [];
  }

  /** Noise floor per bin in dBmV; undefined before the first frame. */
  floorDbmv(): Float64Array | undefined {
    return this.#view?.floor.levelsDbmv();
  }

  /** What the last hum fit found, with the rhythms that the repeat period hides. */
  get humFits(): HumDetector["fits"] {
    return this.#hum?.fits ?? [];
  }

  #viewOf(frame: SpectrumFrame): FrameView {
    const view = this.#view;
    const isGoingOn =
      view !== undefined &&
      isSameAxis(view.frame, frame) &&
      isSameBandwidth(view.frame, frame) &&
      (frame.looks ?? 1) === view.looks;
    if (isGoingOn) return view;
    this.#view = new FrameView(frame, this.#options.plan);
    this.#create();
    return this.#view;
  }

  #create(): void {
    const { enabled = DETECTORS, noiseBaselineDbmv, downstream, isTriggered, thresholds } = this.#options;
    const context = { thresholds: thresholdsWith(thresholds), journal: this.#journal, isTriggered };
    const paths = new PathDistortionDetector(context, downstream);
    const lines = new NarrowbandDetector(context);
    if (enabled.includes("D4")) lines.isExplained = (frequencyHz) => paths.explains(frequencyHz, 150_000);
    this.#hum = new HumDetector(context);
    this.#noiseRise = new NoiseRiseDetector(context, noiseBaselineDbmv);
    const isWanted = ({ id }: Detector) => enabled.includes(id);
    // What spoils a frame is found first; the comb before the lines that it explains.
    this.#early = [new ReceiverOverloadDetector(context), new ImpulseDetector(context)].filter(isWanted);
    this.#late = [
      this.#noiseRise,
      paths,
      lines,
      new ClippingDetector(context),
      this.#hum,
      new PassbandDetector(context),
      new CarrierDetector(context),
      new AnomalyDetector(context),
    ].filter(isWanted);
  }
}
