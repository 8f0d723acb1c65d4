import { describe, expect, it } from "vitest";
import { bandPlanOf, type ListedChannel } from "./plan-of-channels.ts";

const scQam: ListedChannel = {
  ifIndex: 4001,
  kind: "scQam",
  lowerFrequencyHz: 10e6,
  upperFrequencyHz: 16.4e6,
};
const ofdma: ListedChannel = {
  ifIndex: 4005,
  kind: "ofdma",
  lowerFrequencyHz: 42e6,
  upperFrequencyHz: 82e6,
  excludedHz: [[54e6, 55e6]],
  expectedLevel: { dbmv: 2, bandwidthHz: 1.6e6 },
};

describe("the plan of a port's channels", () => {
  it("names channels by their ifIndex and keeps their edges and exclusions", () => {
    const { channels } = bandPlanOf([scQam, ofdma]);
    expect(channels.map(({ id }) => id)).toEqual(["4001", "4005"]);
    expect(channels[0]).toEqual({ id: "4001", kind: "scQam", lowerHz: 10e6, upperHz: 16.4e6 });
    expect(channels[1]!.excludedHz).toEqual([[54e6, 55e6]]);
  });

  it("gives the expected density of the power in its bandwidth, and none where nobody tells it", () => {
    const { channels } = bandPlanOf([scQam, ofdma]);
    expect(channels[0]!.expectedDbmvPerHz).toBeUndefined();
    // 2 dBmV in 1.6 MHz.
    expect(channels[1]!.expectedDbmvPerHz).toBeCloseTo(2 - 62.041, 3);
  });

  it.each([
    [16.4, 42],
    [42, 42],
    [42.1, 65],
    [82, 85],
    [108, 117],
    [204, 204],
    [300, 396],
    [690, 690],
  ])("ends the upstream of channels up to %d MHz at %d MHz", (upToMhz, edgeMhz) => {
    expect(bandPlanOf([scQam, { ...ofdma, upperFrequencyHz: upToMhz * 1e6 }]).upperEdgeHz).toBe(
      edgeMhz * 1e6,
    );
  });

  it("ends where it is told to", () => {
    expect(bandPlanOf([scQam], { upperEdgeHz: 85e6 }).upperEdgeHz).toBe(85e6);
  });
});
