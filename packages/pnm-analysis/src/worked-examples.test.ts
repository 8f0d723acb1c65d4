import { describe, expect, test } from "vitest";
import {
  bandPower,
  channelResponseDb,
  codewordErrorRatio,
  combinedMerDb,
  dbmOfDbmv,
  dbOfPower,
  echoDistanceM,
  echoOfRippleDbc,
  errorFreeBound,
  evmPercent,
  FEET_PER_METRE,
  falseAlarmThresholdDb,
  groupDelayRippleS,
  HoldTrace,
  highestOrder,
  judgeCodewords,
  LOG_AVERAGE_BIAS_DB,
  levelIn,
  maxHoldDriftDb,
  merStatistics,
  minHoldDriftDb,
  momentsOf,
  noiseSpreadDb,
  occupiedBandwidthHz,
  PowerAverage,
  percentileRank,
  probabilityOfIntercept,
  qamPoints,
  Random,
  REQUIRED_MER_DOWNSTREAM,
  REQUIRED_MER_UPSTREAM,
  raisedCosineDensity,
  rawRateBps,
  rescaleDb,
  rippleOfEcho,
  SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB,
  shannonBits,
  shannonMerDb,
  sumDb,
  symbolRateOfWidth,
  tapFigures,
  tapsAgainstEcho,
  thermalNoiseDbmv,
  timeIqLevelsDbmv,
  type WindowName,
  windowFigures,
} from "./index.ts";

/** Power of 128 bins at -20 dBmV in a window. */
function bandOf128(window: WindowName): number {
  const spectrum = { levelsDbmv: new Float64Array(128).fill(-20), firstBinHz: 0, binSpacingHz: 50e3 };
  return bandPower(spectrum, -25e3, 127.5 * 50e3, windowFigures(window).enbwBins).powerDbmv;
}

const flatDbmvPerHz = -dbOfPower(symbolRateOfWidth(6.4e6));

/** What a tone of 0 dBmV midway between two bins reads. */
function midwayDb(window: WindowName): number {
  const length = 4096;
  const iq = Float64Array.from({ length: 2 * length }, (_, i) => {
    const angle = (2 * Math.PI * 512.5 * (i >> 1)) / length;
    return 1e6 * (i % 2 ? Math.sin(angle) : Math.cos(angle));
  });
  const { levelsDbmv } = timeIqLevelsDbmv(iq, {
    sampleRateHz: 102.4e6,
    centerFrequencyHz: 0,
    spanHz: 102.4e6,
    windowName: window,
    kHundredthsDb: -12_000,
  });
  return levelsDbmv.reduce((a, b) => Math.max(a, b));
}

/** Taps 2000, +1: 200, -1: 20 of 24, the main one the 8th. */
const taps = tapFigures(
  Float64Array.from({ length: 48 }, (_, i) => ({ 12: 20, 14: 2000, 16: 200 })[i] ?? 0),
  8,
);
const echoTaps = tapFigures(tapsAgainstEcho(10 ** (-10 / 20), 3), 8);
const response = channelResponseDb(
  Float64Array.from({ length: 48 }, (_, i) => ({ 14: 1, 18: -0.1 })[i] ?? 0),
);

const rollOff = Float64Array.from({ length: 80_000 }, (_, k) =>
  raisedCosineDensity((k - 39_999.5) * 100, 5.12e6),
);

const mer = merStatistics([40, 40, 40, 20]);

/** A Gaussian whose values below -2 sigma stand at -2 sigma, as the bins of a fine histogram. */
function clippedGaussian() {
  const step = 1e-3;
  const values: number[] = [];
  const weights: number[] = [];
  let spike = 0;
  for (let x = -10 + step / 2; x < 10; x += step) {
    const weight = (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * step;
    if (x < -2) spike += weight;
    else {
      values.push(x);
      weights.push(weight);
    }
  }
  values.push(-2);
  weights.push(spike);
  return { ...momentsOf(values, weights), spike };
}
const clipped = clippedGaussian();

/** Number, name, value found, value stated, tolerance (0.001 unless the example says otherwise). */
type Example = [number, string, number, number, number?];

const examples: Example[] = [
  [1, "0 dBmV in dBm", dbmOfDbmv(0), -48.7506],
  [1, "the display unit dBm", levelIn("dBm", 0, 1), -48.7506],
  [2, "kTB in 6 MHz", thermalNoiseDbmv(6e6), -57.443],
  [2, "kTB in 1 Hz", thermalNoiseDbmv(1), -125.2246],
  [3, "ENBW of Hann", windowFigures("hann").enbwBins, 1.5, 1e-5],
  [3, "ENBW of Hamming", windowFigures("hamming").enbwBins, 1.36283, 1e-5],
  [3, "ENBW of Blackman-Harris", windowFigures("blackmanHarris").enbwBins, 2.00435, 1e-5],
  [3, "ENBW of flat top", windowFigures("flatTop").enbwBins, 3.77025, 1e-5],
  [4, "128 bins, rectangular", bandOf128("rectangular"), 1.0721],
  [4, "128 bins, Hann", bandOf128("hann"), -0.6888],
  [4, "128 bins, Blackman-Harris", bandOf128("blackmanHarris"), -1.9476],
  [5, "flat bin of 50 kHz", rescaleDb(flatDbmvPerHz, 1, 50e3), -20.103],
  [5, "flat bin of 25 kHz", rescaleDb(flatDbmvPerHz, 1, 25e3), -23.1133],
  [
    5,
    "flat bin of 50 kHz, Blackman-Harris",
    rescaleDb(flatDbmvPerHz, 1, 50e3 * windowFigures("blackmanHarris").enbwBins),
    -17.0833,
  ],
  [5, "density", flatDbmvPerHz, -67.0927],
  [6, "OFDMA of 95 MHz", rescaleDb(0, 1.6e6, 95e6), 17.736],
  [6, "38 MHz of it active", rescaleDb(0, 1.6e6, 38e6), 13.7566],
  [6, "a carrier of 50 kHz", rescaleDb(0, 1.6e6, 50e3), -15.0515],
  [6, "a carrier of 25 kHz", rescaleDb(0, 1.6e6, 25e3), -18.0618],
  [7, "density of the floor", levelIn("dBmV/Hz", -59, 50e3), -105.9897],
  [7, "C/N on 5.12 MHz", -rescaleDb(-59, 50e3, 5.12e6), 38.897],
  [9, "bias of the log average", LOG_AVERAGE_BIAS_DB, -2.5068],
  [9, "spread of one look", noiseSpreadDb(1), 5.57],
  [9, "max hold of 100", maxHoldDriftDb(100), 7.1495],
  [9, "min hold of 100", minHoldDriftDb(100), -20],
  [11, "ripple of -20 dBc", rippleOfEcho(-20).peakToPeakDb, 1.743],
  [11, "its top", rippleOfEcho(-20).highestDb, 0.8279],
  [11, "its bottom", rippleOfEcho(-20).lowestDb, -0.9151],
  [11, "ripple of -15 dBc", rippleOfEcho(-15).peakToPeakDb, 3.1224],
  [11, "ripple of -30 dBc", rippleOfEcho(-30).peakToPeakDb, 0.5495],
  [11, "echo of 3 dB peak to peak", echoOfRippleDbc(3), -15.3402],
  [11, "group delay ripple in ns", 1e9 * groupDelayRippleS(-20, 1e-6), 202.02],
  [12, "100 ns at 0.87 in m", echoDistanceM(100e-9, 0.87), 13.041],
  [12, "100 ns at 0.87 in ft", echoDistanceM(100e-9, 0.87) * FEET_PER_METRE, 42.785],
  [12, "one tap of 6.4 MHz in m", echoDistanceM(195.3125e-9, 0.87), 25.4706],
  [12, "one tap of 6.4 MHz in ft", echoDistanceM(195.3125e-9, 0.87) * FEET_PER_METRE, 83.565],
  [12, "1 us at 0.87 in m", echoDistanceM(1e-6, 0.87), 130.4097],
  [12, "1 us at 0.87 in ft", echoDistanceM(1e-6, 0.87) * FEET_PER_METRE, 427.853],
  [12, "1 us at 0.82 in m", echoDistanceM(1e-6, 0.82), 122.9149],
  [13, "MTC", taps.mainTapCompressionDb, 0.04364, 1e-5],
  [13, "MTR", taps.mainTapRatioDb, 19.9568],
  [13, "NMTER", taps.nonMainToTotalDb, -20.0004],
  [13, "PreMTTER", taps.preMainToTotalDb, -40.0436],
  [13, "PostMTTER", taps.postMainToTotalDb, -20.0436],
  [13, "PPESR", taps.postToPreDb, 20],
  [13, "ICFR peak to peak", Math.max(...response) - Math.min(...response), 1.743],
  [14, "MTC against an echo", echoTaps.mainTapCompressionDb, 0.4576, 2e-4],
  [14, "MTR against an echo", echoTaps.mainTapRatioDb, 9.5425, 2e-4],
  [14, "NMTER against an echo", echoTaps.nonMainToTotalDb, -10, 2e-4],
  [15, "bits at 41 dB", shannonBits(41), 13.62],
  [15, "bits at 34 dB", shannonBits(34), 11.2951],
  [15, "bits at 27 dB", shannonBits(27), 8.9721],
  [15, "bits at 21 dB", shannonBits(21), 6.9875],
  [15, "dB for 12 bits", shannonMerDb(12), 36.1225],
  [15, "dB for 10 bits", shannonMerDb(10), 30.0988],
  [15, "Gb/s of 190 MHz at 41 dB", 0.19 * shannonBits(41), 2.587804, 1e-6],
  [17, "mean of dB", mer.meanDb, 35],
  [17, "effective", mer.effectiveDb, 25.8922],
  [17, "mean of ratios", mer.meanOfRatiosDb, 38.7651],
  [17, "rank of 2 % of 3677", percentileRank(3677, 0.02), 73, 0],
  [18, "EVM at 30 dB", evmPercent(30), 3.1623],
  [18, "EVM at 40 dB", evmPercent(40), 1],
  [19, "38 dB with C/I 20", combinedMerDb([38, 20]), 19.9317],
  [20, "four legs of 14 dBmV", sumDb([14, 14, 14, 14]), 20.0206],
  [20, "64 equal legs", sumDb(new Array<number>(64).fill(0)), 18.0618],
  [20, "-30, -30, -27 dBmV", sumDb([-30, -30, -27]), -23.9845],
  [21, "intercept in 600 frames", probabilityOfIntercept(120, 10e-6, 20e-6, 600), 0.88467, 1e-5],
  [21, "miss in 6000 frames", 1 - probabilityOfIntercept(120, 10e-6, 20e-6, 6000), 4.2e-10, 0.1e-10],
  [22, "1e-3 of one look", falseAlarmThresholdDb(1e-3), 8.3934],
  [22, "1e-6 of one look", falseAlarmThresholdDb(1e-6), 11.4037],
  [22, "1e-8 of one look", falseAlarmThresholdDb(1e-8), 12.6531],
  [22, "1e-6 of 16 looks", falseAlarmThresholdDb(1e-6, 16), 4.255],
  [23, "area over Rs", rollOff.reduce((sum, d) => sum + d * 100, 0) / 5.12e6, 1],
  [23, "OBW99 over Rs", occupiedBandwidthHz(rollOff, 100) / 5.12e6, 1.10307],
  [23, "OBW99 in MHz", occupiedBandwidthHz(rollOff, 100) / 1e6, 5.6477, 5.12e-3],
  [23, "-26 dB width in MHz", (rollOff.filter((d) => dbOfPower(d) >= -26).length * 100) / 1e6, 6.3183],
  [24, "mean", clipped.mean, 0.008491, 1e-6],
  [24, "variance", clipped.variance, 0.960196, 1e-6],
  [24, "skewness", clipped.skewness, 0.124866, 1e-5],
  [24, "kurtosis", clipped.kurtosis, 2.750039, 1e-5],
  [24, "spike", clipped.spike, 0.02275, 1e-6],
  [25, "downstream Mb/s", rawRateBps(7600, 12, 40e-6, 2.5e-6) / 1e6, 2145.882],
  [25, "OFDMA Mb/s", rawRateBps(1900, 10, 20e-6, 2.5e-6) / 1e6, 844.444],
  [26, "neighbouring bins", SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB, 4.7712],
  [26, "midway, rectangular", midwayDb("rectangular"), -3.9224],
  [26, "midway, Hann", midwayDb("hann"), -1.4236],
  [26, "midway, Blackman-Harris", midwayDb("blackmanHarris"), -0.8256],
  [26, "midway, flat top", midwayDb("flatTop"), -0.0098],
  [27, "12 of 4 000 000", codewordErrorRatio(12, 4_000_000)!, 3e-6, 1e-12],
  [27, "bound of 3 000 000", errorFreeBound(3_000_000), 1e-6, 1e-12],
];

test.each(examples)("example %i: %s", (_number, _name, found, stated, tolerance = 1e-3) => {
  expect(Math.abs(found - stated)).toBeLessThanOrEqual(tolerance);
});

describe("examples that are more than one figure", () => {
  test("example 9: holds of simulated noise drift as they should", () => {
    const random = new Random(9);
    const bins = 4000;
    const max = new HoldTrace(bins, { kind: "max" });
    const min = new HoldTrace(bins, { kind: "min" });
    for (let i = 0; i < 100; i += 1) {
      const levels = Float64Array.from({ length: bins }, () => dbOfPower(random.exponential()));
      max.add(levels, i, i);
      min.add(levels, i, i);
    }
    const meanPower = (levels: Float32Array) =>
      dbOfPower(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / bins);
    expect(Math.abs(meanPower(max.levelsDb) - 7.1495)).toBeLessThan(0.05);
    expect(Math.abs(meanPower(min.levelsDb) + 20)).toBeLessThan(0.2);
  });

  test("example 10: the leaky average of four", () => {
    const average = new PowerAverage(1, "leaky", 4);
    const seen = [10, 20, 10, 10].map((power) => {
      average.add([dbOfPower(power)], Float64Array.of(power));
      return 10 ** (average.levelsDb()[0]! / 10);
    });
    [10, 12.5, 11.875, 11.40625].forEach((stated, i) => {
      expect(seen[i]).toBeCloseTo(stated, 9);
    });
  });

  test("example 16: orders by MER, downstream and upstream", () => {
    const down = [40.99, 41, 33.75, 34, 14.75].map((db) => highestOrder(db, REQUIRED_MER_DOWNSTREAM));
    expect(down).toEqual([2048, 4096, 512, 1024, undefined]);
    expect([35.25, 35.5].map((db) => highestOrder(db, REQUIRED_MER_UPSTREAM))).toEqual([512, 1024]);
  });

  test("example 18: powers of square QAM and the peak of 4096-QAM", () => {
    // With levels at odd numbers the mean power is the square of half a step's inverse.
    const powers = [4, 6, 8, 10, 12].map((bits) => Math.round(1 / qamPoints(bits)!.halfStep ** 2));
    expect(powers).toEqual([10, 42, 170, 682, 2730]);
    const { i, q } = qamPoints(12)!;
    const peak = i.reduce((most, x, k) => Math.max(most, x * x + q[k]! ** 2), 0);
    expect(dbOfPower(peak)).toBeCloseTo(4.6355, 3);
  });

  test("example 21: 2.16 hits are expected in 600 frames", () => {
    expect(-Math.log(1 - probabilityOfIntercept(120, 10e-6, 20e-6, 600))).toBeCloseTo(2.16, 6);
  });

  test("example 27: three in a million is a warning, and nothing is no ratio", () => {
    expect(judgeCodewords(3e-6)).toBe("warn");
    expect(judgeCodewords(1e-7)).toBe("ok");
    expect(judgeCodewords(2e-4)).toBe("alarm");
    expect(codewordErrorRatio(0, 0)).toBeUndefined();
  });
});
