import { expect, test } from "vitest";
import { channelsOff, isOffByNoiseBandwidth, levelCheck, levelsAreOff } from "./level-check.ts";

function check(deviationsDb: (number | undefined)[], enbwBins = 1.5, frames = 300) {
  return levelCheck({ deviationsDb, frames, enbwBins });
}

test("a decibel is what ranging leaves, and what wavers about the limit does not flicker", () => {
  expect(levelsAreOff(check([-1, 0.4, 0.9]), false)).toBe(false);
  const wavering = check([-1.3, -1.3]);
  expect(levelsAreOff(wavering, false)).toBe(false);
  expect(levelsAreOff(wavering, true)).toBe(true);
  expect(levelsAreOff(check([-1, -1]), true)).toBe(false);
});

test("one channel that is off by itself is none of the calibration, and is not counted with the others", () => {
  expect(levelsAreOff(check([9, 0.2, -0.3]), false)).toBe(false);
  const high = check([2.1, 1.9, 2, 0.2, -4])!;
  expect(levelsAreOff(high, false)).toBe(true);
  expect(channelsOff(high)).toBe(3);
  const low = check([-2.1, -1.9, Number.NaN, undefined])!;
  expect(low.deviationsDb).toEqual([-2.1, -1.9]);
  expect(channelsOff(low)).toBe(2);
});

test("of those that a warning stays for at least half are counted", () => {
  const wavering = check([-1.2, -1.2, 0.5])!;
  expect(levelsAreOff(wavering, true)).toBe(true);
  expect(channelsOff(wavering)).toBe(2);
});

test("levels that are off by the noise bandwidth of a window say so, and not where that is next to nothing", () => {
  expect(isOffByNoiseBandwidth(check([-1.9, -1.7, -1.8])!)).toBe(true);
  expect(isOffByNoiseBandwidth(check([3, 3.1], 2.004)!)).toBe(true);
  expect(isOffByNoiseBandwidth(check([-9, -10])!)).toBe(false);
  expect(isOffByNoiseBandwidth(check([0.1, 0.2], 1)!)).toBe(false);
});

test("one channel, or few frames, say nothing", () => {
  expect(check([-4, undefined])).toBeUndefined();
  expect(check([-4, -4], 1.5, 100)).toBeUndefined();
  expect(levelsAreOff(undefined, true)).toBe(false);
});
