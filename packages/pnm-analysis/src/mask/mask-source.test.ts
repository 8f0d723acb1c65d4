import { expect, test } from "vitest";
import type { BandPlan } from "../plant/band-plan.ts";
import { binsOfChannel } from "../plant/band-plan.ts";
import { dbOfPower } from "../units.ts";
import { JudgedMask } from "./judged-mask.ts";
import { limitsOfMask, type MaskSource } from "./mask-source.ts";

const DENSITY = -62;
const PLAN: BandPlan = {
  upperEdgeHz: 85e6,
  channels: [
    {
      id: "1",
      kind: "ofdma",
      lowerHz: 44e6,
      upperHz: 84e6,
      expectedDbmvPerHz: DENSITY,
      excludedHz: [
        [60e6, 62e6],
        [70e6, 70.4e6],
      ],
    },
  ],
};
/** 100.2 kHz wide bins, two of them to a noise bandwidth, and 19.6 kHz wide ones of the rectangular window. */
const COARSE = { axis: { firstBinHz: 5e6, binSpacingHz: 50.1e3, bins: 1600 }, bandwidthHz: 100.2e3 };
const FINE = { axis: { firstBinHz: 5e6, binSpacingHz: 19.6e3, bins: 4096 }, bandwidthHz: 19.6e3 };
const SMOOTH = { axis: { firstBinHz: 5e6, binSpacingHz: 9.8e3, bins: 8192 }, bandwidthHz: 19.6e3 };
type Setting = typeof COARSE;

const line = [
  { frequencyHz: 5e6, levelDbmv: -54 },
  { frequencyHz: 85e6, levelDbmv: -54 },
];
const plan: MaskSource = {
  from: "plan",
  channelMarginDb: 6,
  idleDbmv: -44,
  measured: [],
  noiseBandwidthHz: COARSE.bandwidthHz,
};

function upperAt(source: MaskSource, { axis, bandwidthHz }: Setting, frequencyHz: number): number {
  const { upperDbmv } = limitsOfMask(source, axis, PLAN, bandwidthHz);
  return upperDbmv[Math.round((frequencyHz - axis.firstBinHz) / axis.binSpacingHz)]!;
}

test.each<MaskSource>([
  plan,
  { from: "floor", line, upperDb: 10, noiseBandwidthHz: COARSE.bandwidthHz },
  { from: "reference", line, upperDb: 10, lowerDb: 3, noiseBandwidthHz: COARSE.bandwidthHz },
])("a limit of noise stays as far over the noise in bins of another noise bandwidth: $from", (source) => {
  const shiftDb = dbOfPower(FINE.bandwidthHz / COARSE.bandwidthHz);
  expect(shiftDb).toBeCloseTo(-7.09, 2);
  expect(upperAt(source, COARSE, 20e6)).toBeCloseTo(-44, 3);
  expect(upperAt(source, FINE, 20e6)).toBeCloseTo(-44 + shiftDb, 3);
  const { lowerDbmv } = limitsOfMask(source, FINE.axis, PLAN, FINE.bandwidthHz);
  if (source.from === "reference") expect(lowerDbmv[900]).toBeCloseTo(-57 + shiftDb, 3);
});

test("a mask that does not say for which noise bandwidth it was made, and one drawn by hand, stay where they are", () => {
  const { noiseBandwidthHz: _, ...old } = plan as Extract<MaskSource, { from: "plan" }>;
  expect(upperAt(old, FINE, 20e6)).toBe(-44);
  expect(upperAt({ from: "floor", line, upperDb: 10 }, FINE, 20e6)).toBe(-44);
  expect(upperAt({ from: "points", points: line }, FINE, 20e6)).toBe(-54);
});

/** Density this far from both edges of an excluded band beside that in the channel: 1 / (2 pi^2 x) of each. */
const skirtDb = (...distances: number[]) =>
  dbOfPower(distances.reduce((sum, x) => sum + 1 / (2 * Math.PI ** 2 * x), 0));
const sumDb = (...levels: number[]) => dbOfPower(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0));

test("an excluded band has the limit between channels and the tails of the subcarriers, but for a guard at its edges", () => {
  const channelDbmv = DENSITY + dbOfPower(COARSE.bandwidthHz) + 6;
  const { axis } = COARSE;
  const middleHz =
    axis.firstBinHz + Math.round((61e6 - axis.firstBinHz) / axis.binSpacingHz) * axis.binSpacingHz;
  const tailDb = skirtDb((middleHz - 60e6) / 50e3, (62e6 - middleHz) / 50e3);
  expect(tailDb).toBeCloseTo(-23, 0);
  expect(upperAt(plan, COARSE, 61e6)).toBeCloseTo(sumDb(-44, channelDbmv + tailDb), 2);
  expect(upperAt(plan, COARSE, 60.25e6)).toBeLessThan(channelDbmv - 15);
  expect(upperAt(plan, COARSE, 60.15e6)).toBeCloseTo(channelDbmv, 3);
  expect(upperAt(plan, COARSE, 59e6)).toBeCloseTo(channelDbmv, 3);
  // Too narrow: between its guards no bin is left.
  expect(upperAt(plan, COARSE, 70.2e6)).toBeCloseTo(channelDbmv, 3);
});

test("the skirts of the rectangular window raise the limit in an excluded band, those of others do not reach it", () => {
  const idleDbmv = -44 + dbOfPower(FINE.bandwidthHz / COARSE.bandwidthHz);
  const channelDbmv = DENSITY + dbOfPower(FINE.bandwidthHz) + 6;
  const tailDb = skirtDb(200e3 / 50e3, 1800e3 / 50e3);
  const smooth = upperAt(plan, SMOOTH, 60.2e6);
  expect(Math.abs(smooth - sumDb(idleDbmv, channelDbmv + tailDb))).toBeLessThan(0.2);
  const near = upperAt(plan, FINE, 60.2e6);
  // Ten bins from one edge and 92 from the other the window shows as much of the channel again.
  expect(Math.abs(near - sumDb(idleDbmv, channelDbmv + tailDb, channelDbmv + skirtDb(10, 92)))).toBeLessThan(
    0.4,
  );
  expect(upperAt(plan, FINE, 61e6)).toBeLessThan(near - 3);
});

test("ingress 40 dB over the floor in an excluded band fails its band alone, which is named by its edges", () => {
  const { axis, bandwidthHz } = COARSE;
  const mask = new JudgedMask({ source: plan, consecutiveFrames: 1 }, axis, PLAN, bandwidthHz);
  const levels = Float32Array.from({ length: axis.bins }, (_, bin) => {
    const frequencyHz = axis.firstBinHz + bin * axis.binSpacingHz;
    if (Math.abs(frequencyHz - 61e6) < 30e3) return -14;
    const isSent = frequencyHz >= 44e6 && frequencyHz <= 84e6 && !(frequencyHz > 60e6 && frequencyHz < 62e6);
    return isSent ? DENSITY + dbOfPower(bandwidthHz) : -54;
  });
  mask.judge(levels);
  expect(mask.bands.map(({ channels, verdict }) => [channels, verdict!.isPassing])).toEqual([
    [[], true],
    [["1"], true],
    [[], false],
    [["1"], true],
  ]);
});

test("the limit of a channel reaches as far beside it as its guard does", () => {
  const { axis, bandwidthHz } = COARSE;
  const { first, guard } = binsOfChannel(axis, PLAN.channels[0]!, 2);
  expect(guard * axis.binSpacingHz).toBeCloseTo(1.2e6, -5);
  const { upperDbmv } = limitsOfMask(plan, axis, PLAN, bandwidthHz);
  expect(upperDbmv[first - guard]).toBeGreaterThan(-20);
  expect(upperDbmv[first - guard - 1]).toBeCloseTo(-44, 3);
  // 3 % of a narrow channel are less than a bin: two bins and the main lobe count then.
  const narrow: BandPlan = {
    upperEdgeHz: 85e6,
    channels: [{ id: "2", kind: "scQam", lowerHz: 20e6, upperHz: 20.4e6, expectedDbmvPerHz: DENSITY }],
  };
  const limits = limitsOfMask(plan, axis, narrow, bandwidthHz).upperDbmv;
  const edge = binsOfChannel(axis, narrow.channels[0]!, 2).first;
  expect(limits[edge - 4]).toBeGreaterThan(-20);
  expect(limits[edge - 5]).toBeCloseTo(-44, 3);
});
