import { expect, test } from "vitest";
import { FrameRing } from "./frame-ring.ts";
import { ROW_EMPTY, ROW_GAP, waterfallRows } from "./waterfall-rows.ts";

function ringOf(...frames: [timeMs: number, gapBefore?: boolean][]): FrameRing {
  const ring = new FrameRing(1, 100);
  frames.forEach(([capturedAtMs, gapBefore = false], index) => {
    ring.push(Int16Array.of(index), { sequence: index + 1, capturedAtMs, gapBefore });
  });
  return ring;
}

test("frames of one slot share a row, newest on top", () => {
  const rows = waterfallRows(ringOf([1000], [1100], [1200], [1300]), 1300, 200, 3);
  expect([...rows.first]).toEqual([2, 0, ROW_EMPTY]);
  expect([...rows.last]).toEqual([3, 1, ROW_EMPTY]);
});

test("a frame stands until the next one comes", () => {
  const rows = waterfallRows(ringOf([1000], [1800]), 1800, 200, 6);
  expect([...rows.first]).toEqual([1, 0, 0, 0, 0, ROW_EMPTY]);
});

test("a gap is never bridged", () => {
  const rows = waterfallRows(ringOf([1000], [1800, true]), 1800, 200, 6);
  expect([...rows.first]).toEqual([1, ROW_GAP, ROW_GAP, ROW_GAP, 0, ROW_EMPTY]);
});

test("scrolled into the past the rows begin at the frame that was the newest then", () => {
  const ring = ringOf([1000], [1200], [1400], [1600]);
  expect([...waterfallRows(ring, 1300, 200, 2).first]).toEqual([1, 0]);
});

test("the ring overwrites its oldest frames and lifts times of a clock that was set back", () => {
  const ring = new FrameRing(1, 3);
  [100, 200, 150, 300].forEach((capturedAtMs, index) => {
    ring.push(Int16Array.of(index), { sequence: index, capturedAtMs, gapBefore: false });
  });
  expect([ring.firstIndex, ring.endIndex, ring.length]).toEqual([1, 4, 3]);
  expect([ring.timeAt(1), ring.timeAt(2), ring.timeAt(3)]).toEqual([200, 200, 300]);
  expect(ring.levelsAt(3)[0]).toBe(3);
});
