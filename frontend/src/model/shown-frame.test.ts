import { expect, test } from "vitest";
import { spectrumFrame } from "../testing/spectrum-frame.ts";
import type { Marker } from "./marker.ts";
import { MONITOR_DEPTH, PlotData } from "./plot-data.ts";
import { MarkerReader } from "./read-markers.ts";
import { shownFrameOf } from "./shown-frame.ts";

const hzOf = (bin: number) => 10e6 + bin * 100e3;

/** Frames of 100 bins at -50 dBmV with a level in bin 50 each, numbered from 1. */
function dataOf(levels: readonly number[], heldFrom = Number.POSITIVE_INFINITY): PlotData {
  const data = new PlotData(MONITOR_DEPTH);
  for (const [k, level] of levels.entries()) {
    const spectrum = Array.from({ length: 100 }, (_, bin) => (bin === 50 ? level : -50));
    data.ingest(spectrumFrame(k + 1, spectrum), k + 1 >= heldFrom);
  }
  return data;
}

function shownIn(data: PlotData, part?: Partial<Marker>) {
  const marker: Marker = {
    number: 1,
    kind: "normal",
    trace: "live",
    frequencyHz: hzOf(50),
    isTracking: false,
    ...part,
  };
  const view = { markers: part ? [marker] : [], activeMarker: part ? 1 : undefined };
  const shown = shownFrameOf(data, view, new MarkerReader().read(data, view));
  return shown && [shown.of, shown.frame?.sequence];
}

test("without a marker, and with one on the live trace, it is the newest frame in the traces", () => {
  expect(shownIn(new PlotData(MONITOR_DEPTH))).toBeUndefined();
  const data = dataOf([-40, -10, -30]);
  expect(shownIn(data)).toEqual(["newest", 3]);
  expect(shownIn(data, { trace: "live" })).toEqual(["newest", 3]);
});

test("frames that wait behind a frozen picture are not the one shown", () => {
  expect(shownIn(dataOf([-40, -10, -30, -5, -5], 4))).toEqual(["newest", 3]);
});

test("on a hold it is the frame that set the extreme under the marker, not its neighbour", () => {
  const data = dataOf([-40, -10, -12, -45, -30]);
  expect(shownIn(data, { trace: "max" })).toEqual(["max", 2]);
  expect(shownIn(data, { trace: "min" })).toEqual(["min", 4]);
});

test("a marker in time shows the frame that it stands on", () => {
  const data = dataOf([-40, -10, -30]);
  const timeMs = data.ring!.timeAt(1);
  expect(shownIn(data, { timeMs })).toEqual(["time", 2]);
});
