import type { UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { channelLines } from "./channel-words.ts";

const channel: UpstreamChannel = {
  ifIndex: 5,
  name: "us 0.0",
  kind: "scQam",
  lowerFrequencyHz: 14e6,
  upperFrequencyHz: 20_400_000,
};

test("all that the CMTS tells of a channel stands in its lines", () => {
  expect(
    channelLines({
      ...channel,
      kind: "ofdma",
      channelId: 9,
      modulation: "OFDMA 50 kHz",
      excludedHz: [[16e6, 16_800_000]],
      expectedLevel: { dbmv: -6, bandwidthHz: 1.6e6 },
    }),
  ).toEqual([
    "us 0.0, channel 9",
    "14.0–20.4 MHz, 6.4 MHz wide",
    "OFDMA 50 kHz",
    "Expected level: −6.0 dBmV in 1.600 MHz",
    "Excluded: 16.000–16.800 MHz",
  ]);
});

test("what the CMTS does not tell is said to be so", () => {
  expect(channelLines(channel)).toEqual([
    "us 0.0",
    "14.0–20.4 MHz, 6.4 MHz wide",
    "SC-QAM",
    "Expected level: not told by the CMTS",
  ]);
  expect(channelLines({ ...channel, kind: "ofdma" })).toContain("Excluded: not told by the CMTS");
  expect(channelLines({ ...channel, kind: "ofdma", excludedHz: [] })).toContain("Excluded: none");
  expect(channelLines({ ...channel, expectedLevel: { dbmv: 0, bandwidthHz: 5.12e6 } })).toContain(
    "Expected level: 0.0 dBmV",
  );
});
