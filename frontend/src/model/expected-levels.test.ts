import type { UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { expectedLevels } from "./expected-levels.ts";

const scQam: UpstreamChannel = {
  ifIndex: 1,
  name: "us 0.0",
  kind: "scQam",
  lowerFrequencyHz: 10e6,
  upperFrequencyHz: 16_400_000,
  expectedLevel: { dbmv: 0, bandwidthHz: 5_120_000 },
};
const ofdma: UpstreamChannel = {
  ...scQam,
  kind: "ofdma",
  lowerFrequencyHz: 44e6,
  upperFrequencyHz: 84e6,
  excludedHz: [
    [44e6, 45e6],
    [60e6, 62e6],
  ],
  expectedLevel: { dbmv: -6, bandwidthHz: 1_600_000 },
};

test("the level of SC-QAM stands over the flat part of the channel, in the bandwidth of a bin", () => {
  const [level, ...rest] = expectedLevels([scQam], 100_000);
  expect(rest).toEqual([]);
  expect(level!.startHz).toBeCloseTo(11_280_000, 3);
  expect(level!.stopHz).toBeCloseTo(15_120_000, 3);
  expect(level!.levelDbmv).toBeCloseTo(-17.09, 2);
});

test("the level of OFDMA stands between its excluded bands", () => {
  const levels = expectedLevels([ofdma], 100_000);
  expect(levels.map(({ startHz, stopHz }) => [startHz, stopHz])).toEqual([
    [45e6, 60e6],
    [62e6, 84e6],
  ]);
  expect(levels[0]!.levelDbmv).toBeCloseTo(-18.04, 2);
});

test("there is none where the CMTS tells no level, or the bandwidth is not known", () => {
  expect(expectedLevels([{ ...scQam, expectedLevel: undefined }], 100_000)).toEqual([]);
  expect(expectedLevels([scQam], 0)).toEqual([]);
});
