import {
  type ChangeRecorder,
  encodeSpectrumFrame,
  type FrameProvenance,
  type KeepRecording,
  type NewRecordingSchedule,
  type RecorderState,
  type Recording,
  type RecordingDetail,
  type RecordingSchedule,
  type SpectrumFrame,
  type UtscRequest,
} from "@pnmlab/protocol";
import type { RecordedFrame } from "../../model/frame-stream.ts";
import { ApiError } from "../api-error.ts";
import type { FramesFrom, RecordingsClient, TimeSpan } from "../recordings-client.ts";
import { SYNTHETIC_BUILD } from "./synthetic-lab.ts";
import { SYNTHETIC_CHANNELS, SyntheticSpectrum } from "./synthetic-spectrum.ts";

const REQUEST: UtscRequest = {
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 400,
  repeatPeriodUs: 100_000,
  outputFormat: "fftPower",
  window: "rectangular",
};
const FRAMES = 600;
const FRAME_MS = 100;
/** Frames of a run of the made-up CMTS, after which half a second is missing. */
const RUN = 200;

/** The made-up lab's recordings: a minute that somebody kept, of a port that is still there. */
export class SyntheticRecordings implements RecordingsClient {
  readonly #firstMs: number;
  #recordings: Recording[];
  #schedules: RecordingSchedule[] = [];
  #frames: SpectrumFrame[] | undefined;
  #recorder: RecorderState = {
    ringMinutes: 10,
    storedBytes: 3_800_000,
    limitBytes: 20_480_000_000,
    trigger: { enabled: false, leastSeverity: "major", kinds: [], preS: 60, postS: 60 },
    failure: null,
  };

  constructor(nowMs: number) {
    this.#firstMs = nowMs - 7_200_000;
    this.#recordings = [this.#recording("kept-1", "Ingress on Elm Street")];
  }

  list = async () => this.#recordings;
  detail = async (id: string): Promise<RecordingDetail> => ({
    ...this.#find(id),
    settings: [
      {
        fromMs: this.#firstMs,
        firstSequence: 1,
        requested: REQUEST,
        accepted: null,
        observed: null,
        kHundredthsDb: -8600,
        channels: SYNTHETIC_CHANNELS,
        software: SYNTHETIC_BUILD,
      },
    ],
  });
  overview = async (id: string, { fromMs, toMs }: TimeSpan, steps: number) => {
    this.#find(id);
    const stepMs = (toMs - fromMs) / steps;
    return {
      stepMs,
      steps: Array.from({ length: steps }, (_, step) => {
        const atMs = fromMs + step * stepMs;
        const inside = this.#all().filter((frame) => isWithin(frame, atMs, atMs + stepMs));
        return {
          atMs,
          frames: inside.length,
          quietDbmv: inside.length > 0 ? -47 + Math.sin(atMs / 9000) : null,
          gap: inside.some(({ gapBefore }) => gapBefore),
        };
      }),
    };
  };
  frames = async (id: string, from: FramesFrom, limit: number) => {
    this.#find(id);
    const first = this.#all().findIndex((frame) =>
      "fromMs" in from ? frame.capturedAtMs >= from.fromMs : frame.sequence >= from.fromSequence,
    );
    return first < 0
      ? []
      : this.#all()
          .slice(first, first + limit)
          .map(recorded);
  };
  rows = async (id: string, { fromMs, toMs }: TimeSpan, rows: number) => {
    this.#find(id);
    const rowMs = (toMs - fromMs) / rows;
    return Array.from({ length: rows }, (_, row) => fromMs + row * rowMs).flatMap((atMs) => {
      const inside = this.#all().filter((frame) => isWithin(frame, atMs, atMs + rowMs));
      const [first] = inside;
      if (!first) return [];
      const levels = first.levelsHundredthsDbmv.map((_, bin) =>
        Math.max(...inside.map((frame) => frame.levelsHundredthsDbmv[bin]!)),
      );
      return [recorded({ ...first, capturedAtMs: atMs, levelsHundredthsDbmv: levels })];
    });
  };
  fileUrl = (id: string) => `/api/recordings/${id}/file`;
  importFile = async (file: File): Promise<Recording> => {
    throw new ApiError("RECORDING_INVALID", `${file.name} is not a recording`, 422);
  };
  edit = async (id: string, change: { label?: string; note?: string }) => {
    const edited = { ...this.#find(id), ...change };
    this.#recordings = this.#recordings.map((one) => (one.id === id ? edited : one));
    return edited;
  };
  remove = async (id: string) => {
    this.#find(id);
    this.#recordings = this.#recordings.filter((one) => one.id !== id);
  };
  keep = async (_sessionId: string, { label = "", note = "" }: KeepRecording) => {
    const kept = { ...this.#recording(`kept-${this.#recordings.length + 1}`, label), note };
    this.#recordings = [kept, ...this.#recordings];
    return kept;
  };
  recorder = async () => this.#recorder;
  changeRecorder = async ({ trigger }: ChangeRecorder) => {
    this.#recorder = { ...this.#recorder, trigger };
    return this.#recorder;
  };
  frameOrigin = (_id: string, sequence: number): Promise<FrameProvenance> =>
    Promise.reject(
      new ApiError("RECORDING_ORIGIN_NOT_FOUND", `Frame ${sequence} is made up and has no file`, 404),
    );
  schedules = async () => this.#schedules;
  addSchedule = async (schedule: NewRecordingSchedule) => {
    const id = `schedule-${this.#schedules.length + 1}`;
    const added = { ...schedule, id, lastOutcome: null, nextAt: schedule.startsAt };
    this.#schedules = [...this.#schedules, added];
    return added;
  };
  replaceSchedule = async (id: string, schedule: NewRecordingSchedule) => {
    const replaced = { ...schedule, id, lastOutcome: null, nextAt: schedule.startsAt };
    this.#schedules = this.#schedules.map((one) => (one.id === id ? replaced : one));
    return replaced;
  };
  removeSchedule = async (id: string) => {
    this.#schedules = this.#schedules.filter((one) => one.id !== id);
  };

  #find(id: string): Recording {
    const found = this.#recordings.find((one) => one.id === id);
    if (!found) throw new ApiError("RECORDING_UNKNOWN", `There is no recording ${id}`, 404);
    return found;
  }

  #all(): SpectrumFrame[] {
    if (this.#frames) return this.#frames;
    const spectrum = new SyntheticSpectrum(REQUEST, 1);
    this.#frames = Array.from({ length: FRAMES }, (_, index) =>
      spectrum.next(this.#timeOf(index), index > 0 && index % RUN === 0),
    );
    return this.#frames;
  }

  #timeOf(index: number): number {
    return this.#firstMs + index * FRAME_MS + Math.floor(index / RUN) * 500;
  }

  #recording(id: string, label: string): Recording {
    return {
      id,
      kind: "kept",
      sessionId: "session-1",
      cmtsId: "lab-cmts-1",
      rfPortIfIndex: 72,
      rfPortName: "us-conn 3/0",
      label,
      note: "",
      firstMs: this.#firstMs,
      lastMs: this.#timeOf(FRAMES - 1),
      firstSequence: 1,
      frames: FRAMES,
      gaps: 2,
      sizeBytes: FRAMES * (64 + REQUEST.bins * 2),
      isOpen: false,
      eventId: null,
      createdAt: new Date(this.#firstMs).toISOString(),
    };
  }
}

function isWithin({ capturedAtMs }: SpectrumFrame, fromMs: number, toMs: number): boolean {
  return capturedAtMs >= fromMs && capturedAtMs < toMs;
}

function recorded(frame: SpectrumFrame): RecordedFrame {
  return { frame, bytes: encodeSpectrumFrame(frame).buffer };
}
