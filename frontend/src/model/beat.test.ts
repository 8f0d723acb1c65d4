import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BEAT_MS, onNextBeat } from "./beat.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what waits is done together at the next half of a second, what was taken back is not", () => {
  vi.setSystemTime(1_000_010);
  const done: [string, number][] = [];
  const note = (name: string) => () => void done.push([name, Date.now()]);
  onNextBeat(note("first"));
  vi.advanceTimersByTime(100);
  onNextBeat(note("second"));
  onNextBeat(note("third"))();
  vi.advanceTimersByTime(BEAT_MS);
  expect(done).toEqual([
    ["first", 1_000_500],
    ["second", 1_000_500],
  ]);
});

test("what is asked for within a beat waits for the next one", () => {
  vi.setSystemTime(0);
  const times: number[] = [];
  const again = () => {
    times.push(Date.now());
    onNextBeat(again);
  };
  const stop = onNextBeat(again);
  vi.advanceTimersByTime(3 * BEAT_MS);
  expect(times).toEqual([BEAT_MS, 2 * BEAT_MS, 3 * BEAT_MS]);
  stop();
  vi.advanceTimersByTime(3 * BEAT_MS);
  expect(times).toHaveLength(3);
});
