import type { DepthSource } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { exclusionLines } from "./exclusion-words.ts";

const CHANNEL: UpstreamChannel = {
  ifIndex: 7,
  name: "ofdma",
  kind: "ofdma",
  lowerFrequencyHz: 44e6,
  upperFrequencyHz: 84.8e6,
  excludedHz: [[60e6, 62e6]],
};
const line = (depthDb: number, depthSource: DepthSource) =>
  exclusionLines(CHANNEL, [{ lowerHz: 60e6, upperHz: 62e6, depthDb, depthSource }])
    .join("\n")
    .replaceAll("\u00a0", " ");

test("an excluded band has a line with how far it lies under its neighbours, or why that is not known", () => {
  expect(line(-41.2, "measured")).toBe("60.000–62.000 MHz: 41 dB down");
  expect(line(3.4, "measured")).toBe("60.000–62.000 MHz: 3 dB up");
  expect(line(-22.4, "bound")).toBe("60.000–62.000 MHz: at least 22 dB down");
  expect(line(Number.NaN, "otherChannel")).toBe("60.000–62.000 MHz: another channel lies in it");
});

test("without figures the bands are named alone, and a channel without any says so", () => {
  expect(exclusionLines(CHANNEL, undefined)).toEqual(["60.000–62.000 MHz"]);
  expect(exclusionLines({ ...CHANNEL, excludedHz: [] }, [])).toEqual(["none"]);
  expect(exclusionLines({ ...CHANNEL, excludedHz: undefined }, [])).toEqual(["not told by the CMTS"]);
});
