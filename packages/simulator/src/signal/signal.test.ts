import { bandPower, dbOfPower, powerOfDb, seedFrom, timeIqLevelsDbmv } from "@pnmlab/pnm-analysis";
import type { UtscSamples } from "@pnmlab/pnm-codec";
import { expect, test } from "vitest";
import { PortActivity } from "./activity.ts";
import { BinSpectrum } from "./bin-spectrum.ts";
import { minislotEdgesHz, type PortPlan } from "./plan.ts";
import type { Receiver } from "./receiver.ts";
import { createSampleSource } from "./samples.ts";
import { scenarios } from "./scenario.ts";
import { TimeSamples } from "./time-samples.ts";
import { portTruth } from "./truth.ts";

const T0_US = 1_780_000_000_000_000;
const STEP_US = 50_020;
const receiver: Receiver = {
  centerFrequencyHz: 50e6,
  spanHz: 80e6,
  bins: 1600,
  sampleRateHz: 102.4e6,
  window: "blackmanHarris",
  averaging: 1,
};
const port = new PortActivity(scenarios.plant.ports[0]!, seedFrom("signal test"));
/** The same without its rare pulses, which no short average catches often enough. */
const steady = new PortActivity({ ...scenarios.plant.ports[0]!, impulses: [] }, seedFrom("signal test"));

/** Linear mean over frames of a spectrum given as powers. */
function meanLevels(frames: number, bins: number, powers: (atUs: number) => ArrayLike<number>): Float64Array {
  const sum = new Float64Array(bins);
  for (let i = 0; i < frames; i += 1) {
    const power = powers(T0_US + i * STEP_US);
    for (let k = 0; k < bins; k += 1) sum[k]! += power[k]! / frames;
  }
  return sum.map(dbOfPower);
}

function fastLevels(frames: number, settings: Receiver, activity = port): Float64Array {
  const spectrum = new BinSpectrum(activity, settings);
  return meanLevels(frames, settings.bins, (atUs) => spectrum.frame(atUs).power);
}

function timeLevels(frames: number, settings: Receiver): Float64Array {
  const samples = new TimeSamples(steady, {
    centerFrequencyHz: settings.centerFrequencyHz,
    sampleRateHz: 102_400_000,
    length: 2048,
  });
  return meanLevels(frames, settings.bins, (atUs) => {
    const { re, im } = samples.frame(atUs);
    const iq = Float64Array.from({ length: 4096 }, (_, n) => 1e4 * (n % 2 ? im[n >> 1]! : re[n >> 1]!));
    const { levelsDbmv } = timeIqLevelsDbmv(iq, {
      ...settings,
      windowName: settings.window,
      kHundredthsDb: -8000,
    });
    return levelsDbmv.map(powerOfDb);
  });
}

function power(levelsDbmv: Float64Array, fromMhz: number, toMhz: number, enbwBins: number): number {
  const spectrum = { levelsDbmv, firstBinHz: 10e6, binSpacingHz: 50e3 };
  return bandPower(spectrum, fromMhz * 1e6, toMhz * 1e6, enbwBins).powerDbmv;
}

test.each([
  ["rectangular", 1],
  ["blackmanHarris", 2.00435],
] as const)("bins and time samples show the same band powers in a %s window", (window, enbwBins) => {
  const settings = { ...receiver, window };
  const bins = fastLevels(600, settings, steady);
  const time = timeLevels(600, settings);
  const channels = port.plan.channels.map((channel) =>
    channel.kind === "scQam"
      ? [channel.centerHz / 1e6 - 2.5, channel.centerHz / 1e6 + 2.5]
      : [channel.lowerHz / 1e6, channel.upperHz / 1e6],
  );
  const rest = [
    [12, 13.4],
    [13.45, 13.65],
  ];
  for (const [from, to] of [...channels, ...rest]) {
    expect(Math.abs(power(bins, from!, to!, enbwBins) - power(time, from!, to!, enbwBins))).toBeLessThan(0.2);
  }
});

test("single-look levels have the same quantiles by both ways", () => {
  const quiet = new PortActivity({ ...scenarios.clean.ports[0]!, channels: [] }, seedFrom("quantiles"));
  const spectrum = new BinSpectrum(quiet, receiver);
  const samples = new TimeSamples(quiet, {
    centerFrequencyHz: 50e6,
    sampleRateHz: 102_400_000,
    length: 2048,
  });
  const fast: number[] = [];
  const slow: number[] = [];
  for (let i = 0; i < 30; i += 1) {
    const atUs = T0_US + i * STEP_US;
    fast.push(...spectrum.frame(atUs).power.subarray(200, 1400));
    const { re, im } = samples.frame(atUs);
    const iq = Float64Array.from({ length: 4096 }, (_, n) => 1e4 * (n % 2 ? im[n >> 1]! : re[n >> 1]!));
    const frame = timeIqLevelsDbmv(iq, { ...receiver, windowName: receiver.window, kHundredthsDb: -8000 });
    slow.push(...frame.levelsDbmv.subarray(200, 1400).map(powerOfDb));
  }
  const sorted = (values: number[]) => values.map(dbOfPower).sort((a, b) => a - b);
  const [a, b] = [sorted(fast), sorted(slow)];
  for (const share of [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) {
    const at = Math.floor(share * a.length);
    expect(Math.abs(a[at]! - b[at]!)).toBeLessThan(0.5);
  }
});

test("a frame is a pure function of scenario, seed and time", () => {
  const again = new PortActivity(scenarios.plant.ports[0]!, seedFrom("signal test"));
  const other = new PortActivity(scenarios.plant.ports[0]!, seedFrom("another seed"));
  const frame = (activity: PortActivity, atUs: number) =>
    new BinSpectrum(activity, receiver).frame(atUs).power;
  new BinSpectrum(again, receiver).frame(T0_US + 12_345);
  expect(frame(again, T0_US)).toEqual(frame(port, T0_US));
  expect(frame(port, T0_US + 1)).not.toEqual(frame(port, T0_US));
  expect(frame(other, T0_US)).not.toEqual(frame(port, T0_US));
});

/** A port whose channels are in use all the time: its powers need no long average. */
const busyPlan: PortPlan = {
  ...scenarios.clean.ports[0]!,
  channels: scenarios.clean.ports[0]!.channels.map((channel) => ({ ...channel, utilization: 1 })),
};

test("channel powers are those of the truth within 0.2 dB", () => {
  const busy = new PortActivity(busyPlan, seedFrom("busy"));
  const levels = fastLevels(400, receiver, busy);
  const truth = portTruth(busy, [1, 2, 3, 4, 5], T0_US);
  for (const channel of truth.channels) {
    const measured = power(levels, channel.lowerHz / 1e6, channel.upperHz / 1e6, 2.00435);
    expect(Math.abs(measured - channel.powerDbmv)).toBeLessThan(0.2);
  }
});

test("the floor is -59 dBmV in 50 kHz and rises below 15 MHz", () => {
  const quiet = new PortActivity({ ...scenarios.clean.ports[0]!, channels: [] }, seedFrom("floor"));
  const levels = fastLevels(200, { ...receiver, window: "rectangular" }, quiet);
  expect(Math.abs(power(levels, 50, 50.5, 1) - dbOfPower(10) + 59)).toBeLessThan(0.2);
  expect(Math.abs(power(levels, 10, 10.2, 1) - dbOfPower(4) + 59 - 3 * Math.log2(15 / 10.1))).toBeLessThan(
    0.4,
  );
});

test("a steady carrier reads its level, on a bin and between two", () => {
  const carriers = [
    { kind: "ism" as const, label: "on", frequencyHz: 20_000_000, levelDbmv: -20 },
    { kind: "ism" as const, label: "between", frequencyHz: 30_025_000, levelDbmv: -20 },
  ];
  const alone = new PortActivity({ ...busyPlan, channels: [], carriers }, seedFrom("carriers"));
  const levels = fastLevels(100, { ...receiver, window: "rectangular" }, alone);
  expect(levels[200]).toBeCloseTo(-20, 1);
  expect(Math.abs(levels[400]! + 23.92)).toBeLessThan(0.1);
  expect(Math.abs(levels[401]! + 23.92)).toBeLessThan(0.1);
});

test("averaging narrows the spread and keeps the mean", () => {
  const quiet = new PortActivity({ ...busyPlan, channels: [] }, seedFrom("averaging"));
  const frame = new BinSpectrum(quiet, { ...receiver, averaging: 16 }).frame(T0_US);
  expect(frame.complex).toBeUndefined();
  const levels = frame.power.subarray(400).map(dbOfPower);
  const mean = levels.reduce((a, b) => a + b, 0) / levels.length;
  const spread = Math.sqrt(levels.reduce((a, b) => a + (b - mean) ** 2, 0) / levels.length);
  expect(Math.abs(spread - 1.103)).toBeLessThan(0.1);
});

test("bursts are on for their share of the time, and a state overrides them", () => {
  const plan = port.plan.channels[3]!;
  let onUs = 0;
  for (const burst of port.bursts(3, T0_US, 2_000_000)) onUs += burst.toUs - burst.fromUs;
  expect(Math.abs(onUs / 2_000_000 - plan.utilization)).toBeLessThan(0.04);
  expect(port.bursts(3, T0_US, 100, { channel: 3, modem: undefined })).toEqual([]);
  expect(port.bursts(3, T0_US, 100, { channel: 3, modem: 5 })).toEqual([{ fromUs: 0, toUs: 100, modem: 5 }]);
});

test("a channel that is put to rest shows the floor", () => {
  const spectrum = new BinSpectrum(port, receiver);
  const idle = meanLevels(50, 1600, (atUs) => spectrum.frame(atUs, { channel: 4, modem: undefined }).power);
  expect(power(idle, 50, 55, 2.00435)).toBeLessThan(-36);
  const granted = meanLevels(50, 1600, (atUs) => spectrum.frame(atUs, { channel: 4, modem: 0 }).power);
  expect(power(granted, 50, 55, 2.00435)).toBeGreaterThan(-4);
});

test("pulses come at their rate, locked to one place of the mains", () => {
  const [impulse] = port.plan.impulses;
  const pulses = port.pulses(impulse!, T0_US, 1_000_000);
  expect(pulses).toHaveLength(100);
  for (const { fromUs } of pulses)
    expect(Math.abs(((fromUs + (T0_US % 10_000)) % 10_000) - 3200)).toBeLessThan(201);
});

test("a keyed carrier goes on and off and says so in the truth", () => {
  const seen = Array.from(
    { length: 400 },
    (_, s) =>
      portTruth(port, [1, 2, 3, 4, 5], T0_US + s * 1e6).carriers.find(({ kind }) => kind === "cb")!.nowDbmv,
  );
  expect(seen).toContain(null);
  expect(seen).toContain(-20);
  const on = seen.filter((level) => level !== null).length;
  expect(on).toBeGreaterThan(10);
  expect(on).toBeLessThan(200);
});

test("minislots lie between excluded bands", () => {
  const ofdma = port.plan.channels[4]!;
  if (ofdma.kind !== "ofdma") throw new Error("the last channel is OFDMA");
  const edges = minislotEdgesHz(ofdma);
  expect(edges).toHaveLength(97);
  expect(edges.some((edgeHz) => edgeHz < 62e6 && edgeHz + 400e3 > 60e6)).toBe(false);
});

test("behind an excluded band minislots begin anew, with the first subcarrier above it", () => {
  const ofdma = port.plan.channels[4]!;
  if (ofdma.kind !== "ofdma") throw new Error("the last channel is OFDMA");
  const edges = minislotEdgesHz({ ...ofdma, excludedHz: [[60.1e6, 61.02e6]] });
  expect(edges.filter((edgeHz) => edgeHz < 60e6).at(-1)).toBe(59.6e6);
  expect(edges.find((edgeHz) => edgeHz > 60e6)).toBe(61.05e6);
  expect(edges.at(-1)).toBe(84.25e6);
});

test.each([
  ["fftPower", -8600],
  ["fftAmplitude", -8600],
  ["fftDb", -8600],
  ["fftIQ", -8600],
] as const)("%s counts stand for the same levels", (outputFormat, k) => {
  const source = createSampleSource(port, receiver, outputFormat, k);
  const { samples, binPower } = source.capture(T0_US);
  expect(source.captureUs).toBe(20);
  const level = (bin: number) => {
    const v = samples[bin]!;
    switch (outputFormat) {
      case "fftPower":
        return dbOfPower(v) + k / 100;
      case "fftAmplitude":
        return 2 * dbOfPower(v) + k / 100;
      case "fftDb":
        return (v + k) / 100;
      case "fftIQ":
        return dbOfPower(samples[2 * bin]! ** 2 + samples[2 * bin + 1]! ** 2) + k / 100;
    }
  };
  for (const bin of [100, 150, 300, 700])
    expect(Math.abs(level(bin) - dbOfPower(binPower![bin]!))).toBeLessThan(0.6);
});

test("time samples hold the same powers, complex and real", () => {
  const busy = new PortActivity(busyPlan, seedFrom("busy"));
  const timeIq = createSampleSource(busy, { ...receiver, bins: 4096 }, "timeIQ", -5500);
  const rawAdc = createSampleSource(
    busy,
    { ...receiver, bins: 4096, sampleRateHz: 409.6e6 },
    "rawAdc",
    -5500,
  );
  const meanSquare = (samples: UtscSamples) =>
    (samples as Int16Array).reduce((sum, v) => sum + v * v, 0) / 4096;
  let complexPower = 0;
  let realPower = 0;
  for (let i = 0; i < 20; i += 1) {
    complexPower += meanSquare(timeIq.capture(T0_US + i * STEP_US).samples) / 20;
    realPower += meanSquare(rawAdc.capture(T0_US + i * STEP_US).samples) / 20;
  }
  const total = dbOfPower(
    portTruth(busy, [1, 2, 3, 4, 5], T0_US).channels.reduce((sum, c) => sum + powerOfDb(c.powerDbmv), 0),
  );
  expect(Math.abs(dbOfPower(complexPower) - 55 - total)).toBeLessThan(0.4);
  expect(Math.abs(dbOfPower(realPower) - 55 - total)).toBeLessThan(0.4);
});
