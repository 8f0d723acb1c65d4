import { expect, test } from "vitest";
import { groupDelayS } from "./group-delay.ts";
import { qamPoints } from "./qam-points.ts";
import { REQUIRED_MER_DOWNSTREAM, REQUIRED_MER_UPSTREAM } from "./required-mer.ts";
import { runningMedian } from "./running-median.ts";

/** Coefficients whose phase is that of a delay, scaled as a file stores them. */
function delayed(count: number, stepHz: number, delayS: (k: number) => number): number[] {
  let phase = 0;
  return Array.from({ length: count }, (_, k) => {
    phase -= 2 * Math.PI * stepHz * delayS(k);
    return [8192 * Math.cos(phase), 8192 * Math.sin(phase)];
  }).flat();
}

test("a delay that grows over the band comes out as that delay around its mean", () => {
  const stepHz = 50_000;
  const truth = (k: number) => 1e-6 + k * 1e-9;
  const found = groupDelayS(delayed(400, stepHz, truth), stepHz);
  const mean = truth(0) + 199.5e-9;
  for (const k of [1, 100, 398]) {
    expect(Math.abs(found[k]! - (truth(k) + 0.5e-9 - mean))).toBeLessThan(2e-9);
  }
});

test("a coefficient of zero is a gap that no difference bridges", () => {
  const iq = delayed(20, 25_000, () => 5e-7);
  iq.splice(20, 4, 0, 0, 0, 0);
  const found = groupDelayS(iq, 25_000);
  expect(Array.from(found, Number.isNaN)).toEqual(Array.from(found, (_, k) => k === 10 || k === 11));
  expect(Math.abs(found[9]!)).toBeLessThan(1e-12);
  expect(groupDelayS(iq, 0).every(Number.isNaN)).toBe(true);
});

test.each([2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])(
  "the points of %i bits per symbol are as many as symbols, of unit power, two half steps apart",
  (bits) => {
    const { i, q, halfStep } = qamPoints(bits)!;
    expect(i).toHaveLength(2 ** bits);
    const power = i.reduce((sum, value, k) => sum + value ** 2 + q[k]! ** 2, 0) / i.length;
    expect(power).toBeCloseTo(1, 9);
    expect(i[1]! - i[0]!).toBeCloseTo(2 * halfStep, 12);
  },
);

test("orders that no QAM has give no points", () => {
  for (const bits of [0, 1, 3, 15, 4.5, Number.NaN]) expect(qamPoints(bits)).toBeUndefined();
});

test("a higher order needs more, and upstream needs more than downstream", () => {
  for (const table of [REQUIRED_MER_DOWNSTREAM, REQUIRED_MER_UPSTREAM]) {
    const levels = table.map(({ merDb }) => merDb);
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
  }
  expect(REQUIRED_MER_DOWNSTREAM.find(({ order }) => order === 4096)?.merDb).toBe(41);
});

test("a running median keeps steps, drops single outliers and leaves gaps open", () => {
  const values = [...Array(10).fill(40), 5, ...Array(10).fill(40), Number.NaN, ...Array(10).fill(30)];
  const smooth = runningMedian(values, 5);
  expect(smooth[10]).toBe(40);
  expect(smooth[21]).toBeNaN();
  expect(smooth[20]).toBe(40);
  expect(smooth[22]).toBe(30);
  expect(runningMedian([1, 2], 1)).toEqual(Float64Array.of(1, 2));
});
