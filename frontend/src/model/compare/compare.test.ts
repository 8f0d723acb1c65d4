import { dbOfPower } from "@pnmlab/pnm-analysis";
import type { SpectrumFrame } from "@pnmlab/protocol/frame";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import { SideAverage } from "./averaged-side.ts";
import { channelChanges, channelRow } from "./compare-tables.ts";
import { type SideId, sideOfText, textOfSide } from "./side-id.ts";

function frame(
  sequence: number,
  levels: readonly number[],
  part: Partial<SpectrumFrame> = {},
): SpectrumFrame {
  return {
    streamId: 1,
    sequence,
    capturedAtMs: sequence * 100,
    receivedAtMs: 0,
    firstBinHz: 10e6,
    binSpacingHz: 1e5,
    resolutionBandwidthHz: 1.5e5,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from(levels),
    ...part,
  };
}

test("a side is written into an address and read back", () => {
  const sides: SideId[] = [
    { kind: "recording", id: "ring-s-1" },
    { kind: "recording", id: "r1", fromMs: 1000, toMs: 2000 },
    { kind: "live", cmtsId: "lab/cmts-1", rfPortIfIndex: 72 },
    { kind: "capture", id: "abc" },
  ];
  expect(sides.map((side) => sideOfText(textOfSide(side)))).toEqual(sides);
  for (const text of ["", "rec:", "live:x", "else:1", undefined, 5]) expect(sideOfText(text)).toBeUndefined();
  expect(sideOfText("rec:r1@2000-1000")).toEqual({ kind: "recording", id: "r1" });
});

test("a side is the mean of powers, with its extremes, and a bin that was never known has none", () => {
  const average = new SideAverage([]);
  expect(average.result()).toBeUndefined();
  average.add(frame(1, [0, -1000, NO_LEVEL, -5000]));
  average.add(frame(2, [-1000, -1000, NO_LEVEL, NO_LEVEL]));
  average.add(frame(3, [0, 0, 0, 0, 0]));
  const side = average.result()!;
  expect(side.looks).toBe(2);
  expect(side.passedOver).toBe(1);
  expect(side.levelsDbmv[0]).toBeCloseTo(dbOfPower((1 + 0.1) / 2), 5);
  expect(side.levelsDbmv[1]).toBeCloseTo(-10, 5);
  expect(side.levelsDbmv[2]).toBeNaN();
  expect(side.levelsDbmv[3]).toBeCloseTo(-50, 5);
  expect([side.maxDbmv[0], side.minDbmv[0]]).toEqual([0, -10]);
  expect([side.firstMs, side.lastMs]).toEqual([100, 200]);
});

const CHANNEL = {
  ifIndex: 5,
  name: "US1",
  kind: "scQam" as const,
  lowerFrequencyHz: 18_400_000,
  upperFrequencyHz: 21_600_000,
};

/** 10 to 30 MHz with a channel that stands so high. */
function sideWith(channelHundredths: number, channels = [CHANNEL]) {
  const average = new SideAverage(channels);
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    const levels = Array.from({ length: 200 }, (_, bin) =>
      bin >= 84 && bin < 116 ? channelHundredths : -5000 + ((bin * 31 + sequence * 17) % 100),
    );
    average.add(frame(sequence, levels));
  }
  return average.result()!;
}

test("channels are paired by their band, and changes are after minus before", () => {
  const [change, ...others] = channelChanges(sideWith(-1000), sideWith(-700), () => "US1");
  expect(others).toEqual([]);
  expect(change!.powerDb).toBeCloseTo(3, 1);
  expect(channelRow(change!)[4]).toBe("+3.0");
});

test("a channel of one side alone has no change", () => {
  const [change] = channelChanges(sideWith(-1000), sideWith(-1000, []), () => "US1");
  expect(change!.after).toBeUndefined();
  expect(channelRow(change!)[4]).toBe("–");
});
