import { expect, test } from "vitest";
import { spectrumFrame } from "../testing/spectrum-frame.ts";
import { maskFileOf, readMaskFile, storedMasksOf } from "./mask-file.ts";
import { MaskJudge } from "./mask-judge.ts";
import { bandwidthWords, freeName, measuredChannels } from "./mask-making.ts";
import type { MaskSource, MaskSpec } from "./mask-spec.ts";
import { MONITOR_DEPTH, PlotData } from "./plot-data.ts";

const BINS = 200;
const CHANNELS = [
  { ifIndex: 5, name: "US1", kind: "scQam" as const, lowerFrequencyHz: 14e6, upperFrequencyHz: 17.2e6 },
  { ifIndex: 6, name: "US2", kind: "scQam" as const, lowerFrequencyHz: 17.2e6, upperFrequencyHz: 20.4e6 },
];

/** Two channels of -10 dBmV a bin over a floor of -50, with a carrier where it is given. */
function levels(carrier?: { bin: number; levelDbmv: number }): number[] {
  return Array.from({ length: BINS }, (_, bin) => {
    if (bin === carrier?.bin) return carrier.levelDbmv;
    return bin >= 40 && bin <= 104 ? -10 : -50;
  });
}

const LINE: MaskSource = {
  from: "points",
  points: [
    { frequencyHz: 10e6, levelDbmv: -40 },
    { frequencyHz: 30e6, levelDbmv: -40 },
  ],
};

function mask(part: Partial<MaskSpec> = {}): MaskSpec {
  return {
    id: 1,
    revision: 0,
    name: "a",
    isOn: true,
    source: LINE,
    trace: "live",
    consecutiveFrames: 1,
    ...part,
  };
}

function plan(): MaskSource {
  return {
    from: "plan",
    channelMarginDb: 6,
    idleDbmv: -44,
    measured: CHANNELS.map(({ ifIndex }) => ({ ifIndex, dbmvPerHz: -60 })),
  };
}

class Bench {
  readonly data = new PlotData(MONITOR_DEPTH);
  readonly judge = new MaskJudge();
  #sequence = 0;

  constructor(channels: typeof CHANNELS = []) {
    this.data.setPlan(channels);
  }

  show(spectrum: number[], masks: MaskSpec[], isFrozen = false, resolutionBandwidthHz = 100e3) {
    this.#sequence += 1;
    this.data.ingest(spectrumFrame(this.#sequence, spectrum, { resolutionBandwidthHz }), isFrozen);
    this.judge.judge(this.data, { masks, frozen: isFrozen });
    return this.judge.reports()[0];
  }
}

test("a mask of the plan is judged by bands: channels that touch are one, and what lies between is named by its edges", () => {
  const bench = new Bench(CHANNELS);
  const report = bench.show(levels({ bin: 150, levelDbmv: -30 }), [mask({ source: plan() })])!;
  expect(report.bands.map(({ label, isPassing }) => [label, isPassing])).toEqual([
    ["", true],
    ["US1, US2", true],
    ["", false],
  ]);
  expect(report.isPassing).toBe(false);
  expect(report.worstHz).toBeCloseTo(25e6, 0);
  expect(report.worstDb).toBeCloseTo(14, 1);
  expect(report.bands[1]!.worstDb).toBeCloseTo(-6, 1);
});

test("a mask fails only after so many frames in a row, and passes with the first that does not violate it", () => {
  const bench = new Bench();
  const masks = [
    mask({
      consecutiveFrames: 3,
      source: { ...LINE, points: LINE.points.map((point) => ({ ...point, levelDbmv: -5 })) },
    }),
  ];
  const bad = levels({ bin: 150, levelDbmv: 0 });
  const verdicts = [bad, bad, levels(), bad, bad, bad, bad, levels()].map((spectrum) => {
    const report = bench.show(spectrum, masks)!;
    return [report.isPassing, report.consecutive];
  });
  expect(verdicts).toEqual([
    [true, 1],
    [true, 2],
    [true, 0],
    [true, 1],
    [true, 2],
    [false, 3],
    [false, 4],
    [true, 0],
  ]);
  expect(bench.judge.reports()[0]).toMatchObject({ framesJudged: 8, framesFailed: 2, failures: 1 });
});

test("bands count their frames in a row each for itself", () => {
  const bench = new Bench(CHANNELS);
  const masks = [mask({ source: plan(), consecutiveFrames: 2 })];
  bench.show(levels({ bin: 10, levelDbmv: -30 }), masks);
  const report = bench.show(levels({ bin: 150, levelDbmv: -30 }), masks)!;
  expect(report.bands.map(({ consecutive }) => consecutive)).toEqual([0, 0, 1]);
  expect(report.isPassing).toBe(true);
});

test("frames that are held because the picture is frozen are judged too", () => {
  const bench = new Bench();
  const masks = [
    mask({ source: { from: "points", points: LINE.points.map((point) => ({ ...point, levelDbmv: -5 })) } }),
  ];
  bench.show(levels(), masks);
  const report = bench.show(levels({ bin: 150, levelDbmv: 0 }), masks, true)!;
  expect(report).toMatchObject({ isPassing: false, framesJudged: 2 });
});

test("frames that come while the picture is frozen do not count for a trace that stands", () => {
  const bench = new Bench();
  const masks = [mask({ trace: "max", consecutiveFrames: 3 })];
  bench.show(levels({ bin: 150, levelDbmv: 0 }), masks);
  for (let frames = 0; frames < 5; frames += 1) bench.show(levels(), masks, true);
  expect(bench.judge.reports()[0]).toMatchObject({ isPassing: true, framesJudged: 1 });
  expect(bench.show(levels(), masks)).toMatchObject({ framesJudged: 2 });
});

test("a changed mask is judged anew, one that is off is not judged", () => {
  const bench = new Bench();
  bench.show(levels(), [mask()]);
  bench.show(levels(), [mask()]);
  expect(bench.show(levels(), [mask({ revision: 1 })])).toMatchObject({ framesJudged: 1 });
  expect(bench.show(levels(), [mask({ isOn: false })])).toBeUndefined();
});

test("a mask that is made on a picture that stands has a verdict of it, once", () => {
  const bench = new Bench();
  bench.show(levels(), []);
  bench.judge.begin(bench.data, { masks: [mask()], frozen: true });
  bench.judge.begin(bench.data, { masks: [mask()], frozen: true });
  expect(bench.judge.reports()[0]).toMatchObject({ isPassing: false, framesJudged: 1 });
});

test("a reference mask has limits on both sides", () => {
  const line = Array.from({ length: BINS }, (_, bin) => ({
    frequencyHz: 10e6 + bin * 100e3,
    levelDbmv: levels()[bin]!,
  }));
  const source: MaskSource = { from: "reference", line, upperDb: 3, lowerDb: 3 };
  const bench = new Bench();
  expect(bench.show(levels(), [mask({ source })])!.isPassing).toBe(true);
  const low = bench.show(levels({ bin: 60, levelDbmv: -20 }), [mask({ source })])!;
  expect(low).toMatchObject({ isPassing: false, violations: 1 });
  expect(low.worstDb).toBeCloseTo(7, 1);
});

test("a mask is judged anew once the bins of the same axis are of another noise bandwidth, and says so", () => {
  const bench = new Bench(CHANNELS);
  const source: MaskSource = { ...plan(), noiseBandwidthHz: 100e3 } as MaskSource;
  const idleMargin = () => bench.judge.reports()[0]!.bands[2]!.worstDb;
  bench.show(levels(), [mask({ source })]);
  expect(idleMargin()).toBeCloseTo(-6, 1);
  bench.show(levels(), [mask({ source })], false, 200e3);
  expect(idleMargin()).toBeCloseTo(-9, 1);
  expect(bandwidthWords(source, 100.4e3)).toBeUndefined();
  expect(bandwidthWords(plan(), 200e3)).toBeUndefined();
  expect(bandwidthWords(source, 200e3)).toBe("Made at 100.0 kHz, judged at 200.0 kHz: +3.0 dB for noise.");
});

test("where the CMTS expects no level of a channel the average that is measured stands in", () => {
  const bench = new Bench(CHANNELS);
  bench.show(levels(), []);
  const averageDbmv = Float32Array.from(levels());
  const report = {
    averageDbmv,
    startHz: 9.95e6,
    stopHz: 29.95e6,
    binSpacingHz: 1e5,
    resolutionBandwidthHz: 1e5,
  };
  const measured = measuredChannels(report, CHANNELS, "moving");
  const fromLog = measuredChannels(report, CHANNELS, "log");
  expect(fromLog[0]!.dbmvPerHz - measured[0]!.dbmvPerHz).toBeCloseTo(2.507, 3);
  expect(measured.map(({ ifIndex }) => ifIndex)).toEqual([5, 6]);
  expect(measured[0]!.dbmvPerHz).toBeCloseTo(-60, 1);
});

test("masks go to a file and come back, and a file that is none says what does not fit", () => {
  const atBandwidth = { ...plan(), noiseBandwidthHz: 100_195.3 } as MaskSource;
  const masks = [
    mask({ source: plan() }),
    mask({ id: 2, source: atBandwidth }),
    mask({ id: 3, name: "b", consecutiveFrames: 4 }),
  ];
  const read = readMaskFile(maskFileOf(masks));
  expect(read).toEqual({ ok: true, masks });
  expect(readMaskFile("{")).toEqual({ ok: false, message: "This file is not JSON." });
  const damaged = readMaskFile(maskFileOf(masks).replace('"live"', '"sideways"'));
  expect(damaged).toMatchObject({ ok: false, message: expect.stringContaining("masks.0.trace") });
});

test("of stored masks the damaged ones are left out", () => {
  expect(storedMasksOf([mask(), { name: "broken" }, mask({ name: "c" })]).map(({ name }) => name)).toEqual([
    "a",
    "c",
  ]);
  expect(freeName("a", [mask(), mask({ name: "a 2" })])).toBe("a 3");
});
