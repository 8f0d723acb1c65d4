import { expect, test } from "vitest";
import { noiseSpreadDb } from "../noise-statistics.ts";
import { Random } from "../random.ts";
import { dbOfPower } from "../units.ts";
import { type ComparedSpectrum, compareSpectra } from "./compare-spectra.ts";
import { coarserAxis, resampled } from "./resample.ts";

const LOOKS = 200;

/** Noise averaged over `LOOKS` spectra around a level, with lines added. */
function averaged(
  seed: number,
  {
    binSpacingHz = 50_000,
    bins = 1600,
    floorDbmv = -50,
    rbwHz = binSpacingHz * 1.5,
    lines = [],
  }: {
    binSpacingHz?: number;
    bins?: number;
    floorDbmv?: number;
    rbwHz?: number;
    lines?: [number, number][];
  },
): ComparedSpectrum {
  const random = new Random(seed);
  const spread = noiseSpreadDb(LOOKS);
  const firstBinHz = 5e6 + binSpacingHz / 2;
  const levelsDbmv = Float64Array.from({ length: bins }, () => floorDbmv + spread * random.normal());
  for (const [hz, level] of lines) levelsDbmv[Math.round((hz - firstBinHz) / binSpacingHz)] = level;
  return { levelsDbmv, firstBinHz, binSpacingHz, resolutionBandwidthHz: rbwHz, looks: LOOKS };
}

test("a fine grid goes onto a coarse one by the mean of its powers, with bins shared at their edges", () => {
  const fine = { levelsDbmv: Float64Array.of(0, 10, 20, 30), firstBinHz: 100, binSpacingHz: 10 };
  const pairs = resampled(fine, { firstBinHz: 105, binSpacingHz: 20, bins: 2 });
  expect(pairs[0]).toBeCloseTo(dbOfPower((1 + 10) / 2), 9);
  expect(pairs[1]).toBeCloseTo(dbOfPower((100 + 1000) / 2), 9);
  const shifted = resampled(fine, { firstBinHz: 110, binSpacingHz: 20, bins: 1 });
  expect(shifted[0]).toBeCloseTo(dbOfPower((1 * 0.5 + 10 + 100 * 0.5) / 2), 9);
});

test("a bin of which less than half is covered has no level", () => {
  const fine = { levelsDbmv: Float64Array.of(0, Number.NaN, Number.NaN, 0), firstBinHz: 0, binSpacingHz: 10 };
  const levels = resampled(fine, { firstBinHz: 10, binSpacingHz: 30, bins: 2 });
  expect(levels[0]).toBeNaN();
  expect(levels[1]).toBeNaN();
});

test("the grid of a comparison is the coarser one, cut to what both cover", () => {
  const a = { levelsDbmv: new Float64Array(100), firstBinHz: 0, binSpacingHz: 10 };
  const b = { levelsDbmv: new Float64Array(100), firstBinHz: 502.5, binSpacingHz: 5 };
  const axis = coarserAxis(a, b);
  expect(axis).toEqual({ firstBinHz: 500, binSpacingHz: 10, bins: 50 });
  expect(() => coarserAxis(a, { ...b, firstBinHz: 5000 })).toThrow("no frequency in common");
});

test("noise that has not changed lies within two sigmas in about 95 of 100 bins, and shows no line", () => {
  const { bins, lines, spreadDb } = compareSpectra(averaged(1, {}), averaged(2, {}));
  expect(spreadDb).toBeCloseTo(Math.SQRT2 * noiseSpreadDb(LOOKS), 9);
  expect(bins.known).toBe(1600);
  expect(bins.beyond / bins.known).toBeGreaterThan(0.03);
  expect(bins.beyond / bins.known).toBeLessThan(0.065);
  expect(lines).toEqual([]);
});

test("a line is told as new, gone, changed or the same, with its levels at its place", () => {
  const before = averaged(1, {
    lines: [
      [10e6, -30],
      [20e6, -20],
      [30e6, -25],
    ],
  });
  const after = averaged(2, {
    lines: [
      [20e6, -28],
      [30e6, -25],
      [40e6, -35],
    ],
  });
  const { lines } = compareSpectra(before, after);
  expect(lines.map(({ what }) => what)).toEqual(["gone", "changed", "same", "new"]);
  expect(lines.map(({ frequencyHz }) => Math.round(frequencyHz / 1e5) / 10)).toEqual([10, 20, 30, 40]);
  expect(lines[1]!.changeDb).toBeCloseTo(-8, 6);
  // Against the highest level of the noise around it.
  expect(lines[3]!.changeDb).toBeGreaterThan(14);
});

test("the same noise in another resolution reads the same once it is normalised, and a line keeps its power", () => {
  // Half the bandwidth: 3.01 dB less noise per bin; the line stands in one bin of either.
  const coarse = averaged(1, { lines: [[30.025e6, -20]], rbwHz: 50_000 });
  const fine = averaged(2, {
    binSpacingHz: 25_000,
    bins: 3200,
    rbwHz: 25_000,
    floorDbmv: -50 - dbOfPower(2),
    lines: [[30.0125e6, -20]],
  });
  const { axis, differenceDb, normalisedDb, lines, spreadDb } = compareSpectra(coarse, fine);
  expect(axis.binSpacingHz).toBe(50_000);
  expect(normalisedDb.a).toBe(0);
  expect(normalisedDb.b).toBeCloseTo(3.0103, 4);
  const mean = differenceDb.reduce((sum, value) => sum + value, 0) / differenceDb.length;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(spreadDb).toBeCloseTo(Math.hypot(noiseSpreadDb(LOOKS), noiseSpreadDb(2 * LOOKS)), 9);
  expect(lines.map(({ what }) => what)).toEqual(["same"]);
  expect(lines[0]!.changeDb).toBeCloseTo(0, 1);
  const plain = compareSpectra(coarse, fine, { forNoise: false });
  expect(plain.normalisedDb).toEqual({ a: 0, b: 0 });
});

test("differences are after minus before", () => {
  const before = averaged(3, {});
  const after = { ...before, levelsDbmv: before.levelsDbmv.map((level) => level + 2) };
  const { differenceDb, sigmas, spreadDb } = compareSpectra(before, after);
  expect(differenceDb[7]).toBeCloseTo(2, 9);
  expect(sigmas[7]).toBeCloseTo(2 / spreadDb, 9);
});
