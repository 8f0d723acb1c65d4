import { expect, test } from "vitest";
import type { PlanChannel } from "./band-plan.ts";
import { ChannelMeter } from "./channel-meter.ts";

const BINS = 800;
const SPACING_HZ = 50_000;
const AXIS = { levelsDbmv: new Float64Array(BINS), firstBinHz: 40e6, binSpacingHz: SPACING_HZ };
const NOISE = 1e-9;
const DBMV_PER_HZ = -60;

test("an OFDMA channel at the level that its CMTS sets is not off by what carries no minislot between excluded bands", () => {
  const excludedHz = Array.from({ length: 8 }, (_, i) => {
    const fromHz = 47.15e6 + i * 3.65e6;
    return [fromHz, fromHz + 0.5e6] as const;
  });
  const channel: PlanChannel = {
    id: "7",
    kind: "ofdma",
    lowerHz: 44e6,
    upperHz: 76e6,
    excludedHz,
    expectedDbmvPerHz: DBMV_PER_HZ,
  };
  const meter = new ChannelMeter(AXIS, [channel], 1);
  const [record] = meter.records;
  const sent = SPACING_HZ * 10 ** (DBMV_PER_HZ / 10);
  const powers = new Float64Array(BINS).fill(NOISE);
  for (const { first, end } of record!.blocks) powers.fill(sent + NOISE, first, end);
  for (let frame = 0; frame < 10; frame += 1) meter.add(powers, 1, NOISE, frame * 0.1);
  expect(record!.signalHz).toBe(400_000 * record!.blocks.length);
  expect(Math.abs(record!.deviationDb(1)!)).toBeLessThan(0.01);
});

test("a channel of which the axis shows a part has the level of the whole", () => {
  const cut: PlanChannel[] = [
    { id: "1", kind: "scQam", lowerHz: 37.6e6, upperHz: 44e6, expectedDbmvPerHz: DBMV_PER_HZ },
    { id: "2", kind: "ofdma", lowerHz: 62e6, upperHz: 90e6, expectedDbmvPerHz: DBMV_PER_HZ },
  ];
  const axis = { ...AXIS, levelsDbmv: new Float64Array(BINS) };
  const meter = new ChannelMeter(axis, cut, 1);
  const sent = SPACING_HZ * 10 ** (DBMV_PER_HZ / 10);
  const powers = Float64Array.from({ length: BINS }, (_, k) => {
    const hz = axis.firstBinHz + k * SPACING_HZ;
    return (hz < 43.36e6 || hz >= 62e6 ? sent : 0) + NOISE;
  });
  for (let frame = 0; frame < 10; frame += 1) meter.add(powers, 1, NOISE, frame * 0.1);
  for (const record of meter.records) {
    expect(record.isVisible).toBe(true);
    expect(Math.abs(record.deviationDb(1)!)).toBeLessThan(0.01);
  }
});
