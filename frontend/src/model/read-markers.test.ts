import { expect, test } from "vitest";
import { spectrumFrame } from "../testing/spectrum-frame.ts";
import { answerQuestion } from "./answer-question.ts";
import { LevelWatch } from "./level-watch.ts";
import type { Marker } from "./marker.ts";
import { withoutMarker } from "./marker.ts";
import { allUnits, densityWords, markersTsv, noteWords, relativeWords } from "./marker-words.ts";
import { MONITOR_DEPTH, PlotData } from "./plot-data.ts";
import type { PlotQuestion } from "./plot-question.ts";
import { MarkerReader } from "./read-markers.ts";
import { DEFAULT_SWITCHES, DEFAULT_TRACE_OPTIONS } from "./trace-options.ts";

const BINS = 200;
const hzOf = (bin: number) => 10e6 + bin * 100e3;

/** A flat floor of -50 dBmV with carriers of one bin. */
function withCarriers(carriers: Record<number, number>): number[] {
  return Array.from({ length: BINS }, (_, bin) => carriers[bin] ?? -50);
}

function dataOf(...frames: number[][]): PlotData {
  const data = new PlotData(MONITOR_DEPTH);
  for (const [index, levels] of frames.entries()) data.ingest(spectrumFrame(index + 1, levels), false);
  return data;
}

function marker(part: Partial<Marker>): Marker {
  return { number: 1, kind: "normal", trace: "live", frequencyHz: hzOf(50), isTracking: false, ...part };
}

const read = (data: PlotData, ...markers: Marker[]) => new MarkerReader().read(data, { markers });

function ask(data: PlotData, part: Partial<Extract<PlotQuestion, { kind: "peak" }>>) {
  const question: PlotQuestion = {
    kind: "peak",
    trace: "live",
    step: "highest",
    fromHz: undefined,
    excursionDb: 6,
    thresholdDbmv: undefined,
    ...part,
  };
  const found = answerQuestion(question, data, new LevelWatch()) as { frequencyHz: number } | undefined;
  return found && (found.frequencyHz - 10e6) / 100e3;
}

test("a marker reads the level of the bin that its frequency falls into, on its own trace", () => {
  const data = dataOf(withCarriers({ 50: -10 }), withCarriers({ 50: -30 }));
  const [live, max] = read(
    data,
    marker({ frequencyHz: hzOf(50) + 40e3 }),
    marker({ number: 2, trace: "max" }),
  );
  expect(live).toMatchObject({ bin: 50, frequencyHz: hzOf(50) });
  expect(live!.levelDbmv).toBeCloseTo(-30, 2);
  expect(max!.levelDbmv).toBeCloseTo(-10, 2);
});

test("a marker in time reads the frame of then, and a delta tells the time between two of them", () => {
  const data = dataOf(withCarriers({ 50: -10 }), withCarriers({ 50: -30 }), withCarriers({ 50: -45 }));
  const markers = [
    marker({ timeMs: 250 }),
    marker({ number: 2, kind: "delta", reference: 1, timeMs: 190 }),
    marker({ number: 3, timeMs: 50 }),
  ];
  const [then, before, tooOld] = read(data, ...markers);
  expect(then).toMatchObject({ bin: 50, timeMs: 200 });
  expect(then!.levelDbmv).toBeCloseTo(-30, 2);
  expect(before).toMatchObject({ timeMs: 100, deltaMs: -100 });
  expect(before!.deltaDb).toBeCloseTo(20, 2);
  expect(noteWords(markers[1]!, before)).toBe("+20.0 dB, −0.10 s");
  expect(tooOld!.bin).toBe(-1);
});

test("a marker outside of the spectrum, and one on a trace that is not there, reads nothing", () => {
  const data = dataOf(withCarriers({}));
  const [outside, reference] = read(
    data,
    marker({ frequencyHz: 90e6 }),
    marker({ number: 2, trace: "reference" }),
  );
  expect(outside!.bin).toBe(-1);
  expect(outside!.levelDbmv).toBeNaN();
  expect(reference!.levelDbmv).toBeNaN();
});

test("a delta reads dB and Hz against its reference, also where that is on another trace", () => {
  const data = dataOf(withCarriers({ 50: -10, 80: -20 }), withCarriers({ 50: -12, 80: -25 }));
  const readings = read(
    data,
    marker({ trace: "max" }),
    marker({ number: 2, kind: "delta", reference: 1, frequencyHz: hzOf(80) }),
  );
  expect(readings[1]!.deltaDb).toBeCloseTo(-15, 2);
  expect(readings[1]!.deltaHz).toBeCloseTo(3e6, 0);
});

test("a noise marker reads the density per hertz, and a band the power of its bins", () => {
  const data = dataOf(withCarriers({}));
  const [noise, band] = read(
    data,
    marker({ kind: "noise" }),
    marker({ number: 2, kind: "bandPower", bandHz: 1e6 }),
  );
  expect(noise!.dbmvPerHz).toBeCloseTo(-50 - 50, 2);
  expect(band!.bandPowerDbmv).toBeCloseTo(-40, 2);
});

test("the functions of a marker find bandwidths and adjacent power", () => {
  const channel = Array.from({ length: BINS }, (_, bin) => (Math.abs(bin - 100) <= 10 ? -10 : -50));
  const data = dataOf(channel);
  const at = { frequencyHz: hzOf(100) };
  const [occupied, width, adjacent, far] = read(
    data,
    marker({ ...at, measure: { kind: "occupied", spanHz: 4e6, share: 0.99 } }),
    marker({ ...at, number: 2, measure: { kind: "width", downDb: 20 } }),
    marker({ ...at, number: 3, measure: { kind: "adjacent", channelHz: 2e6, offsetHz: 3e6 } }),
    marker({ ...at, number: 4, measure: { kind: "adjacent", channelHz: 2e6, offsetHz: 15e6 } }),
  );
  expect(occupied!.widthHz / 1e6).toBeCloseTo(2.1, 1);
  expect(width!.widthHz / 1e6).toBeCloseTo(2.1, 1);
  expect(adjacent!.adjacentDb[0]).toBeCloseTo(-40, 1);
  expect(adjacent!.adjacentDb[1]).toBeCloseTo(-40, 1);
  expect(far!.adjacentDb[1]).toBeNaN();
});

test("the occupied bandwidth of a channel leaves its neighbour out, wherever in it the marker stands", () => {
  const isIn = (bin: number, middle: number) => Math.abs(bin - middle) <= 28;
  const levels = Array.from({ length: BINS }, (_, bin) => (isIn(bin, 68) || isIn(bin, 132) ? -10 : -50));
  const data = dataOf(levels);
  data.setPlan(
    [68, 132].map((middle) => ({
      ifIndex: middle,
      name: `us ${middle}`,
      kind: "scQam" as const,
      lowerFrequencyHz: hzOf(middle) - 3.2e6,
      upperFrequencyHz: hzOf(middle) + 3.2e6,
    })),
  );
  for (const bin of [50, 68, 90]) {
    const [occupied] = read(
      data,
      marker({ frequencyHz: hzOf(bin), measure: { kind: "occupied", spanHz: 8e6, share: 0.99 } }),
    );
    expect(occupied!.widthHz / 1e6).toBeCloseTo(5.7, 0);
    expect(occupied!.widthHz).toBeLessThan(5.8e6);
  }
});

test("a tracking marker follows a carrier that drifts and stays where it was when the carrier goes", () => {
  const reader = new MarkerReader();
  const data = new PlotData(MONITOR_DEPTH);
  const view = { markers: [marker({ isTracking: true, frequencyHz: hzOf(50) })] };
  const show = (sequence: number, levels: number[]) => {
    data.ingest(spectrumFrame(sequence, levels), false);
    reader.follow(data, view);
    return reader.read(data, view)[0]!.bin;
  };
  expect(show(1, withCarriers({ 51: -10 }))).toBe(51);
  expect(show(2, withCarriers({ 54: -10, 120: 0 }))).toBe(54);
  expect(show(3, withCarriers({}))).toBe(54);
});

test("peak searches go to the highest, the next lower, the neighbours and the lowest bin", () => {
  const data = dataOf(withCarriers({ 40: -20, 80: -10, 120: -15, 150: -53 }));
  expect(ask(data, {})).toBe(80);
  expect(ask(data, { step: "nextLower", fromHz: hzOf(80) })).toBe(120);
  expect(ask(data, { step: "left", fromHz: hzOf(80) })).toBe(40);
  expect(ask(data, { step: "right", fromHz: hzOf(120) })).toBeUndefined();
  expect(ask(data, { step: "lowest" })).toBe(150);
  expect(ask(data, { step: "nearest", fromHz: hzOf(118), reachHz: 5e5 })).toBe(120);
  expect(ask(data, { step: "nearest", fromHz: hzOf(100), reachHz: 5e5 })).toBeUndefined();
});

test("peaks under the threshold or without the excursion are passed over", () => {
  const data = dataOf(withCarriers({ 40: -20, 80: -46 }));
  expect(ask(data, { step: "right", fromHz: hzOf(40) })).toBeUndefined();
  expect(ask(data, { step: "right", fromHz: hzOf(40), excursionDb: 3 })).toBe(80);
  expect(ask(data, { thresholdDbmv: -15 })).toBeUndefined();
});

test("deleting the reference of a delta leaves a normal marker", () => {
  const left = withoutMarker([marker({}), marker({ number: 2, kind: "delta", reference: 1 })], 1);
  expect(left).toEqual([marker({ number: 2, reference: undefined })]);
});

test("a reading is put into words, units and tab-separated values", () => {
  const data = dataOf(withCarriers({ 50: -10 }));
  const delta = marker({ number: 2, kind: "delta", reference: 1, frequencyHz: hzOf(60) });
  const readings = read(data, marker({}), delta);
  expect(noteWords(delta, readings[1])).toBe("−40.0 dB, +1.000 MHz");
  expect(densityWords(readings[1]!, { unit: "dBm", offsetDb: 0 })).toMatch(/ dBm\/Hz$/);
  expect(allUnits(marker({}), readings[0]!, 100e3, 0).split("\n")).toEqual([
    "−10.0 dBmV",
    "−58.8 dBm",
    "50.0 dBµV",
    "−60.0 dBmV/Hz",
    "−108.8 dBm/Hz",
    "2.0 dBmV/1.6 MHz",
    "in 100.0 kHz",
  ]);
  const tsv = markersTsv([marker({}), delta], (number) => readings[number - 1], {
    display: { unit: "dBm", offsetDb: 3 },
    unitLabel: "dBm",
    number: (level) => level.toFixed(2),
  });
  const [head, first, second] = tsv.split("\n").map((line) => line.split("\t"));
  expect(head!.slice(0, 5)).toEqual(["Marker", "Kind", "Trace", "MHz", "dBm"]);
  expect(head![5]).toBe("Noise dBm/Hz");
  // What the table says of the same marker, with its offset.
  expect(densityWords(readings[1]!, { unit: "dBm", offsetDb: 3 })).toBe(
    `${Number(second![5]).toFixed(1).replace("-", "−")} dBm/Hz`,
  );
  expect(first!.slice(0, 5)).toEqual(["M1", "normal", "live", "15.000000", "-10.00"]);
  expect(second!.slice(6, 8)).toEqual(["-40.00", "1.00"]);
});

test("the density of noise reads the same on a mean of dB as on a mean of powers", () => {
  const noise = (seed: number) =>
    Array.from({ length: BINS }, (_, bin) => {
      const uniform = ((Math.imul(bin * 193 + seed * 7919 + 1, 2654435761) >>> 0) + 0.5) / 2 ** 32;
      return -50 + 10 * Math.log10(-Math.log(uniform));
    });
  const densityBy = (mode: "moving" | "log") => {
    const data = new PlotData(MONITOR_DEPTH);
    data.setTraces(DEFAULT_SWITCHES, { ...DEFAULT_TRACE_OPTIONS, average: { mode, count: 400 } });
    for (let k = 1; k <= 400; k += 1) data.ingest(spectrumFrame(k, noise(k)), false);
    return read(data, marker({ kind: "noise", trace: "average" }))[0]!.dbmvPerHz;
  };
  expect(Math.abs(densityBy("log") - densityBy("moving"))).toBeLessThan(0.3);
});

/** Data with every trace that a marker can sit on. */
function dataWithAll(user: "sum" | "difference" = "difference"): PlotData {
  const data = new PlotData(MONITOR_DEPTH);
  data.setTraces(
    { ...DEFAULT_SWITCHES, band: true, difference: true, user: true },
    {
      ...DEFAULT_TRACE_OPTIONS,
      difference: { a: "max", b: "min" },
      user: { operation: user, a: "max", b: "max", width: 9 },
    },
  );
  for (let frame = 1; frame <= 100; frame += 1) {
    data.ingest(spectrumFrame(frame, withCarriers({ 50: -60 + frame / 2 })), false);
  }
  data.refreshShown(true);
  return data;
}

test("markers sit on median and percentiles of the band", () => {
  const [low, middle, high] = read(
    dataWithAll(),
    marker({ trace: "bandLow" }),
    marker({ number: 2, trace: "p50" }),
    marker({ number: 3, trace: "bandHigh" }),
  );
  // Percentiles come from cells of half a dB.
  for (const [reading, level] of [
    [low, -55],
    [middle, -35],
    [high, -15],
  ] as const) {
    expect(Math.abs(reading!.levelDbmv - level)).toBeLessThanOrEqual(1);
  }
  expect(middle!.isInDb).toBeUndefined();
});

test("a marker on the difference reads dB, and a delta to a level reads nothing", () => {
  const data = dataWithAll();
  const level = marker({ trace: "live" });
  const [, own, mixed, alike] = read(
    data,
    level,
    marker({ number: 2, trace: "difference" }),
    marker({ number: 3, trace: "difference", kind: "delta", reference: 1 }),
    marker({ number: 4, trace: "difference", kind: "delta", reference: 2, frequencyHz: hzOf(51) }),
  );
  expect(own).toMatchObject({ isInDb: true });
  expect(own!.levelDbmv).toBeCloseTo(49.5, 1);
  expect(mixed!.deltaDb).toBeNaN();
  expect(alike!.deltaDb).toBeCloseTo(-49.5, 1);
});

test("maths reads dB where it is a difference, and a level where it is a sum", () => {
  const [difference] = read(dataWithAll("difference"), marker({ trace: "user" }));
  expect(difference).toMatchObject({ isInDb: true, levelDbmv: 0 });
  const [sum] = read(dataWithAll("sum"), marker({ trace: "user" }));
  expect(sum!.isInDb).toBeUndefined();
  expect(sum!.levelDbmv).toBeCloseTo(-10 + 3.01, 1);
});

test("no density, band power or bandwidth is made of percentiles and differences", () => {
  for (const trace of ["p50", "difference"] as const) {
    const [density, power] = read(
      dataWithAll(),
      marker({ trace, kind: "noise", measure: { kind: "width", downDb: 3 } }),
      marker({ number: 2, trace, kind: "bandPower" }),
    );
    expect(density!.dbmvPerHz, trace).toBeNaN();
    expect(density!.widthHz, trace).toBeNaN();
    expect(power!.bandPowerDbmv, trace).toBeNaN();
  }
});

test("a marker on a trace that is off reads nothing", () => {
  const data = dataOf(withCarriers({ 50: -10 }));
  data.refreshShown(true);
  for (const trace of ["difference", "user"] as const) {
    expect(read(data, marker({ trace }))[0]!.levelDbmv, trace).toBeNaN();
  }
});

test("a marker in dB is told in dB, in the table, in its units and in what is copied", () => {
  const on = marker({ trace: "difference" });
  const [reading] = read(dataWithAll(), on);
  expect(relativeWords(reading!)).toBe("+49.5 dB");
  expect(allUnits(on, reading!, 1e5, 10)).toBe("+49.5 dB");
  const levels = { display: { unit: "dBmV", offsetDb: 0 } as const, unitLabel: "dBmV", number: String };
  expect(markersTsv([on], () => reading, levels)).toContain("49.50 dB");
});

test("peaks of a difference are found whatever the threshold in dBmV is", () => {
  expect(ask(dataWithAll(), { trace: "difference", thresholdDbmv: 60 })).toBe(50);
});
