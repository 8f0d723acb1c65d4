import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dbOfPower,
  differenceDb,
  differenceInSigmas,
  HoldTrace,
  LevelHistogram,
  levelCell,
  Persistence,
  PowerAverage,
  powerOfDb,
  powerSumDb,
  powersOfLevels,
  Random,
  smoothedDb,
  TraceSet,
} from "../index.ts";

const levels = (bins: number) =>
  fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: -110, max: 70, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    ),
    {
      minLength: bins,
      maxLength: bins,
    },
  );
const recording = fc.array(levels(4), { minLength: 1, maxLength: 40 });

function feed(average: PowerAverage, frames: readonly number[][]): Float64Array {
  for (const frame of frames) average.add(frame, powersOfLevels(frame, new Float64Array(frame.length)));
  return average.levelsDb();
}

/** Mean of the known powers of a bin, in dB. */
function meanOf(frames: readonly number[][], bin: number): number {
  const known = frames.map((frame) => frame[bin]!).filter((level) => !Number.isNaN(level));
  return dbOfPower(known.reduce((sum, level) => sum + powerOfDb(level), 0) / known.length);
}

describe("averages", () => {
  test("a moving average is the mean power of the last frames, whatever came before", () => {
    fc.assert(
      fc.property(recording, fc.integer({ min: 1, max: 12 }), (frames, count) => {
        const shown = feed(new PowerAverage(4, "moving", count), frames);
        for (let k = 0; k < 4; k += 1) {
          const wanted = meanOf(frames.slice(-count), k);
          if (Number.isNaN(wanted)) expect(shown[k]).toBeNaN();
          // A ring of 32-bit floats, and what a stronger frame leaves in the sum within one round.
          else if (meanOf(frames, k) - wanted < 50) expect(Math.abs(shown[k]! - wanted)).toBeLessThan(0.01);
        }
      }),
    );
  });

  test("a fixed average stands until its next block is whole", () => {
    const average = new PowerAverage(1, "fixed", 2);
    const seen = [0, 10, 20, 20, 30].map((level) => feed(average, [[level]])[0]!);
    const first = dbOfPower((1 + 10) / 2);
    [0, first, first, 20, 20].forEach((wanted, i) => {
      expect(seen[i]).toBeCloseTo(wanted, 9);
    });
    expect(average.frames).toBe(2);
  });

  test("averages of powers never lie under the average of dB values, and both within the extremes", () => {
    fc.assert(
      fc.property(recording, (frames) => {
        const power = feed(new PowerAverage(4, "moving", 40), frames);
        const log = feed(new PowerAverage(4, "log", 40), frames);
        const max = new HoldTrace(4, { kind: "max" });
        const min = new HoldTrace(4, { kind: "min" });
        frames.forEach((frame, i) => {
          max.add(frame, i, i);
          min.add(frame, i, i);
        });
        for (let k = 0; k < 4; k += 1) {
          if (Number.isNaN(power[k]!)) continue;
          expect(power[k]! - log[k]!).toBeGreaterThan(-1e-3);
          expect(power[k]!).toBeLessThanOrEqual(max.levelsDb[k]! + 1e-3);
          expect(log[k]!).toBeGreaterThanOrEqual(min.levelsDb[k]! - 1e-3);
        }
      }),
    );
  });

  test("the log average of noise reads 2.507 dB low", () => {
    const random = new Random(4);
    const frames = Array.from({ length: 400 }, () =>
      Array.from({ length: 50 }, () => dbOfPower(random.exponential())),
    );
    const shown = feed(new PowerAverage(50, "log", 400), frames);
    expect(Math.abs(shown.reduce((sum, level) => sum + level / 50, 0) + 2.5068)).toBeLessThan(0.1);
  });

  test("a count that is none is refused", () => {
    for (const count of [0, 1.5, Number.NaN]) {
      expect(() => new PowerAverage(1, "moving", count)).toThrow(
        expect.objectContaining({ code: "BAD_ARGUMENT" }),
      );
    }
  });
});

describe("holds", () => {
  test("a hold tells the frame of every extreme", () => {
    fc.assert(
      fc.property(recording, (frames) => {
        const hold = new HoldTrace(4, { kind: "max" });
        frames.forEach((frame, i) => {
          hold.add(frame, i, 100 + i);
        });
        for (let k = 0; k < 4; k += 1) {
          const known = frames.map((frame) => frame[k]!).filter((level) => !Number.isNaN(level));
          if (known.length === 0) expect(hold.sequences[k]).toBe(-1);
          else expect(frames[hold.sequences[k]! - 100]![k]).toBeCloseTo(Math.max(...known), 4);
        }
        expect(hold.looks).toBe(frames.length);
      }),
    );
  });

  test("a timed hold forgets after its time, a decaying one falls", () => {
    const timed = new HoldTrace(1, { kind: "max", windowS: 10 });
    timed.add([30], 0, 0);
    for (let s = 1; s <= 9; s += 1) timed.add([0], s, s);
    expect(timed.levelsDb[0]).toBe(30);
    timed.add([0], 12, 12);
    expect(timed.levelsDb[0]).toBe(0);
    const decaying = new HoldTrace(1, { kind: "max", decayDbPerS: 2 });
    decaying.add([30], 0, 0);
    decaying.add([0], 5, 1);
    expect(decaying.levelsDb[0]).toBe(20);
    const rising = new HoldTrace(1, { kind: "min", decayDbPerS: 2 });
    rising.add([-30], 0, 0);
    rising.add([0], 5, 1);
    expect(rising.levelsDb[0]).toBe(-20);
  });
});

describe("percentiles", () => {
  test("followed quantiles are those of the last frames, within a cell", () => {
    fc.assert(
      fc.property(recording, fc.integer({ min: 1, max: 15 }), (frames, window) => {
        const histogram = new LevelHistogram(4, window);
        for (const share of [0.1, 0.5, 0.9]) histogram.track(share);
        for (const frame of frames) histogram.add(frame);
        [0.1, 0.5, 0.9].forEach((share, i) => {
          const shown = histogram.quantile(i);
          for (let k = 0; k < 4; k += 1) {
            const sorted = frames
              .slice(-window)
              .map((frame) => frame[k]!)
              .filter((level) => !Number.isNaN(level))
              .sort((a, b) => a - b);
            if (sorted.length === 0) {
              expect(shown[k]).toBeNaN();
              continue;
            }
            const rank = share * sorted.length;
            const low = sorted[Math.max(0, Math.ceil(rank - 1e-6) - 1)]!;
            const high = sorted[Math.min(sorted.length - 1, Math.floor(rank + 1e-6))]!;
            expect(shown[k]!).toBeGreaterThanOrEqual(low - 0.5);
            expect(shown[k]!).toBeLessThanOrEqual(high + 0.5);
          }
        });
      }),
    );
  });

  test("every look stands in one cell, and as many as the window holds", () => {
    fc.assert(
      fc.property(recording, (frames) => {
        const histogram = new LevelHistogram(4, 10);
        for (const frame of frames) histogram.add(frame);
        for (let k = 0; k < 4; k += 1) {
          const known = frames.slice(-10).filter((frame) => !Number.isNaN(frame[k]!)).length;
          expect(histogram.hitsOf(k).reduce((sum, hits) => sum + hits, 0)).toBe(known);
        }
      }),
    );
  });
});

describe("persistence", () => {
  test("hits fade by 1/e in tau, over a rescaling too", () => {
    const persistence = new Persistence(1, 1);
    persistence.add([-20], 0);
    persistence.add([-40], 1);
    expect(persistence.hits(0, levelCell(-20))).toBeCloseTo(Math.exp(-1), 5);
    expect(persistence.hits(0, levelCell(-40))).toBeCloseTo(1, 5);
    for (let s = 2; s < 60; s += 1) persistence.add([-60], s);
    expect(persistence.hits(0, levelCell(-60))).toBeCloseTo(1 / (1 - Math.exp(-1)), 4);
    expect(Math.max(...persistence.brightness())).toBeCloseTo(1, 6);
  });

  test("without fading every hit counts", () => {
    const persistence = new Persistence(1, Number.POSITIVE_INFINITY);
    for (let s = 0; s < 50; s += 1) persistence.add([-20], s);
    expect(persistence.hits(0, levelCell(-20))).toBe(50);
  });
});

test("trace mathematics: difference, sum, significance, smoothing", () => {
  expect(differenceDb([3, 5], [1, 8])).toEqual(Float64Array.of(2, -3));
  expect(powerSumDb([0], [0])[0]).toBeCloseTo(3.0103, 4);
  expect(differenceInSigmas([5], [0], 3, 4)[0]).toBe(1);
  expect(smoothedDb([0, 0, 0], 3)).toEqual(Float64Array.of(0, 0, 0));
  expect(smoothedDb([0, 10, 0], 3)[1]).toBeCloseTo(dbOfPower(4), 9);
  expect(() => smoothedDb([0], 2)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  expect(() => differenceDb([0], [0, 1])).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("a trace set holds what it was asked for, and starts anew on reset", () => {
  const set = new TraceSet(2, { maxHold: {}, percentiles: { frames: 5, shares: [0.5] } });
  expect(set.average).toBeUndefined();
  set.add({ levelsDbmv: Float32Array.of(-10, -20), timeS: 0, sequence: 0 });
  expect(set.maxHold!.levelsDb[0]).toBe(-10);
  expect(Math.abs(set.percentiles()[0]![1]! + 20)).toBeLessThan(0.6);
  set.reset();
  expect(set.maxHold!.levelsDb[0]).toBeNaN();
});
