import { expect, test } from "vitest";
import { RoundTrip } from "./round-trip.ts";

test("a shorter way is believed at once, a longer one after many answers, one late answer hardly", () => {
  const roundTrip = new RoundTrip();
  roundTrip.add(4);
  expect(roundTrip.bestMs).toBe(4);
  roundTrip.add(68);
  expect(roundTrip.bestMs).toBe(5);
  for (let answer = 0; answer < 300; answer += 1) roundTrip.add(68);
  expect(roundTrip.bestMs).toBeGreaterThan(66);
  roundTrip.add(3);
  expect(roundTrip.bestMs).toBe(3);
});

test("a queue that grows is not taken for a longer way", () => {
  const roundTrip = new RoundTrip();
  roundTrip.add(20);
  for (let answer = 0; answer < 2000; answer += 1) roundTrip.add(answer * 50);
  expect(roundTrip.bestMs).toBeLessThanOrEqual(600);
});
