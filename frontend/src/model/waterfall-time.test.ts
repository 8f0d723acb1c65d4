import { expect, test } from "vitest";
import { hindranceOfSpan, scrollTime, showTime, timeWords, zoomTime } from "./waterfall-time.ts";

test("a zoom keeps the newest frame at the top while nothing is scrolled", () => {
  expect(zoomTime({ msPerPx: 200, scrollMs: 0 }, 2, 300)).toEqual({ msPerPx: 400, scrollMs: 0 });
});

test("a zoom of a scrolled waterfall keeps the row under the pointer", () => {
  const before = { msPerPx: 200, scrollMs: 100_000 };
  const after = zoomTime(before, 0.5, 120);
  expect(after.scrollMs + 120 * after.msPerPx).toBe(before.scrollMs + 120 * before.msPerPx);
});

test("a zoom out at the newest end never shows what has not come yet", () => {
  expect(zoomTime({ msPerPx: 200, scrollMs: 1000 }, 4, 300).scrollMs).toBe(0);
});

test("a zoom ends at ten milliseconds and at ten minutes for a row", () => {
  expect(zoomTime({ msPerPx: 15, scrollMs: 0 }, 0.1, 0).msPerPx).toBe(10);
  expect(zoomTime({ msPerPx: 500_000, scrollMs: 0 }, 10, 0).msPerPx).toBe(600_000);
});

test("scrolling ends where it may go and at the newest frame", () => {
  expect(scrollTime({ scrollMs: 0 }, 1e9, 20_000)).toEqual({ scrollMs: 20_000 });
  expect(scrollTime({ scrollMs: 5000 }, -1e9, 20_000)).toEqual({ scrollMs: 0 });
  expect(scrollTime({ scrollMs: 0 }, 1000, 0), "there is nothing behind").toEqual({ scrollMs: 0 });
});

test("what lies further back already is not pulled by scrolling on", () => {
  expect(scrollTime({ scrollMs: 50_000 }, 1000, 20_000)).toEqual({ scrollMs: 50_000 });
});

test("a preset fills the height of the waterfall", () => {
  expect(showTime({ msPerPx: 200, scrollMs: 7 }, 86_400_000, 400)).toEqual({ msPerPx: 216_000, scrollMs: 7 });
});

test("a preset is offered where more is recorded than the next shorter one shows", () => {
  expect(hindranceOfSpan(0, 0)).toBeUndefined();
  expect(hindranceOfSpan(1, 61_000)).toBeUndefined();
  expect(hindranceOfSpan(2, 240_000)).toBe("There are spectra of 4\u00a0min only");
  expect(hindranceOfSpan(3, 7_200_000)).toBeUndefined();
});

test("lengths of time are told in their unit", () => {
  expect([80_000, 720_000, 5_400_000, 86_400_000].map(timeWords)).toEqual([
    "80\u00a0s",
    "12\u00a0min",
    "1.5\u00a0h",
    "24\u00a0h",
  ]);
});
