import { expect, test } from "vitest";
import { accountOf, lostFiles, slopeOf, total } from "./account.ts";

const BEGAN_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const span = { fromMs: BEGAN_MS, toMs: BEGAN_MS + 2000 };

/** Files captured every 500 ms, closed 20 ms after. */
const files = (count: number) =>
  Array.from({ length: count }, (_, k) => {
    const stamp = new Date(BEGAN_MS + 500 * k).toISOString().slice(0, 23).replace("T", "_");
    return { name: `pnmlab_a_c1_${stamp.replaceAll(":", ".")}`, atMs: BEGAN_MS + 500 * k + 20 };
  });

const frame = (k: number, withheld = 0) => ({
  sequence: k + 1,
  capturedAtMs: BEGAN_MS + 500 * k,
  withheld,
  atMs: BEGAN_MS + 500 * k + 23,
});

test("a file for each frame is an even account, with the time from closing to the viewer", () => {
  const account = accountOf(
    files(4),
    [0, 1, 2, 3].map((k) => frame(k)),
    0,
    span,
  );
  expect(account).toEqual({
    files: 4,
    shown: 4,
    thinned: 0,
    refused: 0,
    surplus: 0,
    latenciesMs: [3, 3, 3, 3],
  });
  expect(lostFiles([account])).toBe(0);
});

test("a file without a frame is lost, unless the backend says that it thinned or refused it", () => {
  expect(lostFiles([accountOf(files(4), [frame(0), frame(1), frame(3)], 0, span)])).toBe(1);
  expect(lostFiles([accountOf(files(4), [frame(0), frame(1), frame(3, 1)], 0, span)])).toBe(0);
  expect(lostFiles([accountOf(files(4), [frame(0), frame(1), frame(3)], 1, span)])).toBe(0);
});

test("one port's lost file is not made up for by another's refusal", () => {
  const lost = accountOf(files(4), [frame(0), frame(1), frame(2)], 0, span);
  const tooMany = accountOf(files(3), [frame(0), frame(1), frame(2)], 1, span);
  expect(lostFiles([lost, tooMany])).toBe(2);
});

test("a frame that comes twice, or without a file, is surplus", () => {
  expect(total([accountOf(files(2), [frame(0), frame(0), frame(1)], 0, span)], "surplus")).toBe(1);
  expect(total([accountOf(files(2), [frame(0), frame(1), frame(2)], 0, span)], "surplus")).toBe(1);
});

test("what was captured outside of the span is left out on both sides", () => {
  const account = accountOf(
    files(6),
    [0, 1, 2, 3, 4, 5].map((k) => frame(k)),
    0,
    span,
  );
  expect(account).toMatchObject({ files: 4, shown: 4, surplus: 0 });
});

test("the slope of memory that grows by 2 a minute is 2", () => {
  expect(
    slopeOf([
      [0, 10],
      [1, 12],
      [2, 14],
    ]),
  ).toBe(2);
});
