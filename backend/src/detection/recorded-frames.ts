import type { DownstreamCarrier, WatchedMask } from "@pnmlab/pnm-analysis";
import type { ChangeDetection, RecordingDetail, RecordingSettings } from "@pnmlab/protocol";
import { judgeOptionsOf } from "./judge-options.ts";
import type { TrialFrame } from "./trial-runner.ts";
import type { JudgeOptions } from "./worker-messages.ts";

/** Place of the capture time in wire bytes, see `SpectrumFrame` of `@pnmlab/protocol`. */
const CAPTURED_AT = 16;

/** Capture time of a frame in its wire bytes, Unix milliseconds. */
export function capturedAtMsOf(bytes: ArrayBuffer): number {
  return new DataView(bytes).getFloat64(CAPTURED_AT, true);
}

/** Notes the earliest and the latest capture time of frames that go by; null before the first. */
export class CapturedTimes {
  firstMs: number | null = null;
  lastMs: number | null = null;

  async *of(frames: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const bytes of frames) {
      const atMs = capturedAtMsOf(bytes.buffer);
      this.firstMs = Math.min(this.firstMs ?? atMs, atMs);
      this.lastMs = Math.max(this.lastMs ?? atMs, atMs);
      yield bytes;
    }
  }
}

/** What a recording is judged with beside what it tells itself. */
export interface JudgedWith {
  detection: ChangeDetection;
  /** Downstream channels of its port; none where they are not known. */
  downstream: readonly DownstreamCarrier[];
  /** Masks that the lab watches on its port now. */
  masks: readonly WatchedMask[];
}

/** How a recording is judged at its beginning. */
export function firstOptionsOf({ settings }: RecordingDetail, judged: JudgedWith): JudgeOptions {
  const { detection, downstream, masks } = judged;
  return settings.length === 0
    ? {
        ...judgeOptionsOf({ ...NOTHING_KNOWN, channels: [], isUncalibrated: true, downstream }, detection),
        masks,
      }
    : optionsOf(settings, 0, judged);
}

/** Frames of a recording with the options that hold from them on, where they are others than before. */
export async function* recordedFrames(
  { settings }: RecordingDetail,
  frames: AsyncIterable<Uint8Array<ArrayBuffer>>,
  judged: JudgedWith,
): AsyncGenerator<TrialFrame> {
  let at = 0;
  let key = settings.length === 0 ? "" : JSON.stringify(optionsOf(settings, 0, judged));
  for await (const bytes of frames) {
    const capturedAtMs = capturedAtMsOf(bytes.buffer);
    const before = at;
    while (at + 1 < settings.length && capturedAtMs >= settings[at + 1]!.fromMs) at += 1;
    const options = at === before ? undefined : optionsOf(settings, at, judged);
    const isChanged = options !== undefined && JSON.stringify(options) !== key;
    if (isChanged) key = JSON.stringify(options);
    yield { bytes, options: isChanged ? options : undefined };
  }
}

function optionsOf(
  settings: readonly RecordingSettings[],
  at: number,
  { detection, downstream, masks }: JudgedWith,
): JudgeOptions {
  // What a CMTS tells is read while the first frames come already.
  const told = settings.slice(at);
  const captured = {
    requested: settings[at]!.requested,
    accepted: told.find(({ accepted }) => accepted !== null)?.accepted ?? null,
    channels: told.find(({ channels }) => channels.length > 0)?.channels ?? [],
    downstream,
    isUncalibrated: told.every(({ kHundredthsDb }) => kHundredthsDb === null),
  };
  return { ...judgeOptionsOf(captured, detection), masks };
}

const NOTHING_KNOWN = {
  requested: {
    centerFrequencyHz: 1,
    spanHz: 1,
    bins: 16,
    repeatPeriodUs: 0,
    outputFormat: "fftPower",
  },
  accepted: null,
} as const;
