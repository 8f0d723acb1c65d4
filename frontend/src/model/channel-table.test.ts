import type { ChannelFigures } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { channelRows, selectedRow, sortedRows } from "./channel-table.ts";
import { shownLevel } from "./shown-level.ts";

const channel = (ifIndex: number, lowerMhz: number): UpstreamChannel => ({
  ifIndex,
  name: `us ${ifIndex}`,
  kind: "scQam",
  lowerFrequencyHz: lowerMhz * 1e6,
  upperFrequencyHz: (lowerMhz + 6.4) * 1e6,
});

const FIGURES: ChannelFigures = {
  id: "1",
  kind: "scQam",
  lowerHz: 10e6,
  upperHz: 16.4e6,
  powerDbmv: -0.26,
  powerDbmvPer1600Khz: -5.3,
  signalHz: 5.12e6,
  expectedPowerDbmv: 0,
  deviationDb: -0.26,
  floorDbmv: -38.94,
  floorSource: "statistical",
  carrierToNoiseDb: 38.7,
  occupancyPct: 12.4,
  tiltDb: 0.04,
  rippleDb: 0.2,
  worstSpur: { frequencyHz: 13.56e6, dBc: -30.4 },
  occupiedBandwidthHz: 5.6e6,
  lowestDbmv: -1,
  meanDbmv: -0.3,
  highestDbmv: 0.4,
  levelSpreadDb: 0.3,
  minislots: undefined,
  exclusions: [],
};

test("without a choice the first channel with figures is the one shown in full", () => {
  const channels = [channel(7, 5), channel(1, 10)];
  const rows = channelRows(channels, [FIGURES]);
  expect(rows[0]!.missing).toBe("outside the span");
  expect(selectedRow(rows, undefined)!.channel.ifIndex).toBe(1);
  expect(selectedRow(rows, 7)!.channel.ifIndex).toBe(7);
  expect(selectedRow(channelRows(channels, []), undefined)!.channel.ifIndex).toBe(7);
});

const textsOf = (figures: Partial<ChannelFigures>) => {
  const [row] = channelRows([channel(1, 10)], [{ ...FIGURES, ...figures }]);
  return Object.fromEntries(Object.entries(row!.cells!).map(([name, { text }]) => [name, text]));
};

test("numbers are rounded to what the measurement gives", () => {
  expect(textsOf({})).toEqual({
    power: "−0.3",
    deviation: "−0.3",
    floor: "−38.9",
    carrierToNoise: "38.7",
    occupancy: "12",
    tilt: "+0.0",
    spur: "−30",
  });
});

test("powers and noise are shown in the unit of the page, in the bandwidth of the signal", () => {
  const display = { unit: "dBmV/Hz", offsetDb: 6 } as const;
  const [row] = channelRows([channel(1, 10)], [FIGURES], (levelDbmv, bandwidthHz) =>
    shownLevel(display, levelDbmv, bandwidthHz),
  );
  // 5.12 MHz are 67.1 dB over 1 Hz.
  expect(row!.cells!.power.text).toBe("−61.4");
  expect(row!.cells!.floor.text).toBe("−100.0");
  expect(row!.cells!.deviation.text).toBe("−0.3");
});

test("a channel that has not sent says so in every number that needs its signal", () => {
  const silent = { powerDbmv: Number.NaN, deviationDb: Number.NaN, carrierToNoiseDb: Number.NaN };
  expect(textsOf({ ...silent, tiltDb: Number.NaN, occupancyPct: 0, worstSpur: undefined })).toEqual({
    power: "silent",
    deviation: "silent",
    floor: "−38.9",
    carrierToNoise: "silent",
    occupancy: "0",
    tilt: "silent",
    spur: "silent",
  });
});

test("a level that the CMTS does not set, and a floor that lies under bursts, are told as such", () => {
  const texts = textsOf({ deviationDb: undefined, floorSource: "underBurst", worstSpur: undefined });
  expect(texts).toMatchObject({
    deviation: "not set",
    floor: "≤−38.9",
    carrierToNoise: "≥38.7",
    spur: "hidden",
  });
  expect(textsOf({ worstSpur: undefined }).spur).toBe("none");
});

test("before a channel showed its noise, floor and what needs it are not known", () => {
  const texts = textsOf({
    floorSource: "unknown",
    floorDbmv: Number.NaN,
    carrierToNoiseDb: Number.NaN,
    worstSpur: undefined,
  });
  expect(texts).toMatchObject({ floor: "no floor", carrierToNoise: "no floor", spur: "no floor" });
});

test("every number that is not known says why", () => {
  const rows = channelRows([channel(1, 10)], [{ ...FIGURES, deviationDb: undefined, worstSpur: undefined }]);
  for (const cell of Object.values(rows[0]!.cells!)) {
    if (Number.isNaN(cell.value)) expect(cell.why).toMatch(/\w/);
  }
});

test("a channel without figures says whether it is outside the span or nothing came yet", () => {
  expect(channelRows([channel(1, 10)], undefined)[0]!.missing).toBe("no frame yet");
  expect(channelRows([channel(2, 10)], [FIGURES])[0]!.missing).toBe("outside the span");
});

test("rows are sorted by a number either way, those without it last", () => {
  const rows = channelRows(
    [channel(1, 30), channel(2, 10), channel(3, 20)],
    [
      { ...FIGURES, id: "1", powerDbmv: 3 },
      { ...FIGURES, id: "2", powerDbmv: Number.NaN },
      { ...FIGURES, id: "3", powerDbmv: 5 },
    ],
  );
  const order = (column: "power" | "channel", isDescending: boolean) =>
    sortedRows(rows, { column, isDescending }).map((row) => row.channel.ifIndex);
  expect(order("power", true)).toEqual([3, 1, 2]);
  expect(order("power", false)).toEqual([1, 3, 2]);
  expect(order("channel", false)).toEqual([2, 3, 1]);
});
