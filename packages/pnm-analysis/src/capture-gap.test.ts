import { expect, test } from "vitest";
import { captureGapMs } from "./capture-gap.ts";

test("a gap is as long as the time between the captures around it less one period", () => {
  expect(captureGapMs(350, 100, true)).toBe(250);
  expect(captureGapMs(350, 100, false)).toBe(250);
  expect(captureGapMs(600, 0, true)).toBe(600);
});

test("captures that follow each other have no gap between them, also where a re-arm cost less than a quarter of a period", () => {
  expect(captureGapMs(240, 100, false)).toBeUndefined();
  expect(captureGapMs(120, 100, true)).toBeUndefined();
  expect(captureGapMs(60_000, 0, false)).toBeUndefined();
});
