import { expect, test } from "vitest";
import { tileColumns, tileSize } from "./tile-grid.ts";

const GAP = 12;
/** Tiles in each row of a page of a width. */
function rowsOf(count: number, roomPx: number): number[] {
  const columns = tileColumns(count, roomPx, tileSize(count).leastWidth, GAP);
  return Array.from({ length: Math.ceil(count / columns) }, (_, row) =>
    Math.min(columns, count - row * columns),
  );
}

test.each([
  [1, [1]],
  [2, [2]],
  [3, [3]],
  [4, [2, 2]],
  [5, [3, 2]],
  [6, [3, 3]],
  [7, [4, 3]],
  [8, [4, 4]],
  [9, [3, 3, 3]],
  [10, [4, 4, 2]],
  [12, [4, 4, 4]],
  [24, [4, 4, 4, 4, 4, 4]],
])("%i tiles lie in rows of %j on a page of 1500 pixels", (count, rows) => {
  expect(rowsOf(count, 1500)).toEqual(rows);
});

test.each([
  [950, [2, 2]],
  [1180, [2, 2]],
  [1840, [2, 2]],
  [2500, [2, 2]],
])("four tiles lie in two rows of two on a page of %i pixels", (roomPx, rows) => {
  expect(rowsOf(4, roomPx)).toEqual(rows);
});

test("tiles lie one below the other where two have no room beside each other", () => {
  for (const count of [2, 4, 6, 24]) {
    expect(rowsOf(count, 340), String(count)).toEqual(Array.from({ length: count }, () => 1));
    expect(rowsOf(count, 200), String(count)).toEqual(Array.from({ length: count }, () => 1));
  }
});

test("no row but the last has fewer tiles, and no column is narrower than a tile may be", () => {
  for (let count = 1; count <= 24; count += 1) {
    for (let roomPx = 300; roomPx <= 4000; roomPx += 37) {
      const { leastWidth } = tileSize(count);
      const columns = tileColumns(count, roomPx, leastWidth, GAP);
      const rows = Math.ceil(count / columns);
      expect(count - (rows - 1) * columns).toBeGreaterThan(0);
      // One column fewer would take another row, so that none stands empty.
      if (columns > 1) {
        expect(Math.ceil(count / (columns - 1))).toBeGreaterThan(rows);
        expect((roomPx - (columns - 1) * GAP) / columns).toBeGreaterThanOrEqual(leastWidth);
      }
    }
  }
});

test("a page without ports, or without a width yet, has one column", () => {
  expect(tileColumns(0, 1500, 600, GAP)).toBe(1);
  expect(tileColumns(4, 0, 440, GAP)).toBe(1);
});
