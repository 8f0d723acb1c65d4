import { decodePnm, encodeUtsc, type UtscFileInput, type UtscRecord } from "@pnmlab/pnm-codec";
import { expect, test } from "vitest";
import {
  bandPower,
  dbOfPower,
  Random,
  rawAdcLevelsDbmv,
  timeIqLevelsDbmv,
  utscFrameLevels,
  windowOfCode,
} from "./index.ts";

const SAMPLE_RATE_HZ = 102_400_000;
const CENTER_HZ = 50_000_000;

/** A complex tone of this many counts at an offset from the centre. */
function toneIq(offsetHz: number, counts: number, length = 2048): Int16Array {
  const iq = new Int16Array(2 * length);
  for (let n = 0; n < length; n += 1) {
    const angle = (2 * Math.PI * offsetHz * n) / SAMPLE_RATE_HZ;
    iq[2 * n] = Math.round(counts * Math.cos(angle));
    iq[2 * n + 1] = Math.round(counts * Math.sin(angle));
  }
  return iq;
}

function highest(levels: Float32Array): number {
  return levels.indexOf(levels.reduce((a, b) => Math.max(a, b)));
}

function fileOf(overrides: Partial<UtscFileInput>): UtscRecord {
  const record = decodePnm(
    encodeUtsc({
      form: "e6000-328",
      captureTimeS: 1_780_000_000,
      ifIndex: 1,
      ccapId: "ccap",
      outputFormat: "fftPower",
      bins: 4,
      centerFrequencyHz: CENTER_HZ,
      spanHz: 80_000_000,
      samples: Uint32Array.of(1_000_000, 0, 1, 2),
      kHundredthsDb: -8600,
      sampleRateHz: SAMPLE_RATE_HZ,
      ...overrides,
    } as UtscFileInput),
  );
  if (record.kind !== "utsc") throw new Error(`not a spectrum capture: ${record.kind}`);
  return record;
}

test("a tone on a bin reads its level at its frequency in every window", () => {
  for (const windowName of ["rectangular", "hann", "blackmanHarris", "flatTop"] as const) {
    const frame = timeIqLevelsDbmv(toneIq(5_000_000, 1000), {
      sampleRateHz: SAMPLE_RATE_HZ,
      centerFrequencyHz: CENTER_HZ,
      spanHz: SAMPLE_RATE_HZ,
      windowName,
      kHundredthsDb: -8600,
    });
    const bin = highest(frame.levelsDbmv);
    expect(frame.firstBinHz + bin * frame.binSpacingHz).toBe(55_000_000);
    expect(frame.levelsDbmv[bin]).toBeCloseTo(-26, 2);
    expect(frame.uncalibrated).toBe(false);
  }
});

test("time samples are cut to the span, and all bins remain where the span is the sample rate", () => {
  const options = { sampleRateHz: SAMPLE_RATE_HZ, centerFrequencyHz: CENTER_HZ, kHundredthsDb: -5500 };
  const cut = timeIqLevelsDbmv(toneIq(0, 100), { ...options, spanHz: 80_000_000 });
  expect(cut).toMatchObject({ firstBinHz: 10_000_000, binSpacingHz: 50_000 });
  expect(cut.levelsDbmv).toHaveLength(1600);
  expect(highest(cut.levelsDbmv)).toBe(800);
  const all = timeIqLevelsDbmv(toneIq(0, 100), { ...options, spanHz: SAMPLE_RATE_HZ });
  expect(all.levelsDbmv).toHaveLength(2048);
  expect(all.firstBinHz).toBe(CENTER_HZ - SAMPLE_RATE_HZ / 2);
});

test("the band power of the whole span is the mean power of the samples", () => {
  const random = new Random(3);
  const iq = Int16Array.from({ length: 8192 }, () => Math.round(200 * random.normal()));
  const frame = timeIqLevelsDbmv(iq, {
    sampleRateHz: SAMPLE_RATE_HZ,
    centerFrequencyHz: CENTER_HZ,
    spanHz: SAMPLE_RATE_HZ,
    windowName: "hann",
    kHundredthsDb: -5500,
  });
  const total = bandPower(
    frame,
    frame.firstBinHz - frame.binSpacingHz / 2,
    frame.firstBinHz + 4095.5 * frame.binSpacingHz,
    frame.resolutionBandwidthHz / frame.binSpacingHz,
  );
  const mean = iq.reduce((sum, value) => sum + value * value, 0) / 4096;
  expect(Math.abs(total.powerDbmv - (dbOfPower(mean) - 55))).toBeLessThan(0.2);
});

test("a sine in converter samples reads its rms level on the converter's own axis", () => {
  const sampleRateHz = 409_600_000;
  const samples = Int16Array.from({ length: 4096 }, (_, n) =>
    Math.round(1000 * Math.SQRT2 * Math.sin((2 * Math.PI * 30_000_000 * n) / sampleRateHz)),
  );
  const frame = rawAdcLevelsDbmv(samples, {
    sampleRateHz,
    centerFrequencyHz: CENTER_HZ,
    spanHz: 80_000_000,
    kHundredthsDb: -8600,
  });
  expect(frame.firstBinHz).toBe(10_000_000);
  expect(frame.levelsDbmv).toHaveLength(800);
  const bin = highest(frame.levelsDbmv);
  expect(frame.firstBinHz + bin * frame.binSpacingHz).toBe(30_000_000);
  expect(frame.levelsDbmv[bin]).toBeCloseTo(-26, 1);
  expect(() =>
    rawAdcLevelsDbmv(samples, { sampleRateHz, centerFrequencyHz: 600_000_000, spanHz: 80_000_000 }),
  ).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("an odd number of integers or an empty capture is refused", () => {
  const options = { sampleRateHz: SAMPLE_RATE_HZ, centerFrequencyHz: CENTER_HZ, spanHz: SAMPLE_RATE_HZ };
  expect(() => timeIqLevelsDbmv(new Int16Array(9), options)).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT" }),
  );
  expect(() => timeIqLevelsDbmv(new Int16Array(0), options)).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT" }),
  );
});

test("example 8: a power file reads -26.000 dBmV for 1 000 000 counts at K -86.00", () => {
  const frame = utscFrameLevels(fileOf({ window: 3 }), 0);
  expect(frame.levelsDbmv[0]).toBeCloseTo(-26, 3);
  expect(frame.levelsDbmv[1]).toBeCloseTo(-89.01, 2);
  expect(frame).toMatchObject({ firstBinHz: 10_000_000, binSpacingHz: 20_000_000, uncalibrated: false });
  expect(frame.resolutionBandwidthHz).toBeCloseTo(30_000_000, 3);
});

test("example 8: amplitude 1000 reads -26.000 and fftDb 1234 reads -73.660 dBmV at K -86.00", () => {
  const amplitude = fileOf({ outputFormat: "fftAmplitude", samples: Uint16Array.of(1000, 1, 1, 1) });
  expect(utscFrameLevels(amplitude, 0).levelsDbmv[0]).toBeCloseTo(-26, 3);
  const decibels = fileOf({ outputFormat: "fftDb", samples: Int16Array.of(1234, 0, 0, 0) });
  expect(utscFrameLevels(decibels, 0).levelsDbmv[0]).toBeCloseTo(-73.66, 3);
});

test("a header without K takes it from the configuration and says when nobody has one", () => {
  const record = fileOf({ form: "common-header-v2" });
  const hinted = { ...record, outputFormat: "fftPower" as const };
  expect(utscFrameLevels(hinted, 0, { kHundredthsDb: -8600 }).levelsDbmv[0]).toBeCloseTo(-26, 3);
  const frame = utscFrameLevels(hinted, 0);
  expect(frame.uncalibrated).toBe(true);
  expect(frame.levelsDbmv[0]).toBeCloseTo(60, 3);
});

test("a timeIQ file of several frames gives each frame's levels", () => {
  const first = toneIq(5_000_000, 1000, 256);
  const second = toneIq(-10_000_000, 500, 256);
  const samples = new Int16Array(1024);
  samples.set(first);
  samples.set(second, 512);
  const record = fileOf({
    outputFormat: "timeIQ",
    bins: 256,
    spanHz: SAMPLE_RATE_HZ,
    samples,
    kHundredthsDb: -5500,
  });
  const frame = utscFrameLevels(record, 1);
  const bin = highest(frame.levelsDbmv);
  expect(frame.firstBinHz + bin * frame.binSpacingHz).toBe(40_000_000);
  expect(frame.levelsDbmv[bin]).toBeCloseTo(20 * Math.log10(500) - 55, 1);
  expect(() => utscFrameLevels(record, 2)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("an axis that nobody knows is a named error", () => {
  const record = { ...fileOf({}), centerFrequencyHz: undefined };
  expect(() => utscFrameLevels(record, 0)).toThrow(expect.objectContaining({ code: "MISSING_PARAMETER" }));
  const raw = { ...fileOf({}), outputFormat: "rawAdc" as const, capture: undefined };
  expect(() => utscFrameLevels(raw, 0)).toThrow(expect.objectContaining({ code: "MISSING_PARAMETER" }));
});

test("window codes are those of the UTSC configuration", () => {
  expect([0, 1, 2, 3, 8, 9].map(windowOfCode)).toEqual([
    undefined,
    undefined,
    "rectangular",
    "hann",
    "chebyshev",
    undefined,
  ]);
});
