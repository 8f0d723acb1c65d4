import { expect, test } from "vitest";
import { formatPlace, readPlace } from "./place.ts";

const NEAR = new Date(2026, 10, 21, 9, 38, 12).getTime();
const BOUNDS = { fromMs: NEAR - 60_000, toMs: NEAR + 60_000 };

test("a number is a frame, also in groups of three", () => {
  expect(readPlace(" 5\u2009184 ", NEAR, BOUNDS)).toEqual({ frame: 5184 });
});

test("a time of the day is one of the day that is looked at", () => {
  const at = new Date(2026, 10, 21, 9, 38, 12, 400).getTime();
  expect(readPlace("09:38:12.4", NEAR, BOUNDS)).toEqual({ timeMs: at });
  expect(readPlace("9:38", NEAR, BOUNDS)).toEqual({ timeMs: new Date(2026, 10, 21, 9, 38).getTime() });
});

test("over midnight a time is taken of the day that was recorded", () => {
  const midnight = new Date(2026, 10, 21).getTime();
  const bounds = { fromMs: midnight - 3_600_000, toMs: midnight + 3_600_000 };
  expect(readPlace("23:30", midnight + 60_000, bounds)).toEqual({ timeMs: midnight - 1_800_000 });
});

test("what is no place is none", () => {
  expect(readPlace("soon", NEAR, BOUNDS)).toBeUndefined();
});

test("the place in a recording is told short, with hours where the whole has some", () => {
  expect(formatPlace(215_900, 724_000)).toBe("3:35 / 12:04");
  expect(formatPlace(215_900, 7_924_000)).toBe("0:03:35 / 2:12:04");
});
