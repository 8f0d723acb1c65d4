import { expect, test } from "vitest";
import { boxStatistics } from "./box-statistics.ts";
import { FrameRing } from "./frame-ring.ts";

test("a box of the waterfall is measured by its own bins and its own time", () => {
  const ring = new FrameRing(4, 100);
  for (let n = 0; n < 10; n += 1) {
    const burst = n === 4 ? -1000 : -4000;
    ring.push(Int16Array.of(0, burst, -4000, 0), { sequence: n, capturedAtMs: n * 100, gapBefore: false });
  }
  const axis = { firstBinHz: 10e6, binSpacingHz: 1e6, bins: 4 };
  const range = { startHz: 10.5e6, stopHz: 12.5e6 };
  const box = boxStatistics(ring, axis, range, { fromMs: 0, toMs: 900 }, -30)!;
  expect(box).toMatchObject({ frames: 10, bins: 2, lowestDbmv: -40, highestDbmv: -10, medianDbmv: -40 });
  expect(box.meanDbmv).toBeCloseTo(10 * Math.log10((0.1 + 19e-4) / 20), 6);
  expect(box.levelsAbovePct).toBe(5);
  expect(box.framesAbovePct).toBe(10);
  expect(boxStatistics(ring, axis, range, { fromMs: 500, toMs: 900 }, -30)!.highestDbmv).toBe(-40);
  expect(boxStatistics(ring, axis, range, { fromMs: 5000, toMs: 9000 }, -30)).toBeUndefined();
  expect(box.peakRows).toBe(0);
  // What is older than half a second are peaks: the burst in them counts for nothing.
  const half = boxStatistics(ring, axis, range, { fromMs: 0, toMs: 900 }, -30, 500)!;
  expect(half).toMatchObject({ frames: 5, peakRows: 5, highestDbmv: -40, levelsAbovePct: 0 });
  const none = boxStatistics(ring, axis, range, { fromMs: 0, toMs: 400 }, -30, 500)!;
  expect(none).toMatchObject({ frames: 0, peakRows: 5 });
  expect(none.meanDbmv).toBeNaN();
});
