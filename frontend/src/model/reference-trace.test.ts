import { expect, test } from "vitest";
import { onAxis, parseReference, referenceOf } from "./reference-trace.ts";

test("a trace in a text file is read in MHz or Hz, whatever parts its columns", () => {
  const mhz = parseReference("MHz,dBmV\n5.0,-40\n6.0,-30\n", "a.csv");
  expect([...mhz.frequenciesHz]).toEqual([5e6, 6e6]);
  const hz = parseReference("# a remark\n5000000;-40.5\n6000000;-30", "b.csv");
  expect([...hz.levelsDbmv]).toEqual([-40.5, -30]);
  expect(() => parseReference("no numbers", "c.csv")).toThrow("no trace in this file");
});

test("a reference is shown on another axis between its points, and not outside of them", () => {
  const reference = referenceOf({ firstBinHz: 10e6, binSpacingHz: 2e6, bins: 2 }, [-40, -30], "average");
  const levels = onAxis(reference, { firstBinHz: 9e6, binSpacingHz: 1e6, bins: 5 });
  expect([...levels]).toEqual([Number.NaN, -40, -35, -30, Number.NaN]);
});
