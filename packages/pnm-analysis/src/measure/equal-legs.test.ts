import { expect, test } from "vitest";
import { AnalysisError } from "../errors.ts";
import { sumDb } from "../units.ts";
import { levelOfLegs, levelOfOneLeg, shareOfLeg } from "./equal-legs.ts";

test("equal legs add 10 log10 of their number, as their powers do", () => {
  expect(levelOfLegs(14, 4)).toBeCloseTo(20.0206, 4);
  expect(levelOfLegs(14, 4)).toBeCloseTo(sumDb([14, 14, 14, 14]), 10);
  expect(levelOfLegs(-60, 64) + 60).toBeCloseTo(18.0618, 4);
  expect(levelOfLegs(-30, 1)).toBe(-30);
});

test("a single leg lies as far under the sum as its equals raise it", () => {
  expect(levelOfOneLeg(20.0206, 4)).toBeCloseTo(14, 4);
  expect(levelOfOneLeg(-49, 2)).toBeCloseTo(-52.0103, 4);
});

test("a leg by which the floor falls 3 dB carries half of the noise, and unequal legs each their part", () => {
  expect(shareOfLeg(3)).toBeCloseTo(0.498813, 6);
  expect(shareOfLeg(10 * Math.log10(2))).toBeCloseTo(0.5, 10);
  // -30, -30 and -27 dBmV are -23.9845 dBmV; without the last one -26.9897 dBmV.
  const all = sumDb([-30, -30, -27]);
  expect(all).toBeCloseTo(-23.9845, 4);
  expect(shareOfLeg(all - sumDb([-30, -30]))).toBeCloseTo(10 ** ((-27 - all) / 10), 10);
  expect(shareOfLeg(0)).toBe(0);
});

test("less than one leg, and a floor that rises, are refused", () => {
  for (const legs of [0, -1, 0.5, Number.NaN]) expect(() => levelOfOneLeg(0, legs)).toThrow(AnalysisError);
  for (const fallDb of [-0.1, Number.NaN]) expect(() => shareOfLeg(fallDb)).toThrow(AnalysisError);
});
