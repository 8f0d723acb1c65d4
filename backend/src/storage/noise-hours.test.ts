import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../_test/support.ts";
import { openStorage } from "./index.ts";

const HOUR = 490_000;

async function openNoise() {
  const storage = openStorage(await temporaryFolder());
  onTestFinished(() => storage[Symbol.dispose]());
  const { noise } = storage;
  const add = (hour: number, dbmvPerHz: number, samples = 3000, rfPortIfIndex = 5) =>
    noise.save({ cmtsId: "c", rfPortIfIndex, hour, dbmvPerHz, samples });
  return { add, baseline: (hour: number, port = 5) => noise.baselineDbmvPerHz("c", port, hour) };
}

test("the baseline of an hour is the median of the same hour of the last seven days of its port", async () => {
  const { add, baseline } = await openNoise();
  // The eighth day back is out of it, and so are other hours, other ports and the hour itself.
  for (let day = 8; day >= 0; day -= 1) {
    add(HOUR - 24 * day, day === 8 || day === 0 ? 0 : -100 - day);
    add(HOUR - 24 * day - 1, -50);
    add(HOUR - 24 * day, -20, 3000, 6);
  }
  expect(baseline(HOUR)).toBe(-104);
  expect(baseline(HOUR, 6)).toBe(-20);
  expect(baseline(HOUR, 7)).toBeUndefined();
});

test("two days are no baseline, and neither is an hour of which little is known", async () => {
  const { add, baseline } = await openNoise();
  add(HOUR - 72, -90, 10);
  add(HOUR - 48, -100);
  add(HOUR - 24, -101);
  expect(baseline(HOUR)).toBeUndefined();
  add(HOUR - 72, -102, 100);
  // What is founded on less does not replace it.
  add(HOUR - 72, -50, 99);
  expect(baseline(HOUR)).toBe(-101);
});
