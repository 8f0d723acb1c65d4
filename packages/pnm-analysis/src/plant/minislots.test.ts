import fc from "fast-check";
import { expect, test } from "vitest";
import { MINISLOT_HZ, minislotLowerEdgesHz, minislotStretches } from "./minislots.ts";

const MHZ = 1e6;

test("a channel without excluded bands is filled from its lower edge on, and what is left over carries none", () => {
  expect(minislotStretches({ lowerHz: 44 * MHZ, upperHz: 84.8 * MHZ })).toEqual([
    { lowerHz: 44 * MHZ, count: 102 },
  ]);
  expect(minislotStretches({ lowerHz: 44 * MHZ, upperHz: 45.1 * MHZ })).toEqual([
    { lowerHz: 44 * MHZ, count: 2 },
  ]);
});

test("behind an excluded band the grid begins anew", () => {
  const excludedHz = [[60.1 * MHZ, 61.05 * MHZ]] as const;
  expect(minislotStretches({ lowerHz: 44 * MHZ, upperHz: 84.8 * MHZ, excludedHz })).toEqual([
    { lowerHz: 44 * MHZ, count: 40 },
    { lowerHz: 61.05 * MHZ, count: 59 },
  ]);
});

test("bands in any order, that overlap or reach beyond the channel, leave the stretches between them", () => {
  const excludedHz = [
    [70 * MHZ, 72 * MHZ],
    [40 * MHZ, 50 * MHZ],
    [71 * MHZ, 71.5 * MHZ],
    [79.9 * MHZ, 90 * MHZ],
  ] as const;
  expect(minislotStretches({ lowerHz: 44 * MHZ, upperHz: 84 * MHZ, excludedHz })).toEqual([
    { lowerHz: 50 * MHZ, count: 50 },
    { lowerHz: 72 * MHZ, count: 19 },
  ]);
  expect(minislotStretches({ lowerHz: 44 * MHZ, upperHz: 84 * MHZ, excludedHz: [[0, 1e9]] })).toEqual([]);
});

test("a channel told by the middles of its outer subcarriers keeps its outer minislots", () => {
  const told = {
    lowerHz: 44 * MHZ,
    upperHz: 84.75 * MHZ,
    excludedHz: [[59.975 * MHZ, 61.975 * MHZ]] as const,
  };
  expect(minislotStretches(told)).toEqual([
    { lowerHz: 43.975 * MHZ, count: 40 },
    { lowerHz: 61.975 * MHZ, count: 57 },
  ]);
  expect(minislotStretches({ ...told, upperHz: 84.74 * MHZ })[1]!.count).toBe(56);
  expect(minislotStretches(told, 0).map(({ count }) => count)).toEqual([39, 56]);
});

test("minislots never overlap, never touch an excluded band, and leave less than one unused in each stretch", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 1, max: 60 })), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(steps, (bands) => {
      const [lowerHz, upperHz] = [10 * MHZ, 50 * MHZ];
      const excludedHz = bands.map(([from, width]): [number, number] => [
        lowerHz + from * 50_000,
        lowerHz + (from + width) * 50_000,
      ]);
      const edges = minislotLowerEdgesHz(minislotStretches({ lowerHz, upperHz, excludedHz }, 0));
      for (const [i, edgeHz] of edges.entries()) {
        expect(edgeHz).toBeGreaterThanOrEqual(i === 0 ? lowerHz : edges[i - 1]! + MINISLOT_HZ);
        expect(edgeHz + MINISLOT_HZ).toBeLessThanOrEqual(upperHz);
        expect(excludedHz.some(([from, to]) => edgeHz < to && edgeHz + MINISLOT_HZ > from)).toBe(false);
      }
      const free = (hz: number) => !excludedHz.some(([from, to]) => hz + 25_000 > from && hz + 25_000 < to);
      const unused: number[] = [];
      for (let hz = lowerHz; hz < upperHz; hz += 50_000) {
        if (free(hz) && !edges.some((edgeHz) => hz >= edgeHz && hz < edgeHz + MINISLOT_HZ)) unused.push(hz);
      }
      let inARow = 0;
      unused.forEach((hz, i) => {
        inARow = i > 0 && hz - unused[i - 1]! < 60_000 ? inARow + 1 : 1;
        expect(inARow).toBeLessThan(MINISLOT_HZ / 50_000);
      });
    }),
  );
});
