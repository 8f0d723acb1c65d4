import type { CaptureData } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { engineeringUnit, formatValue, plotDataOf, squareLimit } from "./engineering-unit.ts";

const data = (unit: string, x: number[], y: (number | null)[]): CaptureData => ({
  id: "1",
  kind: "k",
  title: "t",
  style: "line",
  x: { label: "X", unit, values: x },
  y: { label: "Y", unit: "dB" },
  series: [{ name: "Y", unit: "dB", values: y }],
});

test("frequencies are shown in the unit that reads best, other units as they are", () => {
  expect(engineeringUnit("Hz", 740_500_000)).toEqual({ unit: "MHz", perUnit: 1e6 });
  expect(engineeringUnit("Hz", 50_000)).toEqual({ unit: "kHz", perUnit: 1e3 });
  expect(engineeringUnit("dB", 5e9)).toEqual({ unit: "dB", perUnit: 1 });
  expect(plotDataOf(data("Hz", [1e6, 2e6], [1, null]))).toMatchObject({
    xUnit: "MHz",
    x: [1, 2],
    series: [[1, null]],
  });
});

test("points that come in any order are drawn by ascending x, with their values", () => {
  expect(plotDataOf(data("", [0.5, -1, 0], [1, 2, null]))).toMatchObject({
    x: [-1, 0, 0.5],
    series: [[2, null, 1]],
  });
});

test("a square plot holds every point", () => {
  expect(squareLimit(plotDataOf(data("", [-1, 0.5], [0.2, -2])))).toBeCloseTo(2.16);
});

test("values have the digits that carry meaning", () => {
  expect(["8192", "\u221223.680", "0.01449", "1234.6"]).toEqual(
    [8192, -23.68, 0.01449, 1234.567].map(formatValue),
  );
});
