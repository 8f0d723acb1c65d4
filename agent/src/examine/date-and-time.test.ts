import { expect, test } from "vitest";
import { clockSkewMs, parseDateAndTime } from "./date-and-time.ts";

test("the date of the example in RFC 2579 is read with its zone", () => {
  // 1992-5-26,13:30:15.0,-4:0
  expect(parseDateAndTime("07c8051a0d1e0f002d0400")).toEqual({
    atMs: Date.UTC(1992, 4, 26, 17, 30, 15),
    hasZone: true,
  });
});

test("without a zone, whole quarter hours are no skew", () => {
  const time = parseDateAndTime("07ea0b150d1e0f00")!;
  expect(time.hasZone).toBe(false);
  const utcMs = time.atMs - 5.5 * 3_600_000;
  expect(clockSkewMs(time, utcMs + 3_000)).toBe(-3_000);
  expect(clockSkewMs({ ...time, hasZone: true }, utcMs)).toBe(5.5 * 3_600_000);
});

test("what is no date is not read as one", () => {
  expect(parseDateAndTime("07c8051a")).toBeUndefined();
  expect(parseDateAndTime("0000000000000000")).toBeUndefined();
});
