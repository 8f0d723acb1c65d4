import type { UtscReadingComparison } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { readingRows } from "./reading-rows.ts";

const comparison: UtscReadingComparison = {
  sequence: 12,
  capturedAt: "2026-01-01T00:00:00.000Z",
  uncalibrated: false,
  noiseStepDb: 4.771,
  readings: [
    {
      name: "little-endian",
      why: "most samples end with a zero byte",
      figures: {
        bins: 1600,
        firstBinHz: 5_000_000,
        spanHz: 80_000_000,
        medianDbmv: -40.32,
        meanDbmv: -21.04,
        peakDbmv: -9.99,
        peakHz: 27_150_000,
        stepDb: 4.812,
        implausibleShare: 0,
      },
    },
    { name: "328-byte header", why: "the bytes cannot be read so", figures: null },
  ],
};

test("each figure of one reading stands beside that of the other, with its unit", () => {
  const rows = Object.fromEntries(readingRows(comparison).map(({ label, values }) => [label, values]));
  expect(rows).toEqual({
    "Median of the bins, dBmV": ["−40.3", "not readable"],
    "Mean power, dBmV": ["−21.0", "not readable"],
    "Peak, dBmV": ["−10.0", "not readable"],
    "Peak at, MHz": ["27.150", "not readable"],
    "First bin, MHz": ["5.000", "not readable"],
    "Span, MHz": ["80.000", "not readable"],
    Bins: ["1\u2009600", "not readable"],
    "Neighbours differ by, dB (noise: 4.8)": ["4.81", "not readable"],
    "Bins outside −100 to +70 dBmV": ["0.0 %", "not readable"],
  });
});

test("noise is named beside the step between bins only where it is known", () => {
  const labels = readingRows({ ...comparison, noiseStepDb: null }).map(({ label }) => label);
  expect(labels).toContain("Neighbours differ by, dB");
});

test("without K nothing is said of levels that no return path has, and the others are in dB", () => {
  const labels = readingRows({ ...comparison, uncalibrated: true }).map(({ label }) => label);
  expect(labels).toContain("Peak, dB");
  expect(labels.some((label) => label.includes("dBmV"))).toBe(false);
});
