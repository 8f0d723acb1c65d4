import type { UpstreamChannel } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { paintMinislots } from "./paint-plan.ts";
import type { Scene } from "./scene.ts";
import { SvgContext } from "./svg-context.ts";

const CHANNELS: UpstreamChannel[] = [
  { ifIndex: 1, name: "a", kind: "scQam", lowerFrequencyHz: 35e6, upperFrequencyHz: 41.4e6 },
  {
    ifIndex: 2,
    name: "b",
    kind: "ofdma",
    lowerFrequencyHz: 44e6,
    upperFrequencyHz: 84.8e6,
    excludedHz: [[60e6, 61.05e6]],
  },
];

/** Frequencies in MHz at which lines stand in a pane of 1000 pixels. */
function linesIn(startMhz: number, stopMhz: number): number[] {
  const scene = {
    data: { channels: CHANNELS },
    view: { range: { startHz: startMhz * 1e6, stopHz: stopMhz * 1e6 } },
    layout: { trace: { left: 0, top: 0, width: 1000, height: 300 } },
    theme: { plan: "#00f" },
  } as unknown as Scene;
  const context = new SvgContext(() => 0);
  paintMinislots(context, scene);
  return [...context.markup.matchAll(/M([\d.]+) 0/g)].map(
    ([, x]) => startMhz + (Number(x) / 1000) * (stopMhz - startMhz),
  );
}

test("the minislot grid of OFDMA stands in the trace, anew behind an excluded band", () => {
  const lines = linesIn(58.1, 62.1);
  expect(lines.map((mhz) => mhz.toFixed(1))).toEqual([
    "58.4",
    "58.8",
    "59.2",
    "59.6",
    "60.0",
    "61.1",
    "61.5",
    "61.9",
  ]);
  expect(linesIn(36, 40)).toEqual([]);
  expect(linesIn(84, 88).map((mhz) => mhz.toFixed(2))).toEqual(["84.25", "84.65"]);
});

test("the grid is left out where its lines would lie nearer than 8 pixels", () => {
  expect(linesIn(10, 60.1)).toEqual([]);
  expect(linesIn(10, 59.9).length).toBeGreaterThan(30);
});
