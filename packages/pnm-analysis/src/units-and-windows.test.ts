import { expect, test } from "vitest";
import {
  amplitudeOfDb,
  dbmOfDbmv,
  dbmvOfDbm,
  dbOfPower,
  falseAlarmThresholdDb,
  LOG_AVERAGE_BIAS_DB,
  maxHoldDriftDb,
  minHoldDriftDb,
  noiseSpreadDb,
  powerOfDb,
  sumDb,
  thermalNoiseDbmv,
  type WindowName,
  windowCoefficients,
  windowFigures,
} from "./index.ts";

test("0 dBmV is -48.7506 dBm in 75 ohm, and back", () => {
  expect(dbmOfDbmv(0)).toBeCloseTo(-48.7506, 4);
  expect(dbmvOfDbm(dbmOfDbmv(3))).toBeCloseTo(3, 12);
  expect(amplitudeOfDb(20)).toBeCloseTo(10, 12);
});

test("thermal noise at 290 K is -57.443 dBmV in 6 MHz and -125.2246 dBmV in 1 Hz", () => {
  expect(thermalNoiseDbmv(6e6)).toBeCloseTo(-57.443, 3);
  expect(thermalNoiseDbmv(1)).toBeCloseTo(-125.2246, 3);
  expect(thermalNoiseDbmv(50_000)).toBeCloseTo(-78.23, 2);
});

/** Coherent gain, ENBW and scalloping loss at N = 4096, periodic windows. */
const windows: [WindowName, number, number, number][] = [
  ["rectangular", 0, 1, 3.9224],
  ["hann", -6.021, 1.5, 1.4236],
  ["blackmanHarris", -8.904, 2.00435, 0.8256],
  ["hamming", -5.352, 1.36283, 1.75],
  ["flatTop", -13.328, 3.77025, 0.0098],
  ["gaussian", -7.605, 1.70171, 1.16],
  ["chebyshev", -8.626, 1.94046, 0.88],
];

test.each(windows)(
  "%s has its coherent gain, noise bandwidth and scalloping loss",
  (name, gainDb, enbw, scallopDb) => {
    const { coherentGain, enbwBins } = windowFigures(name, 4096);
    expect(20 * Math.log10(coherentGain)).toBeCloseTo(gainDb, 2);
    expect(enbwBins).toBeCloseTo(enbw, name === "chebyshev" ? 3 : 4);
    const window = windowCoefficients(name, 4096);
    let re = 0;
    let im = 0;
    let sum = 0;
    window.forEach((w, n) => {
      re += w * Math.cos((Math.PI * n) / 4096);
      im += w * Math.sin((Math.PI * n) / 4096);
      sum += w;
    });
    expect(-20 * Math.log10(Math.hypot(re, im) / sum)).toBeCloseTo(scallopDb, 2);
  },
);

test("a Chebyshev window of odd and of even length keeps its noise bandwidth", () => {
  expect(windowFigures("chebyshev", 4095).enbwBins).toBeCloseTo(1.94046, 2);
  expect(windowFigures("chebyshev", 256).enbwBins).toBeCloseTo(1.94046, 1);
});

test("statistics of Gaussian noise: log average, spread, holds", () => {
  expect(LOG_AVERAGE_BIAS_DB).toBeCloseTo(-2.5068, 3);
  expect([1, 4, 8, 16, 32, 128].map((n) => Number(noiseSpreadDb(n).toFixed(3)))).toEqual([
    5.57, 2.314, 1.585, 1.103, 0.774, 0.385,
  ]);
  expect(maxHoldDriftDb(100)).toBeCloseTo(7.1495, 3);
  expect(minHoldDriftDb(100)).toBeCloseTo(-20, 9);
  expect(() => noiseSpreadDb(0)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("thresholds of a constant false alarm rate", () => {
  expect(falseAlarmThresholdDb(1e-3)).toBeCloseTo(8.3934, 3);
  expect(falseAlarmThresholdDb(1e-6)).toBeCloseTo(11.4037, 3);
  expect(falseAlarmThresholdDb(1e-8)).toBeCloseTo(12.6531, 3);
  expect(falseAlarmThresholdDb(1e-6, 16)).toBeCloseTo(4.255, 2);
  expect(() => falseAlarmThresholdDb(0)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("powers add, levels do not", () => {
  expect(sumDb([-30, -30, -27])).toBeCloseTo(-23.9845, 3);
  expect(sumDb(new Array(4).fill(14))).toBeCloseTo(20.0206, 3);
  expect(powerOfDb(dbOfPower(3))).toBeCloseTo(3, 12);
});
