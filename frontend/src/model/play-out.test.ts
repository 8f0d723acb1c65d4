import { expect, test } from "vitest";
import { PlayOut } from "./play-out.ts";

test("frames that arrive evenly pass at once", () => {
  const playOut = new PlayOut<number>();
  const shown: number[] = [];
  for (let n = 0; n < 50; n += 1) shown.push(...playOut.push(n, n * 100, n * 100 + 30 + (n % 3) * 10));
  expect(shown).toHaveLength(50);
  expect(playOut.delayMs).toBe(0);
});

test("files that come ten at a time are shown one by one at the pace of their captures", () => {
  const playOut = new PlayOut<number>();
  const shownAt = new Map<number, number>();
  let next = 0;
  for (let nowMs = 0; nowMs <= 10_000; nowMs += 20) {
    for (const n of playOut.due(nowMs)) shownAt.set(n, nowMs);
    // A burst each second brings the captures of the second before.
    if (nowMs % 1000 === 0 && nowMs > 0) {
      for (; next * 100 < nowMs; next += 1) {
        for (const n of playOut.push(next, next * 100, nowMs)) shownAt.set(n, nowMs);
      }
    }
  }
  const late = Array.from({ length: 50 }, (_, n) => n + 40).map((n) => shownAt.get(n)! - n * 100);
  expect(Math.max(...late) - Math.min(...late)).toBeLessThanOrEqual(20);
  expect(playOut.delayMs).toBe(900);
});

test("no frame is held back for longer than two seconds, and none changes places", () => {
  const playOut = new PlayOut<number>();
  const shown: { n: number; atMs: number }[] = [];
  const take = (frames: number[], atMs: number) => shown.push(...frames.map((n) => ({ n, atMs })));
  for (let burst = 1; burst <= 6; burst += 1) {
    for (let nowMs = (burst - 1) * 5000; nowMs < burst * 5000; nowMs += 50) take(playOut.due(nowMs), nowMs);
    for (let n = (burst - 1) * 50; n < burst * 50; n += 1)
      take(playOut.push(n, n * 100, burst * 5000), burst * 5000);
  }
  expect(playOut.delayMs).toBe(2000);
  expect(shown.map(({ n }) => n)).toEqual(shown.map((_, index) => index));
  expect(Math.max(...shown.map(({ n, atMs }) => atMs - (Math.floor(n / 50) + 1) * 5000))).toBeLessThanOrEqual(
    2050,
  );
});

test("a clock that was set holds nothing back for long", () => {
  const playOut = new PlayOut<number>();
  for (let n = 0; n < 20; n += 1) playOut.push(n, n * 100, n * 100);
  expect(playOut.push(20, 2000 + 3_600_000, 2000)).toEqual([20]);
  expect(playOut.delayMs).toBe(0);
});
