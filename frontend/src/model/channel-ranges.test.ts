import type { UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { channelRanges } from "./channel-ranges.ts";

const channel = (ifIndex: number, lowerMhz: number, upperMhz: number): UpstreamChannel => ({
  ifIndex,
  name: `us ${ifIndex}`,
  kind: "scQam",
  lowerFrequencyHz: Math.round(lowerMhz * 1e6),
  upperFrequencyHz: Math.round(upperMhz * 1e6),
});

test("each channel is shown with a tenth of its width beside it, the lowest first", () => {
  expect(channelRanges([channel(8, 44, 84), channel(7, 10, 16.4)])).toEqual([
    { ifIndex: 7, label: "us 7", startHz: 9_360_000, stopHz: 17_040_000 },
    { ifIndex: 8, label: "us 8", startHz: 40e6, stopHz: 88e6 },
  ]);
});

test("no range begins below 0 Hz", () => {
  expect(channelRanges([channel(7, 0.1, 10)])[0]!.startHz).toBe(0);
});
