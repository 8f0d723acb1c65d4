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

/** How a recording is judged at its beginning. */
export function firstOptionsOf(detail: RecordingDetail, detection: ChangeDetection): JudgeOptions {
  const [first] = detail.settings;
  return first === undefined
    ? judgeOptionsOf({ ...NOTHING_KNOWN, channels: [], isUncalibrated: true }, detection)
    : optionsOf(first, detection);
}

/** Frames of a recording with the options that hold from them on, where the capture was changed meanwhile. */
export async function* recordedFrames(
  detail: RecordingDetail,
  frames: AsyncIterable<Uint8Array<ArrayBuffer>>,
  detection: ChangeDetection,
): AsyncGenerator<TrialFrame> {
  const later = detail.settings.slice(1);
  for await (const bytes of frames) {
    let settings: RecordingSettings | undefined;
    while (later[0] && capturedAtMsOf(bytes.buffer) >= later[0].fromMs) settings = later.shift();
    yield { bytes, options: settings && optionsOf(settings, detection) };
  }
}

function optionsOf(settings: RecordingSettings, detection: ChangeDetection): JudgeOptions {
  return judgeOptionsOf({ ...settings, isUncalibrated: settings.kHundredthsDb === null }, detection);
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
