import { expect, test } from "vitest";
import { mainsWords } from "./mains-words.ts";

test("a repeat period says which mains rhythms it hides, and which one shows them", () => {
  expect(mainsWords(100_000, 103_000)).toBe(
    "Hides hum and mains-locked impulses at 50, 60, 100 and 120 Hz: all frames of a run stand at one phase. 103 ms shows them.",
  );
  expect(mainsWords(40_000, 403_000)).toContain("at 50 and 100 Hz");
  expect(mainsWords(103_000, 103_000)).toBeUndefined();
  expect(mainsWords(0, 103_000)).toBeUndefined();
});

test("where the CMTS takes no other period, the runs are what shows them", () => {
  expect(mainsWords(50_000, 100_000)).toMatch(
    /Runs begin at random phases, so that many short runs show them\.$/,
  );
  expect(mainsWords(50_000, undefined)).toMatch(/stand at one phase\.$/);
});
