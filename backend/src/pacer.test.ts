import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pacer } from "./pacer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first of each key goes at once, then the newest of each interval, and the last is never lost", () => {
  const seen: string[] = [];
  using pacer = new Pacer<string>({ everyMs: 250, publish: (value) => void seen.push(value) });
  for (let atMs = 0; atMs < 1000; atMs += 10) {
    pacer.push("a", `a${atMs}`);
    if (atMs === 500) pacer.push("b", "b500");
    vi.advanceTimersByTime(10);
  }
  expect(seen).toEqual(["a0", "a240", "a490", "b500", "a740", "a990"]);
  vi.advanceTimersByTime(1000);
  pacer.push("a", "later");
  expect(seen.at(-1)).toBe("later");
});

test("nothing is published after the end", () => {
  const seen: number[] = [];
  const pacer = new Pacer<number>({ everyMs: 250, publish: (value) => void seen.push(value) });
  pacer.push("a", 1);
  pacer.push("a", 2);
  pacer[Symbol.dispose]();
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([1]);
});
