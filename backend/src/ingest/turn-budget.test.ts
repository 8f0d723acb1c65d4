import { expect, test } from "vitest";
import { TurnBudget } from "./turn-budget.ts";

function busyFor(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}

test("jobs run at once while the turn has time, the others later, in order, each key once with its last job", async () => {
  const ran: [string, number][] = [];
  const budget = new TurnBudget<number>((key, job) => {
    ran.push([key, job]);
    busyFor(3);
  });
  for (let k = 0; k < 6; k += 1) budget.add(`file_${k}`, k);
  const atOnce = ran.length;
  expect(atOnce).toBeGreaterThanOrEqual(1);
  expect(atOnce).toBeLessThan(6);
  expect(budget.waiting("file_5")).toBe(5);
  budget.add("file_5", 50);
  await expect.poll(() => ran.length).toBe(6);
  expect(ran).toEqual([0, 1, 2, 3, 4, 50].map((job, k) => [`file_${k}`, job]));
});

test("other work of the event loop gets its turn between the jobs of a burst", async () => {
  let ran = 0;
  const budget = new TurnBudget<number>(() => {
    ran += 1;
    busyFor(2);
  });
  for (let k = 0; k < 100; k += 1) budget.add(String(k), k);
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(ran), 1);
  await expect.poll(() => ran, { timeout: 5000 }).toBe(100);
  clearInterval(timer);
  expect(new Set(seen).size).toBeGreaterThan(10);
});
