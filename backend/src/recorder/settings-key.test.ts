import type { RecordingSettings, UtscObserved } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { build } from "../_test/support.ts";
import { settingsKey } from "./settings-key.ts";

function keyOf(observed: Partial<UtscObserved>): number {
  return settingsKey({
    requested: {
      centerFrequencyHz: 45_000_000,
      spanHz: 80_000_000,
      bins: 800,
      repeatPeriodUs: 50_000,
      outputFormat: "fftDb",
    },
    accepted: null,
    observed: {
      bins: 800,
      outputFormat: "fftDb",
      fileLayout: "e6000-328",
      fileSizeBytes: 1928,
      ...observed,
    },
    kHundredthsDb: null,
    channels: [],
    software: build,
  } as unknown as Omit<RecordingSettings, "fromMs" | "firstSequence">);
}

test("a reading that begins to differ from what is expected is another setting, its figure of each file is not", () => {
  const scale = (found: string) => keyOf({ mismatches: [{ what: "scale", expected: "hundredths", found }] });
  expect(scale("steps of 0.48 dB")).toBe(scale("steps of 0.47 dB"));
  expect(scale("steps of 0.48 dB")).not.toBe(keyOf({}));
  const comparison = (sequence: number) =>
    keyOf({
      comparison: {
        sequence,
        capturedAt: "2026-01-01T00:00:00.000Z",
        uncalibrated: false,
        noiseStepDb: 4.8,
        readings: [],
      },
    });
  expect(comparison(1)).toBe(comparison(2));
  expect(keyOf({ repeatPeriodUs: 51_000 })).toBe(keyOf({ repeatPeriodUs: 52_000 }));
  expect(keyOf({ ownWindow: "flatTop" })).not.toBe(keyOf({ ownWindow: "hann" }));
});
