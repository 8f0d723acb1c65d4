import { expect, test } from "vitest";
import {
  amplitudeOfDb,
  bandPower,
  dbmOfDbmv,
  dbmvOfDbm,
  dbOfPower,
  falseAlarmThresholdDb,
  LOG_AVERAGE_BIAS_DB,
  leakyAverage,
  maxHoldDriftDb,
  minHoldDriftDb,
  noiseSpreadDb,
  occupiedBandwidthHz,
  powerOfDb,
  raisedCosineDensity,
  rescaleDb,
  SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB,
  sumDb,
  symbolRateOfWidth,
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

test("128 bins at -20 dBmV add up to their band power in each window", () => {
  const spectrum = { levelsDbmv: new Float64Array(128).fill(-20), firstBinHz: 0, binSpacingHz: 50_000 };
  const power = (window: WindowName) =>
    bandPower(spectrum, -25_000, 127.5 * 50_000, windowFigures(window).enbwBins).powerDbmv;
  expect(power("rectangular")).toBeCloseTo(1.0721, 3);
  expect(power("hann")).toBeCloseTo(-0.6888, 3);
  expect(power("blackmanHarris")).toBeCloseTo(-1.9476, 3);
});

test("the flat bins of a 6.4 MHz channel at 0 dBmV", () => {
  const densityDbmvPerHz = -dbOfPower(symbolRateOfWidth(6.4e6));
  expect(densityDbmvPerHz).toBeCloseTo(-67.0927, 3);
  expect(rescaleDb(densityDbmvPerHz, 1, 50_000)).toBeCloseTo(-20.103, 3);
  expect(rescaleDb(densityDbmvPerHz, 1, 25_000)).toBeCloseTo(-23.1133, 3);
  const { enbwBins } = windowFigures("blackmanHarris");
  expect(rescaleDb(densityDbmvPerHz, 1, enbwBins * 50_000)).toBeCloseTo(-17.0833, 3);
});

test("OFDMA at 0 dBmV in 1.6 MHz: total, active part and carriers", () => {
  expect(rescaleDb(0, 1.6e6, 95e6)).toBeCloseTo(17.736, 3);
  expect(rescaleDb(0, 1.6e6, 38e6)).toBeCloseTo(13.7566, 3);
  expect(rescaleDb(0, 1.6e6, 50e3)).toBeCloseTo(-15.0515, 3);
  expect(rescaleDb(0, 1.6e6, 25e3)).toBeCloseTo(-18.0618, 3);
});

test("a floor of -59 dBmV in 50 kHz leaves 38.897 dB under 0 dBmV on 5.12 MHz", () => {
  expect(rescaleDb(-59, 50e3, 1)).toBeCloseTo(-105.9897, 3);
  expect(0 - rescaleDb(-59, 50e3, 5.12e6)).toBeCloseTo(38.897, 3);
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

test("the leaky average of four starts with its first spectrum", () => {
  let accumulator: number | undefined;
  const seen = [10, 20, 10, 10].map((x) => {
    accumulator = leakyAverage(accumulator, x, 4);
    return accumulator;
  });
  expect(seen).toEqual([10, 12.5, 11.875, 11.40625]);
});

test("thresholds of a constant false alarm rate", () => {
  expect(falseAlarmThresholdDb(1e-3)).toBeCloseTo(8.3934, 3);
  expect(falseAlarmThresholdDb(1e-6)).toBeCloseTo(11.4037, 3);
  expect(falseAlarmThresholdDb(1e-8)).toBeCloseTo(12.6531, 3);
  expect(falseAlarmThresholdDb(1e-6, 16)).toBeCloseTo(4.255, 2);
  expect(() => falseAlarmThresholdDb(0)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("a root raised cosine signal has area Rs, its occupied and its -26 dB bandwidth", () => {
  const symbolRateHz = 5.12e6;
  const spacingHz = 100;
  const density = Float64Array.from({ length: 80_000 }, (_, k) =>
    raisedCosineDensity((k - 39_999.5) * spacingHz, symbolRateHz),
  );
  const area = density.reduce((sum, value) => sum + value * spacingHz, 0);
  expect(area / symbolRateHz).toBeCloseTo(1, 5);
  expect(occupiedBandwidthHz(density, spacingHz) / symbolRateHz).toBeCloseTo(1.10307, 3);
  const above = density.filter((value) => dbOfPower(value) >= -26).length;
  expect((above * spacingHz) / 1e6).toBeCloseTo(6.3183, 3);
});

test("neighbouring single-look noise bins differ by 4.7712 dB in the median", () => {
  expect(SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB).toBeCloseTo(4.7712, 3);
});

test("powers add, levels do not", () => {
  expect(sumDb([-30, -30, -27])).toBeCloseTo(-23.9845, 3);
  expect(sumDb(new Array(4).fill(14))).toBeCloseTo(20.0206, 3);
  expect(powerOfDb(dbOfPower(3))).toBeCloseTo(3, 12);
});
