import type { ChannelFigures } from "@pnmlab/pnm-analysis";
import { expect, test } from "vitest";
import { isOff, levelCheck, levelCheckWords } from "./level-check.ts";

const HANN_DB = 10 * Math.log10(1.5);

function report(deviations: (number | undefined)[], enbwBins = 1.5, frames = 300, uncalibrated = false) {
  return {
    channels: deviations.map((deviationDb) => ({ deviationDb }) as ChannelFigures),
    uncalibrated,
    ring: { frames, bytes: 0, spanMs: 0 },
    resolutionBandwidthHz: 50_000 * enbwBins,
    binSpacingHz: 50_000,
  };
}

test("channels that all stand off by the noise bandwidth of the window speak for the other reading of bins", () => {
  const low = levelCheck(report([-1.9, -1.7, -1.8, Number.NaN, undefined]))!;
  expect(low).toMatchObject({ medianDb: -1.8, channels: 3 });
  expect(low.enbwDb).toBeCloseTo(HANN_DB, 6);
  expect(isOff(low, false)).toBe(true);
  expect(levelCheckWords(low, "cmts-1", false)).toMatch(
    /^The 3 channels stand −1\.8 dB off .* PNMLAB_UTSC_SAMPLES=cmts-1=power reads them so\.$/,
  );
  const high = levelCheck(report([3, 3.1], 2.004))!;
  expect(levelCheckWords(high, "cmts-1", false)).toContain("PNMLAB_UTSC_SAMPLES=cmts-1=cw");
});

test("what is off by anything else may have another K or scale; of samples of time an offset mends it", () => {
  const far = levelCheck(report([-9, -10, -11], 1))!;
  expect(isOff(far, false)).toBe(true);
  expect(levelCheckWords(far, "cmts-1", false)).toMatch(/K or the scale of its files/);
  expect(levelCheckWords(far, "cmts-1", true)).toContain("PNMLAB_UTSC_SAMPLES=cmts-1=+10.0dB");
});

test("a decibel is what ranging leaves, and what wavers about the limit does not flicker", () => {
  expect(isOff(levelCheck(report([-1, 0.4, 0.9])), false)).toBe(false);
  const wavering = levelCheck(report([-1.3, -1.3]));
  expect(isOff(wavering, false)).toBe(false);
  expect(isOff(wavering, true)).toBe(true);
  expect(isOff(levelCheck(report([-1, -1])), true)).toBe(false);
});

test("one channel, few frames, or levels without calibration say nothing", () => {
  expect(levelCheck(report([-4, undefined]))).toBeUndefined();
  expect(levelCheck(report([-4, -4], 1.5, 100))).toBeUndefined();
  expect(levelCheck(report([-4, -4], 1.5, 300, true))).toBeUndefined();
  expect(levelCheck(undefined)).toBeUndefined();
  expect(isOff(undefined, true)).toBe(false);
});
