import { expect, test } from "vitest";
import { MOST_ROWS, rowsNeeded, type WaterfallNeed } from "./waterfall-fill.ts";

const HOUR = 3_600_000;
const NOW = 1000 * HOUR;
const need = (part: Partial<WaterfallNeed> = {}): WaterfallNeed => ({
  topMs: NOW,
  bottomMs: NOW - 80_000,
  heldFromMs: NOW - 10_000,
  recorded: { fromMs: NOW - 24 * HOUR, toMs: NOW },
  framesPerMs: 0.01,
  msPerPx: 200,
  ...part,
});

test("rows of a pixel each are read of what the picture lacks, with half a screen around it", () => {
  expect(rowsNeeded(need(), undefined)).toEqual({
    span: { fromMs: NOW - 120_000, toMs: NOW },
    rowMs: 200,
  });
});

test("nothing is read where the picture has all that it shows", () => {
  expect(rowsNeeded(need({ heldFromMs: NOW - 80_000 }), undefined)).toBeUndefined();
  expect(rowsNeeded(need({ topMs: 0 }), undefined)).toBeUndefined();
});

test("nothing is read again while what was read covers what moves on", () => {
  const read = rowsNeeded(need(), undefined)!;
  for (let movedMs = 0; movedMs <= 70_000; movedMs += 500) {
    const moved = need({ topMs: NOW + movedMs, bottomMs: NOW - 80_000 + movedMs });
    expect(rowsNeeded(moved, read), `${movedMs} ms later`).toBeUndefined();
  }
});

test("a live picture that loses its oldest frames is filled by rows that reach into what it had", () => {
  const shown = { bottomMs: NOW - HOUR, msPerPx: 9000 };
  const read = rowsNeeded(need({ ...shown, heldFromMs: NOW - HOUR / 2 }), undefined)!;
  const later = need({
    topMs: NOW + 600_000,
    bottomMs: NOW - HOUR + 600_000,
    msPerPx: 9000,
    heldFromMs: NOW - HOUR / 2 + 600_000,
    recorded: { fromMs: NOW - 24 * HOUR, toMs: NOW + 600_000 },
  });
  expect(rowsNeeded(later, read)).toBeUndefined();
});

test("a day is asked for in rows that the recorder has summed up", () => {
  const rows = rowsNeeded(need({ bottomMs: NOW - 24 * HOUR, msPerPx: 216_000 }), undefined)!;
  expect(rows.rowMs).toBe(216_000);
  expect(rows.span).toEqual({ fromMs: NOW - 24 * HOUR, toMs: NOW });
});

test("where too many frames would have to be read, rows are those summed up", () => {
  const rows = rowsNeeded(need({ bottomMs: NOW - HOUR, msPerPx: 2000, framesPerMs: 0.02 }), undefined)!;
  expect(rows.rowMs).toBe(10_000);
});

test("without a margin what is shown is read and no more, in as many rows as are wanted at most", () => {
  const rows = rowsNeeded(need({ bottomMs: NOW - 90_000, marginShare: 0, mostRows: 100 }), undefined);
  expect(rows).toEqual({ span: { fromMs: NOW - 90_000, toMs: NOW }, rowMs: 900 });
});

test("rows are never more than the plot takes", () => {
  const { span, rowMs } = rowsNeeded(need({ bottomMs: NOW - 800_000, framesPerMs: 0.001 }), undefined)!;
  expect((span.toMs - span.fromMs) / rowMs).toBeLessThanOrEqual(MOST_ROWS);
});

test("a zoom in reads finer rows, a zoom out keeps the fine ones as far as they reach", () => {
  const coarse = { span: { fromMs: NOW - HOUR, toMs: NOW }, rowMs: 9000 };
  expect(rowsNeeded(need(), coarse)?.rowMs).toBe(200);
  const fine = { span: { fromMs: NOW - HOUR, toMs: NOW }, rowMs: 200 };
  expect(rowsNeeded(need({ bottomMs: NOW - HOUR / 2, msPerPx: 4500 }), fine)).toBeUndefined();
});
