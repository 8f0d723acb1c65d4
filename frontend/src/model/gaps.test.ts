import { expect, test } from "vitest";
import { gapMark } from "./gaps.ts";

test("a gap shorter than two rows of the waterfall is a thin line without a label", () => {
  const gap = { fromMs: 1000, toMs: 1200, label: "gap 0.2 s" };
  expect(gapMark(gap, 1000)).toEqual({ heightPx: 1, isLabelled: false });
  expect(gapMark(gap, 101)).toEqual({ heightPx: 1, isLabelled: false });
  expect(gapMark(gap, 100)).toEqual({ heightPx: 2, isLabelled: true });
  expect(gapMark(gap, 10)).toEqual({ heightPx: 20, isLabelled: true });
});
