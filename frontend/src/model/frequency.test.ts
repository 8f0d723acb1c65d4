import { expect, test } from "vitest";
import { COLUMN_ENDS, type ColumnLevel, decimate } from "./decimate.ts";
import { binAt, columnBins, coveredRange } from "./frequency-axis.ts";
import { clampRange, panBy, ViewHistory, zoomAt } from "./frequency-view.ts";
import { roundTicks, tickDigits } from "./ticks.ts";

const axis = { firstBinHz: 5_025_000, binSpacingHz: 50_000, bins: 1600 };
const bounds = { startHz: 0, stopHz: 204e6 };

test("the covered range reaches from edge to edge of the bins", () => {
  expect(coveredRange(axis)).toEqual({ startHz: 5e6, stopHz: 85e6 });
  expect(binAt(axis, 27_185_000)).toBe(443);
  expect(binAt(axis, 4_900_000)).toBeUndefined();
});

test("every bin in view belongs to exactly one column", () => {
  const columns = columnBins(axis, { startHz: 5e6, stopHz: 85e6 }, 1061);
  expect(columns.first[0]).toBe(0);
  expect(columns.last[1060]).toBe(1599);
  for (let column = 1; column < 1061; column += 1) {
    expect(columns.first[column]).toBe(columns.last[column - 1]! + 1);
  }
});

test("columns outside the data are empty, columns narrower than a bin repeat it", () => {
  const wide = columnBins(axis, { startHz: 0, stopHz: 100e6 }, 100);
  expect(wide.first[0]).toBe(-1);
  expect(wide.first[99]).toBe(-1);
  const narrow = columnBins(axis, { startHz: 10e6, stopHz: 10.1e6 }, 10);
  expect(new Set(narrow.first)).toEqual(new Set([100, 101]));
});

test("a column shows the highest, the lowest or the middle of its bins, and skips bins without a value", () => {
  const levels = Float32Array.from([-40, -10, -60, Number.NaN, Number.NaN]);
  const columns = { first: Int32Array.from([0, 3, -1]), last: Int32Array.from([3, 4, -1]) };
  const shown = (which: ColumnLevel) => [...decimate(which, levels, columns, new Float32Array(3))];
  expect(shown("peak")).toEqual([-10, Number.NaN, Number.NaN]);
  expect(shown("lowest")).toEqual([-60, Number.NaN, Number.NaN]);
  expect(shown("sample")).toEqual([-10, Number.NaN, Number.NaN]);
});

test("a column of one bin is that bin, whichever end of it is asked for", () => {
  const columns = { first: Int32Array.from([1]), last: Int32Array.from([1]) };
  for (const which of ["peak", "lowest", "sample"] as const) {
    expect([...decimate(which, Float32Array.from([-40, -10]), columns, new Float32Array(1))]).toEqual([-10]);
  }
});

test("no decimation shows a mean, and normal shows both ends of a column", () => {
  expect(COLUMN_ENDS.normal).toEqual(["peak", "lowest"]);
  expect(Object.keys(COLUMN_ENDS).toSorted()).toEqual(["normal", "peak", "sample"]);
});

test("zooming keeps the frequency under the pointer where it is", () => {
  const zoomed = zoomAt({ startHz: 5e6, stopHz: 85e6 }, 25e6, 0.5, bounds);
  expect(zoomed).toEqual({ startHz: 15e6, stopHz: 55e6 });
});

test("a view stays within its bounds", () => {
  expect(panBy({ startHz: 5e6, stopHz: 85e6 }, -1, bounds)).toEqual({ startHz: 0, stopHz: 80e6 });
  expect(clampRange({ startHz: -50e6, stopHz: 400e6 }, bounds)).toEqual(bounds);
  const narrowest = zoomAt({ startHz: 10e6, stopHz: 10.2e6 }, 10.1e6, 0.001, bounds);
  expect(narrowest.stopHz - narrowest.startHz).toBe(100_000);
});

test("zooms are taken back and brought again step by step", () => {
  const history = new ViewHistory<string>();
  history.push("a");
  history.push("b");
  expect(history.back("c")).toBe("b");
  expect(history.back("b")).toBe("a");
  expect(history.back("a")).toBeUndefined();
  expect(history.forward("a")).toBe("b");
});

test("ticks are round and their labels have the digits they need", () => {
  expect(roundTicks(5, 85, 17)).toEqual({ step: 5, values: Array.from({ length: 17 }, (_, n) => 5 + n * 5) });
  expect(tickDigits(2.5)).toBe(1);
  expect(tickDigits(0.05)).toBe(2);
  expect(tickDigits(20)).toBe(0);
});
