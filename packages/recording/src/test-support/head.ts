import type { RecordingHead } from "../layout.ts";

/** What a recording of frames with 16 bins begins with. */
export const head: RecordingHead = {
  sessionId: "s1",
  cmtsId: "lab-cmts-1",
  rfPortIfIndex: 5,
  rfPortName: "us 1/0",
  label: "Störung µ 測定",
  note: "",
  createdAt: "2026-01-01T00:00:00.000Z",
  settings: {
    fromMs: 1000,
    firstSequence: 1,
    requested: {
      centerFrequencyHz: 40_000_000,
      spanHz: 80_000_000,
      bins: 16,
      repeatPeriodUs: 50_000,
      outputFormat: "fftPower",
    },
    accepted: null,
    observed: null,
    kHundredthsDb: null,
    channels: [],
    software: { version: "0.1.0", commit: "0123456789", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" },
  },
};
