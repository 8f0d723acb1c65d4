import { expect, test } from "vitest";
import { endsOf, levelScale } from "./level-scale.ts";

test("the scale begins and ends at multiples of 5 dB, holds every level and is 10 dB high at least", () => {
  expect(levelScale([-12.3, Number.NaN, -11.1])).toEqual({ low: -15, high: -5 });
  expect(levelScale([-31, -11.1])).toEqual({ low: -35, high: -10 });
  expect(levelScale([-15])).toEqual({ low: -15, high: -5 });
  expect(levelScale([Number.NaN])).toBeUndefined();
  expect(endsOf([3, Number.NaN, 1])).toEqual([1, 3]);
});
