import { expect, test } from "vitest";
import { Random } from "../random.ts";
import { hiddenMains, hiddenMainsOfPeriod, MainsWatch } from "./hidden-mains.ts";
import { MAINS_HZ } from "./mains-fold.ts";

const every = (periodMs: number, frames = 600) =>
  Array.from({ length: frames }, (_, k) => 1_780_000_000 + (k * periodMs) / 1000);

test.each([
  [50, [50, 60, 100, 120]],
  [100, [50, 60, 100, 120]],
  [40, [50, 100]],
  [25, [60, 100, 120]],
  [97, []],
  [103, []],
  [403, []],
])("frames every %d ms hide %j Hz, as their times show and as the period foretells", (periodMs, hidden) => {
  expect(hiddenMains(every(periodMs))).toEqual(hidden);
  expect(hiddenMainsOfPeriod(1000 * periodMs)).toEqual(hidden);
});

test("runs of ten frames that begin up to 20 ms late by chance hide nothing, though their period does", () => {
  const random = new Random(3);
  let startS = 1_780_000_000;
  const times = Array.from({ length: 60 }).flatMap(() => {
    startS += 1 + 0.02 * random.uniform();
    return Array.from({ length: 10 }, (_, k) => startS + 0.05 * k);
  });
  expect(hiddenMains(times)).toEqual([]);
  expect(hiddenMainsOfPeriod(50_000)).toEqual([...MAINS_HZ]);
});

test("one capture for each run has no period, and a stream says nothing before 200 frames", () => {
  expect(hiddenMainsOfPeriod(0)).toEqual([]);
  const watch = new MainsWatch();
  for (const timeS of every(100, 199)) watch.add(timeS);
  expect(watch.hidden).toBeUndefined();
  watch.add(1_780_000_019.9);
  expect(watch.hidden).toEqual([50, 60, 100, 120]);
  // What is older than 600 frames no longer counts.
  for (const timeS of every(103)) watch.add(timeS + 100);
  expect(watch.hidden).toEqual([]);
});
