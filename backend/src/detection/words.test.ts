import type { EventKind } from "@pnmlab/pnm-analysis";
import { expect, test } from "vitest";
import { statisticFigure, statisticName, wordsOf } from "./words.ts";

const base = { f0Hz: 27_185_000, bwHz: 100_000, classification: undefined, channels: [], figures: {} };
const channels = [{ ifIndex: 301, name: "us-channel 1/0/2" }];

test("a line is named with its frequency and service, and the cause fits the service", () => {
  const cb = wordsOf({ ...base, kind: "narrowbandIngress", classification: "CB, intermittent" }, channels);
  expect(cb.title).toBe("Narrowband ingress at 27.185 MHz, CB, intermittent");
  expect(cb.cause).toMatch(/^A CB transmitter/);
  const other = wordsOf({ ...base, kind: "narrowbandIngress" }, channels);
  expect(other.title).toBe("Narrowband ingress at 27.185 MHz");
  expect(other.cause).toMatch(/shield defect/);
});

test("what lies in one channel is named by the channel, what lies in several by its band", () => {
  expect(wordsOf({ ...base, kind: "ripple", channels: ["301"] }, channels).title).toBe(
    "Ripple in us-channel 1/0/2",
  );
  expect(wordsOf({ ...base, kind: "hum", channels: ["9"], classification: "100 Hz" }, channels).title).toBe(
    "Hum modulation in channel 9, 100 Hz",
  );
  const wide = { ...base, f0Hz: 30e6, bwHz: 20e6, channels: ["1", "2"] };
  expect(wordsOf({ ...wide, kind: "tilt" }, channels).title).toBe("Tilt over the band, 20.0 to 40.0 MHz");
});

test("a carrier that is in no channel is named by the service of its band", () => {
  const carrier = {
    ...base,
    kind: "unknownCarrier" as const,
    classification: "carrier not in the channel table",
  };
  expect(wordsOf({ ...carrier, f0Hz: 98e6, bwHz: 20e6 }, channels).title).toBe(
    "Carrier that is not in the channel table, 88.0 to 108.0 MHz, FM broadcast",
  );
  expect(wordsOf({ ...carrier, f0Hz: 33e6, bwHz: 1e6 }, channels).title).toMatch(/33.5 MHz$/);
});

test("clipping tells what drives it, and a single carrier has a cause of its own", () => {
  const clipping = { ...base, kind: "clipping" as const };
  const station = wordsOf(
    { ...clipping, classification: "follows the carrier at 3.770 MHz, products at 2f 7.54 MHz" },
    channels,
  );
  expect(station.title).toBe(
    "Clipping of the return path, follows the carrier at 3.770 MHz, products at 2f 7.54 MHz",
  );
  expect(station.cause).toMatch(/^One strong carrier/);
  const traffic = wordsOf({ ...clipping, classification: "follows the power in the band" }, channels);
  expect(traffic.cause).toMatch(/^The return laser or an amplifier is overdriven/);
});

test("an event of a mask names the mask, the worst frequency and by how many dB, over or under the limit", () => {
  const mask = { ...base, kind: "mask" as const, classification: "node 7" };
  const over = wordsOf(
    { ...mask, figures: { worstDb: 14.04, worstLevelDbmv: -26, limitDbmv: -40.04 } },
    channels,
  );
  expect(over.title).toBe("Level over mask “node 7” at 27.185 MHz, 14.0 dB");
  expect(over.cause).toMatch(/^At 27.185 MHz the level was -26.0 dBmV where mask “node 7” allows -40.0 dBmV/);
  const under = wordsOf(
    { ...mask, channels: ["301"], figures: { worstDb: 7, worstLevelDbmv: -20, limitDbmv: -13 } },
    channels,
  );
  expect(under.title).toBe("Level under mask “node 7” at 27.185 MHz in us-channel 1/0/2, 7.0 dB");
});

test("every kind has a title and a cause that ends as a sentence", () => {
  const kinds: EventKind[] = [
    "narrowbandIngress",
    "noiseRise",
    "impulseNoise",
    "cpdComb",
    "cpdNoise",
    "clipping",
    "hum",
    "tilt",
    "rollOff",
    "suckOut",
    "ripple",
    "unknownCarrier",
    "channelSilent",
    "lowTraffic",
    "levelDeviation",
    "stuckTransmitter",
    "receiverOverload",
    "dcSpur",
    "anomaly",
    "mask",
  ];
  const words = kinds.map((kind) => wordsOf({ ...base, kind }, channels));
  expect(new Set(words.map(({ title }) => title)).size).toBe(kinds.length);
  for (const { cause } of words) expect(cause).toMatch(/\w.*\.$/);
});

test.each([
  ["excess over neighbours in dB, single frame", "excess over neighbours, single frame", "19.24 dB"],
  [
    "floor rise in the shape of second-order products, dB",
    "floor rise in the shape of second-order products",
    "19.24 dB",
  ],
  ["deviation from the bin's past in sigma", "deviation from the bin's past", "19.24 sigma"],
  ["comb over random offsets in standard deviations", "comb over random offsets", "19.24 sigma"],
  ["occupancy in %", "occupancy", "19.24 %"],
  ["frames without a gap", "frames without a gap", "19.24"],
])("%s is said once, and its unit with the value", (statistic, name, figure) => {
  expect(statisticName(statistic)).toBe(name);
  expect(statisticFigure(statistic, 19.24)).toBe(figure);
});
