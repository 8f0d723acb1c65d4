import type { SeriesAnswer, SeriesPoint } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { seriesPanel } from "./series-panel.ts";

const point = (atMs: number, mean: number, late = false): SeriesPoint => ({
  atMs,
  mean,
  min: mean,
  max: mean,
  count: 1,
  late,
});

function answer(lines: SeriesAnswer["lines"]): SeriesAnswer {
  return { device: "cmts", metric: "snr", unit: "dB", fromMs: 0, toMs: 10_000, stepMs: 0, lines };
}

test("a gap breaks the line, and is hatched where it is the only one", () => {
  const gaps = [{ fromMs: 2000, toMs: 8000 }];
  const panel = seriesPanel(
    answer([{ instance: "1", points: [point(1000, 1), point(2000, 2), point(8000, 3)], gaps }]),
    ["1"],
  )!;
  expect([...panel.x.values]).toEqual([1, 2, 5, 8]);
  expect([...panel.series[0]!.values]).toEqual([1, 2, Number.NaN, 3]);
  expect(panel.excluded).toMatchObject([{ reason: "nothing read" }]);
});

test("lines that are read at different moments both go on", () => {
  const panel = seriesPanel(
    answer([
      { instance: "1", points: [point(0, 0), point(2000, 2)], gaps: [] },
      { instance: "2", points: [point(1000, 5), point(3000, 5)], gaps: [] },
    ]),
    ["1", "2"],
  )!;
  expect([...panel.series[0]!.values]).toEqual([0, 1, 2, Number.NaN]);
  expect([...panel.series[1]!.values]).toEqual([Number.NaN, 5, 5, 5]);
});

test("what was delivered late has dots of its own", () => {
  const panel = seriesPanel(
    answer([{ instance: "", points: [point(0, 1, true), point(1000, 2)], gaps: [] }]),
    [""],
  )!;
  expect(panel.series.map(({ name, form }) => [name, form])).toEqual([
    ["snr", "line"],
    ["delivered late", "dots"],
  ]);
  expect([...panel.series[1]!.values]).toEqual([1, Number.NaN]);
});

test("nothing read makes no plot", () => {
  expect(seriesPanel(answer([]), [])).toBeUndefined();
});
