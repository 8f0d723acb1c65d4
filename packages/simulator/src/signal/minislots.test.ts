import { DetectorSet, MINISLOT_HZ } from "@pnmlab/pnm-analysis";
import { expect, test } from "vitest";
import { HALF_USED_OFDMA } from "../testing/half-used-ofdma.ts";
import { bandPlanOf, type RecordingOptions, recordingOf } from "../testing/recording.ts";
import { minislotEdgesHz, type OfdmaPlan, type PortPlan } from "./plan.ts";

const ofdma: OfdmaPlan = {
  ...HALF_USED_OFDMA,
  // The second is no whole number of minislots wide.
  excludedHz: [
    [52e6, 54e6],
    [60.05e6, 61.8e6],
  ],
};
const POWER_DBMV = -6 + 10 * Math.log10(MINISLOT_HZ / 1.6e6);

function figuresOf(
  channel: OfdmaPlan,
  options: Partial<RecordingOptions> = {},
  more: Partial<PortPlan> = {},
) {
  const plan: PortPlan = {
    label: "minislots",
    noise: { levelDbmvPer50Khz: -59, riseBelowHz: 15e6, riseDbPerOctave: 3 },
    channels: [channel],
    carriers: [],
    impulses: [],
    modemCount: 24,
    ...more,
  };
  const set = new DetectorSet({ plan: bandPlanOf(plan), enabled: [] });
  for (const frame of recordingOf(plan, { frames: 500, ...options }).frames()) set.feed(frame);
  return set.channels()[0]!;
}

test.each([
  [0.2, "blackmanHarris"],
  [0.5, "blackmanHarris"],
  [0.8, "blackmanHarris"],
  [0.5, "hann"],
] as const)(
  "minislots show how often they are granted, %s, and their level, in a %s window",
  (utilization, window) => {
    const { minislots } = figuresOf({ ...ofdma, utilization }, { receiver: { window } });
    const { lowerHz, occupancyPct, powerDbmv } = minislots!;
    expect(Array.from(lowerHz)).toEqual(minislotEdgesHz(ofdma));
    const isRight = (_: number, i: number) =>
      Math.abs(occupancyPct[i]! / 100 - utilization) < 0.1 && Math.abs(powerDbmv[i]! - POWER_DBMV) < 1;
    // A few hundred looks leave some of a hundred minislots outside.
    expect(lowerHz.filter(isRight).length / lowerHz.length).toBeGreaterThan(0.95);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(occupancyPct) / 100 - utilization)).toBeLessThan(0.04);
    expect(Math.abs(mean(powerDbmv) - POWER_DBMV)).toBeLessThan(0.7);
  },
);

test("minislots that nobody is granted have no level", () => {
  const { minislots } = figuresOf({ ...ofdma, utilization: 0 });
  expect(Math.max(...minislots!.occupancyPct)).toBeLessThan(1);
  expect(minislots!.powerDbmv.every((level) => Number.isNaN(level))).toBe(true);
});

test.each([
  [1024, true],
  [512, false],
])("of a span of 102.4 MHz %d bins tell minislots: %s", (bins, isTold) => {
  const { minislots, exclusions } = figuresOf(ofdma, { receiver: { bins }, frames: 20 });
  expect(minislots !== undefined).toBe(isTold);
  expect(exclusions).toHaveLength(2);
});

test("excluded bands are deep, and one that ingress fills is told by its depth", () => {
  const clean = figuresOf(ofdma).exclusions;
  const carriers = Array.from({ length: 9 }, (_, i) => ({
    kind: "cb" as const,
    label: `carrier ${i}`,
    frequencyHz: 52.6e6 + i * 100_000,
    levelDbmv: -30,
  }));
  const filled = figuresOf(ofdma, {}, { carriers }).exclusions;
  for (const { depthSource, depthDb } of clean) {
    expect(depthSource).toBe("measured");
    expect(depthDb).toBeLessThan(-25);
  }
  expect(filled[0]!.depthDb).toBeGreaterThan(clean[0]!.depthDb + 5);
  expect(Math.abs(filled[1]!.depthDb - clean[1]!.depthDb)).toBeLessThan(2);
});

test("the skirts of a rectangular window leave a bound for the depth of an empty band", () => {
  const [first] = figuresOf(ofdma, { receiver: { window: "rectangular" } }).exclusions;
  expect(first!.depthSource).toBe("bound");
  expect(first!.depthDb).toBeLessThan(-18);
});
