import { expect, test } from "vitest";
import { engineeringUnit, formatValue } from "./engineering-unit.ts";

test("frequencies and times are shown in the unit that reads best, other units as they are", () => {
  expect(engineeringUnit("Hz", 740_500_000)).toEqual({ unit: "MHz", perUnit: 1e6 });
  expect(engineeringUnit("Hz", 50_000)).toEqual({ unit: "kHz", perUnit: 1e3 });
  expect(engineeringUnit("s", 40e-6)).toEqual({ unit: "µs", perUnit: 1e-6 });
  expect(engineeringUnit("s", 12)).toEqual({ unit: "s", perUnit: 1 });
  expect(engineeringUnit("dB", 5e9)).toEqual({ unit: "dB", perUnit: 1 });
});

test("values have the digits that carry meaning", () => {
  expect(["8192", "\u221223.680", "0.01449", "1234.6"]).toEqual(
    [8192, -23.68, 0.01449, 1234.567].map(formatValue),
  );
});
