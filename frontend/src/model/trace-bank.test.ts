import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import { AVERAGE_DEPTH, TraceBank } from "./trace-bank.ts";

const levels = (...dbmv: (number | null)[]) =>
  Int16Array.from(dbmv, (level) => (level === null ? NO_LEVEL : level * 100));

test("the average is the mean of power, not of decibels", () => {
  const bank = new TraceBank(1);
  bank.add(levels(0), 1);
  bank.add(levels(-20), 2);
  // Mean of 1 and 0.01 is 0.505: −2.97 dBmV. The mean of the decibels would be −10.
  expect(bank.average[0]).toBeCloseTo(-2.97, 2);
});

test("the average forgets frames older than its depth", () => {
  const bank = new TraceBank(1);
  bank.add(levels(40), 0);
  for (let n = 0; n < AVERAGE_DEPTH; n += 1) bank.add(levels(-50), n + 1);
  expect(bank.average[0]).toBeCloseTo(-50, 3);
  expect(bank.averagedFrames).toBe(AVERAGE_DEPTH);
});

test("a burst leaves no residue in the running sum", () => {
  const bank = new TraceBank(1);
  for (let n = 0; n < 1000; n += 1) bank.add(levels(n % 40 === 0 ? 60 : -90), n);
  for (let n = 0; n < AVERAGE_DEPTH * 2; n += 1) bank.add(levels(-90), 2000 + n);
  expect(bank.average[0]).toBeCloseTo(-90, 3);
});

test("bins without a value leave gaps and do not count", () => {
  const bank = new TraceBank(2);
  bank.add(levels(-10, null), 1);
  bank.add(levels(null, null), 2);
  expect(bank.average[0]).toBeCloseTo(-10, 4);
  expect(bank.average[1]).toBeNaN();
  expect(bank.maxHold[1]).toBe(NO_LEVEL);
});

test("the holds keep extremes with the time of the maximum, until they are reset", () => {
  const bank = new TraceBank(1);
  bank.add(levels(-30), 100);
  bank.add(levels(-10), 200);
  bank.add(levels(-40), 300);
  expect([bank.maxHold[0], bank.maxHoldAtMs[0], bank.minHold[0]]).toEqual([-1000, 200, -4000]);
  bank.resetHolds();
  bank.add(levels(-35), 400);
  expect([bank.maxHold[0], bank.minHold[0], bank.heldFrames]).toEqual([-3500, -3500, 1]);
});
