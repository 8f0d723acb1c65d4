import { expect, test } from "vitest";
import { levelSteps, minislotAt } from "./minislot-strip.ts";

const LOWER_HZ = Float64Array.of(44e6, 44.4e6, 46e6);

test("a frequency belongs to the minislot that holds it, and to none between stretches", () => {
  expect(minislotAt(LOWER_HZ, 44e6)).toBe(0);
  expect(minislotAt(LOWER_HZ, 44.79e6)).toBe(1);
  expect(minislotAt(LOWER_HZ, 45e6)).toBeUndefined();
  expect(minislotAt(LOWER_HZ, 46.2e6)).toBe(2);
  expect(minislotAt(LOWER_HZ, 43.9e6)).toBeUndefined();
  expect(minislotAt(LOWER_HZ, 46.4e6)).toBeUndefined();
});

test("the line of levels breaks at excluded bands and at minislots without a level", () => {
  const at = (levels: number[]) =>
    levelSteps(
      LOWER_HZ,
      levels,
      (hz) => (hz - 44e6) / 1e6,
      (level) => level,
    );
  expect(at([1, 2, 3])).toBe("M0.0000 1.0000H0.4000V2.0000H0.8000M2.0000 3.0000H2.4000");
  expect(at([1, Number.NaN, 3])).toBe("M0.0000 1.0000H0.4000M2.0000 3.0000H2.4000");
  expect(at([Number.NaN, 2, Number.NaN])).toBe("M0.4000 2.0000H0.8000");
});
