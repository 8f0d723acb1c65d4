import type { UtscAccepted } from "@pnmlab/protocol";

/** What a CMTS accepted that sends single looks through a rectangular window, which show how noise steps. */
export const SINGLE_LOOKS: UtscAccepted = {
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 1600,
  repeatPeriodUs: 100_000,
  freeRunDurationMs: 60_000,
  outputFormat: "fftPower",
  window: "rectangular",
  triggerMode: "freeRunning",
  averaging: 0,
  readAt: "2026-01-01T00:00:00.000Z",
};
