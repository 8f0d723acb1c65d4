import { expect, test } from "vitest";
import { FrameRing } from "./frame-ring.ts";
import {
  DEFAULT_SWITCHES,
  DEFAULT_TRACE_OPTIONS,
  type TraceOptions,
  type TraceSwitches,
} from "./trace-options.ts";
import { Traces } from "./traces.ts";

/** Frames of one bin, a tenth of a second apart. */
function streamOf(
  levels: readonly number[],
  options: Partial<TraceOptions> = {},
  on: Partial<TraceSwitches> = {},
) {
  const ring = new FrameRing(1, 1000);
  const traces = new Traces(1, { ...DEFAULT_SWITCHES, ...on }, { ...DEFAULT_TRACE_OPTIONS, ...options });
  levels.forEach((level, sequence) => {
    const hundredths = Int16Array.of(level * 100);
    ring.push(hundredths, { sequence, capturedAtMs: 1000 + sequence * 100, gapBefore: false });
    traces.add(hundredths, 1000 + sequence * 100);
  });
  return {
    ring,
    traces,
    configure: (next: Partial<TraceOptions>, switches: Partial<TraceSwitches> = {}) =>
      traces.configure(
        { ...DEFAULT_SWITCHES, ...on, ...switches },
        { ...DEFAULT_TRACE_OPTIONS, ...options, ...next },
        ring,
        0,
      ),
  };
}

test("the average is of powers; the log average reads lower on what changes", () => {
  const { traces, configure } = streamOf([0, -20, 0, -20]);
  expect(traces.average[0]).toBeCloseTo(10 * Math.log10(1.01 / 2), 4);
  configure({ average: { mode: "log", count: 4 } });
  expect(traces.average[0]).toBeCloseTo(-10, 4);
});

test("another depth of the average is made from the kept frames at once", () => {
  const { traces, configure } = streamOf([...new Array<number>(20).fill(0), -30, -30]);
  expect(traces.averagedFrames).toBe(16);
  configure({ average: { mode: "moving", count: 2 } });
  expect(traces.averagedFrames).toBe(2);
  expect(traces.average[0]).toBeCloseTo(-30, 4);
});

test("a hold over a window forgets an old extreme, one since the reset does not", () => {
  const { traces, configure } = streamOf([0, ...new Array<number>(99).fill(-40)]);
  expect(traces.max.levelsDb[0]).toBe(0);
  expect(traces.heldAtMs("max", 0)).toBe(1000);
  configure({ max: { rule: "window", seconds: 5 } });
  expect(traces.max.levelsDb[0]).toBe(-40);
  configure({ max: { rule: "reset" } });
  expect(traces.max.levelsDb[0]).toBe(0);
  configure({ max: { rule: "decay", dbPerS: 2 } });
  expect(traces.max.levelsDb[0]).toBeCloseTo(-19.8, 1);
});

test("a reset counts only what comes after it, whatever the options become", () => {
  const { traces, ring, configure } = streamOf([0, -40, -40]);
  traces.reset("max", ring.endIndex);
  expect(traces.max.levelsDb[0]).toBeNaN();
  traces.add(Int16Array.of(-3500), 1300);
  ring.push(Int16Array.of(-3500), { sequence: 3, capturedAtMs: 1300, gapBefore: false });
  configure({ max: { rule: "window", seconds: 60 } });
  expect(traces.max.levelsDb[0]).toBe(-35);
});

test("the band is counted only while it is shown or needed, and from kept frames when it is", () => {
  const { traces, configure } = streamOf([-50, -40, -30, -20, -10], {}, { band: false });
  expect(traces.band()).toBeUndefined();
  configure({}, { band: true });
  expect(traces.bandFrames).toBe(5);
  expect(traces.band()!.middle[0]).toBeCloseTo(-29.75, 0);
});

test("differences and sums are of the chosen traces, and missing while one of them is", () => {
  const { traces } = streamOf([-20], {
    difference: { a: "live", b: "reference" },
    user: { operation: "sum", a: "live", b: "reference", width: 9 },
  });
  expect(traces.difference()).toBeUndefined();
  traces.reference = { levelsDbmv: Float32Array.of(-20), label: "average" };
  expect(traces.difference()![0]).toBe(0);
  expect(traces.user()![0]).toBeCloseTo(-17, 1);
});

test("persistence keeps hits by level while it is on", () => {
  const { traces, configure } = streamOf([-20, -20, -40]);
  expect(traces.persistence).toBeUndefined();
  configure({ persistence: { tauS: Number.POSITIVE_INFINITY } }, { persistence: true });
  expect(traces.persistence!.hits(0, 200)).toBe(2);
  expect(traces.persistence!.hits(0, 160)).toBe(1);
});
