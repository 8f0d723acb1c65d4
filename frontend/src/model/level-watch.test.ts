import { expect, test } from "vitest";
import { spectrumFrame } from "../testing/spectrum-frame.ts";
import { HISTOGRAM_CELL_DB, HISTOGRAM_LOWEST_DBMV } from "./level-history.ts";
import { humpsOf } from "./level-humps.ts";
import { LevelWatch } from "./level-watch.ts";
import { MONITOR_DEPTH, PlotData } from "./plot-data.ts";

const BAND = { id: 1, label: "US1", lowerHz: 14e6, upperHz: 15e6 };
const OUTSIDE = { id: 2, label: "far", lowerHz: 90e6, upperHz: 91e6 };

/** A band of ten bins that is on in every third frame. */
const burst = (sequence: number) =>
  Array.from({ length: 200 }, (_, bin) => (bin >= 40 && bin <= 50 && sequence % 3 === 0 ? -10 : -50));

function show(data: PlotData, watch: LevelWatch, sequence: number, capturedAtMs = sequence * 100) {
  data.ingest(spectrumFrame(sequence, burst(sequence), { capturedAtMs }), false);
  watch.add([BAND], data);
}

test("a band is followed frame by frame, a new one is filled from the frames that are kept", () => {
  const data = new PlotData(MONITOR_DEPTH);
  const watch = new LevelWatch();
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    data.ingest(spectrumFrame(sequence, burst(sequence)), false);
  }
  watch.watch([BAND], data);
  show(data, watch, 31);
  const [history] = watch.histories(data, 100);
  expect(history!.frames).toBe(31);
  expect(history!.timesMs.at(-1)).toBeCloseTo(3100, 3);
  expect(history!.levelsDbmv[2]).toBeCloseTo(-10 + 10, 0);
  expect(history!.newestDbmv).toBeCloseTo(-40, 0);
});

test("the histogram of a band that bursts has two humps, off and on", () => {
  const data = new PlotData(MONITOR_DEPTH);
  const watch = new LevelWatch();
  for (let sequence = 1; sequence <= 90; sequence += 1) show(data, watch, sequence);
  const [history] = watch.histories(data, 100);
  const humps = humpsOf(history!.histogram, HISTOGRAM_CELL_DB, HISTOGRAM_LOWEST_DBMV);
  expect(humps.map(({ share }) => Math.round(share * 100))).toEqual([67, 33]);
  expect(humps[1]!.levelDbmv - humps[0]!.levelDbmv).toBeCloseTo(40, 0);
});

test("a level that only spreads is one hump, and of too few frames there is none", () => {
  const cells = new Uint32Array(320);
  for (let k = 100; k < 110; k += 1) cells[k] = 10 - Math.abs(k - 105);
  expect(humpsOf(cells, 0.5, -100)).toHaveLength(1);
  expect(humpsOf(Uint32Array.of(3, 0, 0, 2), 5, -100)).toEqual([]);
});

test("a gap stays open, and a band outside of the spectrum says so", () => {
  const data = new PlotData(MONITOR_DEPTH);
  const watch = new LevelWatch();
  for (let sequence = 1; sequence <= 20; sequence += 1) show(data, watch, sequence);
  for (let sequence = 21; sequence <= 25; sequence += 1) show(data, watch, sequence, sequence * 100 + 5000);
  expect(data.gaps).toHaveLength(1);
  watch.watch([BAND, OUTSIDE], data);
  const [history, outside] = watch.histories(data, 100);
  expect(history!.levelsDbmv.filter(Number.isNaN)).toHaveLength(1);
  expect(history!.timesMs).toHaveLength(26);
  expect(outside).toMatchObject({ isOutside: true, frames: 0 });
});

test("of more frames than columns each column keeps its lowest and its highest", () => {
  const data = new PlotData(MONITOR_DEPTH);
  const watch = new LevelWatch();
  for (let sequence = 1; sequence <= 1000; sequence += 1) show(data, watch, sequence);
  const [history] = watch.histories(data, 50);
  expect(history!.levelsDbmv).toHaveLength(100);
  expect(Math.max(...history!.levelsDbmv)).toBeCloseTo(0, 0);
  expect(Math.min(...history!.levelsDbmv)).toBeCloseTo(-40, 0);
});

test("the power of a band in the last frames leaves older ones out and gaps open, also asked again", () => {
  const data = new PlotData(MONITOR_DEPTH);
  const watch = new LevelWatch();
  const asked = { ...BAND, lastMs: 4000 };
  const ingest = (sequence: number, capturedAtMs: number) =>
    data.ingest(spectrumFrame(sequence, burst(sequence), { capturedAtMs }), false);
  const moments = () => {
    const { timesMs, levelsDbmv } = watch.bandPower(asked, data)!;
    return [...timesMs.filter((_, k) => !Number.isNaN(levelsDbmv[k]!))].map((timeMs) => timeMs / 100);
  };
  expect(watch.bandPower(asked, data)).toBeUndefined();
  for (let sequence = 1; sequence <= 15; sequence += 1) ingest(sequence, sequence * 100);
  expect(moments()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  for (let sequence = 16; sequence <= 20; sequence += 1) ingest(sequence, sequence * 100 + 3000);
  expect(moments()).toEqual([10, 11, 12, 13, 14, 15, 46, 47, 48, 49, 50]);
  const power = watch.bandPower(asked, data)!;
  expect(power.levelsDbmv.filter(Number.isNaN)).toHaveLength(1);
  expect(power.levelsDbmv[2]).toBeCloseTo(0, 0);
  expect(watch.bandPower({ lowerHz: 5e6, upperHz: 500e6, lastMs: 4000 }, data)).toBeUndefined();
});

test("frames of another noise bandwidth are not read by that of now", () => {
  const data = new PlotData(MONITOR_DEPTH);
  const watch = new LevelWatch();
  for (let sequence = 1; sequence <= 10; sequence += 1) {
    data.ingest(spectrumFrame(sequence, burst(3), { resolutionBandwidthHz: 100_000 }), false);
  }
  for (let sequence = 11; sequence <= 15; sequence += 1) {
    data.ingest(spectrumFrame(sequence, burst(3), { resolutionBandwidthHz: 200_000 }), false);
  }
  watch.watch([BAND], data);
  const [history] = watch.histories(data, 100);
  expect(history!.frames).toBe(5);
  const { levelsDbmv } = watch.bandPower({ ...BAND, lastMs: 60_000 }, data)!;
  expect(levelsDbmv).toHaveLength(5);
});
