import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  adjacentPowerDb,
  bandwidthAtDb,
  binOfFrequency,
  deltaMarker,
  findPeaks,
  frequencyOfBin,
  highestPeak,
  leastSquaresLine,
  levelIn,
  lowestPoint,
  MaskTest,
  maskAroundTrace,
  maskFromPlan,
  maskFromPoints,
  noiseMarkerDbmvPerHz,
  robustLine,
  stepToPeak,
  strongestRipple,
  trackPeak,
  ZeroSpan,
} from "../index.ts";

const axis = { firstBinHz: 10e6, binSpacingHz: 50e3 };
const spectrum = (levels: number[]) => ({ ...axis, levelsDbmv: Float64Array.from(levels) });

describe("peaks", () => {
  test("every peak rises and falls by the excursion, and the highest is among them", () => {
    fc.assert(
      fc.property(
        // Below zero: of 0 and -0 neither is the higher one, and they are not the same.
        fc.array(fc.double({ min: -80, max: -1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (levels) => {
          const peaks = findPeaks(spectrum(levels));
          expect(levels[highestPeak(spectrum(levels))!.bin]).toBe(Math.max(...levels));
          expect(peaks.some(({ bin }) => levels[bin] === Math.max(...levels))).toBe(true);
          for (let i = 1; i < peaks.length; i += 1) {
            const [a, b] = [peaks[i - 1]!.bin, peaks[i]!.bin];
            const valley = Math.min(...levels.slice(a, b + 1));
            expect(Math.min(levels[a]!, levels[b]!) - valley).toBeGreaterThanOrEqual(6);
          }
        },
      ),
    );
  });

  test("a valley that is less deep than the excursion by a rounding parts no peaks", () => {
    const [high, low] = [-14.454835344520108, -20.454835344520106];
    expect(high - low).toBeLessThan(6);
    expect(findPeaks(spectrum([high, low, high]))).toHaveLength(1);
  });

  test("a marker walks to the next lower, left and right peak and stays where there is none", () => {
    const peaks = findPeaks(spectrum([-60, -20, -60, -10, -60, -30, -60]));
    expect(peaks.map(({ bin }) => bin)).toEqual([1, 3, 5]);
    const top = stepToPeak(peaks, "highest", undefined)!;
    expect(top.bin).toBe(3);
    expect(stepToPeak(peaks, "nextLower", top)!.bin).toBe(1);
    expect(stepToPeak(peaks, "left", top)!.bin).toBe(1);
    expect(stepToPeak(peaks, "right", top)!.bin).toBe(5);
    expect(stepToPeak(peaks, "right", peaks[2])).toBeUndefined();
    expect(lowestPoint(spectrum([-5, -60, -7]))!.bin).toBe(1);
    expect(highestPeak(spectrum([Number.NaN]))).toBeUndefined();
    expect(findPeaks(spectrum([-60, -20, -60]), { thresholdDbmv: -10 })).toEqual([]);
  });

  test("a tracked peak is followed while it drifts and lost when it is gone", () => {
    const peaks = findPeaks(spectrum([-60, -60, -20, -60, -60, -10, -60]));
    expect(trackPeak(peaks, frequencyOfBin(axis, 2.4), 100e3)!.bin).toBe(2);
    expect(trackPeak(peaks, frequencyOfBin(axis, 30), 100e3)).toBeUndefined();
  });
});

test("frequency and bin are each other's inverse", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4096 }), (bin) => {
      expect(binOfFrequency(axis, frequencyOfBin(axis, bin))).toBeCloseTo(bin, 6);
    }),
  );
});

test("markers: delta, noise density", () => {
  expect(deltaMarker(spectrum([-10, -20, -35]), 10e6, 10.1e6)).toEqual({ deltaHz: 100e3, deltaDb: -25 });
  const flat = spectrum(new Array<number>(40).fill(-59));
  expect(noiseMarkerDbmvPerHz(flat, 11e6, 50e3)).toBeCloseTo(-105.9897, 3);
});

test("the display units", () => {
  expect(levelIn("dBuV", 1, 1)).toBe(61);
  expect(levelIn("dBmV", 1, 1)).toBe(1);
  expect(levelIn("dBm/Hz", 0, 10)).toBeCloseTo(-58.7506, 4);
  expect(levelIn("dBmV/1.6 MHz", -59, 50e3)).toBeCloseTo(-59 + 15.0515, 4);
});

test("bandwidth at a depth and power beside a channel", () => {
  const hump = spectrum([-60, -40, -20, -20, -20, -40, -60]);
  expect(bandwidthAtDb(hump, 3, 10)).toBeCloseTo(150e3, 3);
  expect(bandwidthAtDb(hump, 3, 50)).toBeNaN();
  const two = spectrum([...new Array<number>(10).fill(-20), ...new Array<number>(10).fill(-50)]);
  expect(adjacentPowerDb(two, [9.975e6, 10.475e6], [10.475e6, 10.975e6])).toBeCloseTo(-30, 6);
});

describe("lines", () => {
  test("both lines find a straight one, the robust one past outliers", () => {
    const frequencies = Array.from({ length: 50 }, (_, k) => k * 1e6);
    const straight = frequencies.map((f) => 3 - 0.2e-6 * f);
    expect(leastSquaresLine(frequencies, straight).slopeDbPerHz).toBeCloseTo(-0.2e-6, 12);
    const dented = straight.map((level, k) => (k > 10 && k < 20 ? level - 30 : level));
    expect(robustLine(frequencies, dented).slopeDbPerHz).toBeCloseTo(-0.2e-6, 9);
  });

  test("a standing wave of 12 MHz and 1.2 dB is found at its period and size", () => {
    const spacingHz = 100e3;
    const wave = Array.from(
      { length: 4000 },
      (_, k) => 0.002 * k + 1.2 * Math.sin((2 * Math.PI * k * spacingHz) / 12e6),
    );
    const ripple = strongestRipple(wave, spacingHz)!;
    expect(Math.abs(ripple.periodHz - 12e6)).toBeLessThan(20e3);
    expect(Math.abs(ripple.amplitudeDb - 1.2)).toBeLessThan(0.03);
    expect(ripple.peakToMedian).toBeGreaterThan(6);
    expect(strongestRipple([1, 2], spacingHz)).toBeUndefined();
  });
});

describe("masks", () => {
  test("a mask fails after the frames in a row that it was told, and passes with the next good one", () => {
    const test = new MaskTest(maskAroundTrace([-50, -50], { upperDb: 3, lowerDb: 10 }), 2);
    expect(test.judge([-50, -46])).toMatchObject({ isPassing: true, violations: 1, worstDb: 1, worstBin: 1 });
    expect(test.judge([-61, -50])).toMatchObject({
      isPassing: false,
      violations: 1,
      worstDb: 1,
      worstBin: 0,
    });
    expect(test.judge([-50, -50])).toMatchObject({ isPassing: true, consecutive: 0, worstDb: -3 });
  });

  test("masks from points and from the channel plan", () => {
    const bins = spectrum(new Array<number>(5).fill(-60));
    const drawn = maskFromPoints(bins, [
      { frequencyHz: 10.05e6, levelDbmv: -40 },
      { frequencyHz: 10.15e6, levelDbmv: -20 },
    ]);
    expect(Array.from(drawn.upperDbmv)).toEqual([Number.NaN, -40, -30, -20, Number.NaN]);
    const plan = maskFromPlan(
      bins,
      {
        upperEdgeHz: 85e6,
        channels: [{ id: "a", kind: "scQam", lowerHz: 10.1e6, upperHz: 20e6, expectedDbmvPerHz: -67 }],
      },
      { noiseBandwidthHz: 50e3, channelMarginDb: 3, idleDbmv: -55 },
    );
    expect(plan.upperDbmv[4]).toBeCloseTo(-67 + 46.99 + 3, 2);
    const free = new MaskTest({ ...drawn, upperDbmv: new Float32Array(5).fill(Number.NaN) });
    expect(free.judge([0, 0, 0, 0, 0])).toMatchObject({ isPassing: true, worstBin: -1 });
  });
});

test("zero span keeps the newest points of its bands in order", () => {
  const zero = new ZeroSpan([{ lowerHz: 9.975e6, upperHz: 10.075e6 }], 3);
  for (let i = 0; i < 5; i += 1) {
    zero.add({ ...spectrum([i, i, -99]), resolutionBandwidthHz: 50e3, timeS: i, sequence: i });
  }
  const { timesS, levelsDbmv } = zero.series(0);
  expect([...timesS]).toEqual([2, 3, 4]);
  expect(levelsDbmv[0]).toBeCloseTo(2 + 3.0103, 3);
  expect(zero.histogram(0).reduce((sum, hits) => sum + hits, 0)).toBe(3);
});
