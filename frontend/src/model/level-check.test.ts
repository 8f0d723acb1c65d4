import { type ChannelFigures, type LevelCheck, levelsAreOff } from "@pnmlab/pnm-analysis";
import type { UtscSampleReading } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { levelCheckOf, levelCheckWords } from "./level-check.ts";

const HANN_DB = 10 * Math.log10(1.5);
const AS_THE_MIB_SAYS: UtscSampleReading = { byteOrder: "big", binCal: "cw", timeOffsetDb: 0, set: [] };

function report(deviations: (number | undefined)[], enbwBins = 1.5, frames = 300, uncalibrated = false) {
  return {
    channels: deviations.map((deviationDb) => ({ deviationDb }) as ChannelFigures),
    uncalibrated,
    ring: { frames, bytes: 0, spanMs: 0 },
    resolutionBandwidthHz: 50_000 * enbwBins,
    binSpacingHz: 50_000,
  };
}

function words(check: LevelCheck, isTime: boolean, reading?: Partial<UtscSampleReading> | null) {
  return levelCheckWords(check, {
    cmtsId: "cmts-1",
    isTime,
    reading: reading === null ? undefined : { ...AS_THE_MIB_SAYS, ...reading },
  });
}

test("channels that all stand off by the noise bandwidth of the window speak for the other reading of bins", () => {
  const low = levelCheckOf(report([-1.9, -1.7, -1.8, Number.NaN, undefined]))!;
  expect(low).toMatchObject({ medianDb: -1.8, deviationsDb: [-1.9, -1.7, -1.8] });
  expect(low.enbwDb).toBeCloseTo(HANN_DB, 6);
  expect(levelsAreOff(low, false)).toBe(true);
  expect(words(low, false)).toMatch(
    /^The 3 channels stand −1\.8 dB off .* In PNMLAB_UTSC_SAMPLES the entry cmts-1=power reads them so\.$/,
  );
  const high = levelCheckOf(report([3, 3.1], 2.004))!;
  expect(words(high, false, { binCal: "power", set: ["binCal"] })).toContain("the entry cmts-1=cw reads");
});

test("a reading of bins that is in force already is not offered again", () => {
  const low = levelCheckOf(report([-1.9, -1.7, -1.8]))!;
  const high = levelCheckOf(report([3, 3.1], 2.004))!;
  for (const text of [words(high, false), words(low, false, { binCal: "power", set: ["binCal"] })]) {
    expect(text).toMatch(/K or the scale of its files may not be what they are read as\.$/);
    expect(text).not.toContain("PNMLAB_UTSC_SAMPLES");
  }
});

test("what is off by anything else may have another K or scale; of samples of time an offset mends it", () => {
  const far = levelCheckOf(report([-9, -10, -11], 1))!;
  expect(levelsAreOff(far, false)).toBe(true);
  expect(words(far, false)).toMatch(/K or the scale of its files/);
  expect(words(far, true)).toContain("the entry cmts-1=+10.0dB mends it");
});

test("the offset that is named is that in force and what is missing, as it replaces the one before", () => {
  const high = levelCheckOf(report([1.9, 2, 2.1], 1))!;
  expect(words(high, true, { timeOffsetDb: -60.2, set: ["timeOffsetDb"] })).toContain("cmts-1=-62.2dB mends");
  // Of the vendor profile.
  expect(words(high, true, { timeOffsetDb: 5 })).toContain("cmts-1=+3.0dB mends");
});

test("the whole entry is named: what else it sets stays", () => {
  const low = levelCheckOf(report([-2, -2], 1.5))!;
  const set: UtscSampleReading["set"] = ["byteOrder", "binCal", "timeOffsetDb"];
  const reading = { byteOrder: "little", binCal: "cw", timeOffsetDb: 1.5, set } as const;
  expect(words(low, false, reading)).toContain("cmts-1=power/little/+1.5dB reads");
  expect(words(low, true, { ...reading, set: ["byteOrder", "binCal"] })).toContain("cmts-1=cw/little/+3.5dB");
});

test("no setting is named where it is not known what is in force", () => {
  const low = levelCheckOf(report([-1.9, -1.7, -1.8]))!;
  expect(words(low, false, null)).toMatch(/noise bandwidth of the window.* than they are read\.$/);
  expect(words(low, true, null)).toMatch(/K refers to something else than our FFT\.$/);
});

test("one channel, few frames, or levels without calibration say nothing", () => {
  expect(levelCheckOf(report([-4, undefined]))).toBeUndefined();
  expect(levelCheckOf(report([-4, -4], 1.5, 100))).toBeUndefined();
  expect(levelCheckOf(report([-4, -4], 1.5, 300, true))).toBeUndefined();
  expect(levelCheckOf(undefined)).toBeUndefined();
  expect(levelsAreOff(undefined, true)).toBe(false);
});
