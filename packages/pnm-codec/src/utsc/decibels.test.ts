import fc from "fast-check";
import { expect, test } from "vitest";
import { powerDb } from "./decibels.ts";

test("the decibels of a power agree with Math.log10 to less than a millionth of a decibel", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (power) => {
      expect(Math.abs(powerDb(power) - 10 * Math.log10(power))).toBeLessThan(2e-7);
    }),
    { numRuns: 5000 },
  );
});

test("powers of two are exact, the least and the largest power included", () => {
  for (let bit = 0; bit < 32; bit++) expect(powerDb(2 ** bit)).toBe(10 * Math.log10(2 ** bit));
  expect(powerDb(0xffff_ffff)).toBeCloseTo(10 * Math.log10(0xffff_ffff), 6);
});
