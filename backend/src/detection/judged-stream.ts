import {
  channelsOff,
  type DetectorEvent,
  type DetectorNotice,
  isSameAxis,
  isSameBandwidth,
  levelsAreOff,
  type MaskState,
  median,
  type SpectrumFrame,
  type WatchedMask,
} from "@pnmlab/pnm-analysis";
import { EvidenceRing } from "./evidence-ring.ts";
import { StreamDetectors } from "./stream-detectors.ts";
import { analysedFrameOf } from "./wire-frame.ts";
import type { EventChange, EvidenceFrame, JudgeOptions, StreamLevels } from "./worker-messages.ts";

/** Time between two looks at what is raised, and least time between two reports of one event that goes on. */
const LOOK_EVERY_S = 1;
const REPORT_EVERY_S = 5;

/** Looks after which the noise of the hour is told, so that little is lost with the program. */
const TELL_NOISE_EVERY = 300;

export interface StreamListener {
  onEvent(change: EventChange, event: DetectorEvent): void;
  /** The frames around the peak of an event; again where the peak has moved. */
  onEvidence(eventId: string, frames: EvidenceFrame[], peakFrame: number): void;
  /** Events so far are followed no more. */
  onReleased(): void;
  /** How the masks stand; told at the first frame and wherever it has changed. */
  onMaskStates(states: MaskState[]): void;
  /** How the levels of the channels stand; told once it is known and wherever it has changed. */
  onLevels(levels: StreamLevels): void;
  /** Noise of an hour of captures as far as it is known; again where more is. */
  onNoise(noise: { hour: number; dbmvPerHz: number; samples: number }): void;
}

/** What was told of an event that is raised. */
interface Told {
  reportedS: number;
  /** Numbers of the frames that were told as its evidence. */
  evidence: string;
}

/** The detectors of one session: takes its frames as wire bytes and tells what becomes of each event. */
export class JudgedStream {
  #options: JudgeOptions;
  readonly #listener: StreamListener;
  readonly #nextId: () => string;
  readonly #ring = new EvidenceRing();
  readonly #told = new Map<string, Told>();
  #detectors: StreamDetectors | undefined;
  #toldMasks = "";
  #levels: StreamLevels | undefined;
  #last: SpectrumFrame | undefined;
  #lookedS = Number.NEGATIVE_INFINITY;
  /** Noise per hertz in the present hour, a look each. */
  #noise: number[] = [];
  #noiseHour = 0;

  /** @param nextId ids of events: they must not return in other streams */
  constructor(options: JudgeOptions, nextId: () => string, listener: StreamListener) {
    this.#options = options;
    this.#nextId = nextId;
    this.#listener = listener;
  }

  /** Takes the buffer over. @throws PnmLabError `FRAME_INVALID` */
  feed(bytes: ArrayBuffer): void {
    const frame = analysedFrameOf(bytes, this.#options);
    const last = this.#last;
    if (last && !(isSameAxis(last, frame) && isSameBandwidth(last, frame))) this.#release(last, frame);
    // Files that come late belong before others: times of detectors do not go back.
    if (last) frame.timeS = Math.max(frame.timeS, last.timeS);
    this.#last = frame;
    this.#ring.push({ sequence: frame.sequence, bytes });
    this.#detectors ??= this.#newDetectors(frame);
    const { timeS } = frame;
    this.#tell(this.#detectors.feed(frame), frame);
    this.#tellMasks();
    const isProofDue = [...this.#told.values()].some(({ evidence }) => evidence === "");
    if (isProofDue || timeS - this.#lookedS >= LOOK_EVERY_S) this.#look(frame);
  }

  /** Other masks from the next frame on. */
  changeMasks(masks: readonly WatchedMask[]): void {
    this.#options = { ...this.#options, masks };
    if (this.#last && this.#detectors) this.#tell(this.#detectors.changeMasks(masks), this.#last);
    this.#tellMasks();
  }

  /** The noise of the hour that begins; a rise that is raised keeps its own. */
  changeBaseline(noiseBaselineDbmvPerHz: number): void {
    const { noiseBaselineDbmv, ...options } = this.#options;
    this.#options = { ...options, noiseBaselineDbmvPerHz };
    if (this.#last) this.#detectors?.changeNoiseBaseline(noiseBaselineDbmvPerHz + bandwidthDbOf(this.#last));
  }

  /** Nothing more comes. */
  end(): void {
    this.#tellNoise();
  }

  #tell(notices: readonly DetectorNotice[], frame: SpectrumFrame): void {
    for (const { type, event } of notices) {
      if (type === "cleared") this.#sendEvidence(event, frame);
      this.#listener.onEvent(type === "cleared" ? "cleared" : "raised", event);
      if (type === "cleared") this.#told.delete(event.id);
      else {
        const evidence = this.#told.get(event.id)?.evidence ?? "";
        this.#told.set(event.id, { reportedS: frame.timeS, evidence });
      }
    }
  }

  #tellMasks(): void {
    const states = this.#detectors?.maskStates;
    if (states === undefined) return;
    const text = JSON.stringify(states);
    if (text === this.#toldMasks) return;
    this.#toldMasks = text;
    this.#listener.onMaskStates(states);
  }

  #newDetectors(frame: SpectrumFrame): StreamDetectors {
    const { noiseBaselineDbmvPerHz, ...options } = this.#options;
    if (noiseBaselineDbmvPerHz !== undefined)
      options.noiseBaselineDbmv ??= noiseBaselineDbmvPerHz + bandwidthDbOf(frame);
    return new StreamDetectors(options, this.#nextId);
  }

  #sampleNoise(frame: SpectrumFrame): void {
    const quietDbmv = this.#detectors!.quietDbmv;
    if (quietDbmv === undefined) return;
    const hour = Math.floor(frame.timeS / 3600);
    if (hour !== this.#noiseHour) {
      this.#tellNoise();
      this.#noise = [];
      this.#noiseHour = hour;
    }
    this.#noise.push(quietDbmv - bandwidthDbOf(frame));
    if (this.#noise.length % TELL_NOISE_EVERY === 0) this.#tellNoise();
  }

  #checkLevels(): void {
    const check = this.#detectors!.levelCheck;
    if (!check) return;
    const levels = {
      medianDb: Math.round(10 * check.medianDb) / 10,
      channels: check.deviationsDb.length,
      channelsOff: channelsOff(check),
      areOff: levelsAreOff(check, this.#levels?.areOff ?? false),
    };
    const isTold = JSON.stringify(levels) === JSON.stringify(this.#levels);
    this.#levels = levels;
    if (!isTold) this.#listener.onLevels(levels);
  }

  #tellNoise(): void {
    const samples = this.#noise.length;
    if (samples === 0) return;
    this.#listener.onNoise({ hour: this.#noiseHour, dbmvPerHz: median(this.#noise), samples });
  }

  #look(frame: SpectrumFrame): void {
    const { timeS } = frame;
    this.#lookedS = timeS;
    this.#sampleNoise(frame);
    this.#checkLevels();
    for (const event of this.#detectors!.raised) {
      const told = this.#told.get(event.id);
      if (told === undefined) continue;
      this.#sendEvidence(event, frame);
      if (timeS - told.reportedS < REPORT_EVERY_S) continue;
      told.reportedS = timeS;
      this.#listener.onEvent("changed", event);
    }
  }

  /** Once the frames after the peak have come; of an event that ends, what there is. */
  #sendEvidence(event: DetectorEvent, { sequence }: SpectrumFrame): void {
    const told = this.#told.get(event.id);
    const { frames, peakFrame } = event.evidence;
    const numbers = frames.join();
    const isComing = event.state === "raised" && sequence < frames.at(-1)!;
    if (told === undefined || told.evidence === numbers || isComing) return;
    told.evidence = numbers;
    const picked = this.#ring.pick(frames);
    if (picked.length > 0) this.#listener.onEvidence(event.id, picked, peakFrame);
  }

  #release(last: SpectrumFrame, next: SpectrumFrame): void {
    const { noiseBaselineDbmv } = this.#options;
    if (noiseBaselineDbmv !== undefined) {
      const changeDb = bandwidthDbOf(next) - bandwidthDbOf(last);
      this.#options = { ...this.#options, noiseBaselineDbmv: noiseBaselineDbmv + changeDb };
    }
    this.#detectors = undefined;
    this.#levels = undefined;
    this.#told.clear();
    this.#listener.onReleased();
  }
}

/** Noise bandwidth of a frame's bins, dB over one hertz. */
function bandwidthDbOf({ resolutionBandwidthHz, binSpacingHz }: SpectrumFrame): number {
  return 10 * Math.log10(resolutionBandwidthHz || binSpacingHz);
}
