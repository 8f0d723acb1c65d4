import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import { MONITOR_DEPTH, PlotData, TILE_DEPTH } from "./plot-data.ts";
import { readTraces, takeReport } from "./plot-figures.ts";
import { waterfallRows } from "./waterfall-rows.ts";

function frame(part: Partial<SpectrumFrame> & { sequence: number }): SpectrumFrame {
  return {
    streamId: 1,
    capturedAtMs: part.sequence * 100,
    receivedAtMs: part.sequence * 100 + 5,
    firstBinHz: 10e6,
    binSpacingHz: 1e6,
    resolutionBandwidthHz: 1e6,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from([-4000, -1000, -1000, -4000]),
    ...part,
  };
}

const NO_READINGS = {
  markers: [],
  masks: [],
  playOutMs: 0,
  waterfall: { topMs: 0, bottomMs: 0, keptFromMs: 0, heldFromMs: 0 },
};

const channel = {
  ifIndex: 5,
  name: "US1",
  kind: "scQam" as const,
  lowerFrequencyHz: 18_400_000,
  upperFrequencyHz: 21_600_000,
};

/** A frame of 100 kHz bins from 10 to 30 MHz with a 3.2 MHz channel at 20 MHz over a flat floor. */
function channelFrame(sequence: number, part: Partial<SpectrumFrame> = {}): SpectrumFrame {
  return frame({
    sequence,
    firstBinHz: 10e6,
    binSpacingHz: 100e3,
    resolutionBandwidthHz: 100e3,
    levelsHundredthsDbmv: Int16Array.from({ length: 201 }, (_, bin) =>
      Math.abs(bin - 100) <= 12.8 ? -1000 : -4000,
    ),
    ...part,
  });
}

test("channel power is the sum over its bins and the floor is that of the bins outside", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.setPlan([channel]);
  for (let sequence = 1; sequence <= 10; sequence += 1) data.ingest(channelFrame(sequence), false);
  const report = takeReport(data, 1, NO_READINGS)!;
  expect(report.channels[0]!.id).toBe("5");
  expect(report.channels[0]!.powerDbmv).toBeCloseTo(-10 + 10 * Math.log10(25), 0);
  // Every bin reads the same, so that the median over bins is all there is to it.
  expect(report.floorDbmv).toBeCloseTo(-40 + 1.59, 1);
  expect(report.floorOrigin).toBe("quiet");
  expect(report.bandFloors.map((band) => band.label)).toEqual(["10–20 MHz", "20–42 MHz"]);
});

test("a band without a quiet bin says whether it lies above the upstream", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.setPlan([{ ...channel, lowerFrequencyHz: 60e6, upperFrequencyHz: 84.9e6 }]);
  const levelsHundredthsDbmv = new Int16Array(300).fill(-4000);
  data.ingest(channelFrame(1, { firstBinHz: 60e6, levelsHundredthsDbmv }), false);
  const { bandFloors } = takeReport(data, 1, NO_READINGS)!;
  expect(bandFloors.map(({ label, none }) => [label, none])).toEqual([
    ["42–65 MHz", "no quiet bin"],
    ["65–85 MHz", "no quiet bin"],
    ["85–204 MHz", "above the upstream's edge, 85 MHz"],
  ]);
});

test("bins narrower than the resolution bandwidth do not count their power twice", () => {
  const power = (resolutionBandwidthHz: number) => {
    const data = new PlotData(MONITOR_DEPTH);
    data.setPlan([channel]);
    for (let sequence = 1; sequence <= 10; sequence += 1) {
      data.ingest(channelFrame(sequence, { resolutionBandwidthHz }), false);
    }
    return takeReport(data, 1, NO_READINGS)!.channels[0]!.powerDbmv;
  };
  expect(power(100e3) - power(200e3)).toBeCloseTo(3.01, 2);
});

test("without a plan no floor is given", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.ingest(channelFrame(1), false);
  const report = takeReport(data, 1, NO_READINGS)!;
  expect(report.floorDbmv).toBeNaN();
  expect(report.floorOrigin).toBeUndefined();
});

test("a plan that comes late is measured with the frames that are kept", () => {
  const data = new PlotData(MONITOR_DEPTH);
  for (let sequence = 1; sequence <= 10; sequence += 1) data.ingest(channelFrame(sequence), false);
  data.setPlan([channel]);
  expect(takeReport(data, 1, NO_READINGS)!.channels[0]!.occupancyPct).toBe(100);
});

test("a flagged interruption becomes a gap that names the re-arm reported after it", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.setRearms(41, 0);
  data.ingest(frame({ sequence: 1, capturedAtMs: 1000 }), false);
  data.ingest(frame({ sequence: 2, capturedAtMs: 1600, receivedAtMs: 1600, gapBefore: true }), false);
  expect(data.gaps.map((gap) => gap.label)).toEqual(["gap 0.6 s"]);
  data.setRearms(42, 1700);
  expect(data.gaps.map((gap) => gap.label)).toEqual(["gap 0.6 s, re-arm 42"]);
});

test("frames that were not sent are said, and counted", () => {
  const data = new PlotData(MONITOR_DEPTH);
  for (const sequence of [1, 2, 3, 4, 5]) data.ingest(frame({ sequence }), false);
  data.ingest(frame({ sequence: 12, withheld: 6 }), false);
  expect(data.gaps.map((gap) => gap.label)).toEqual(["gap 0.6 s, 6 frames not sent to this browser"]);
  expect(data.withheld).toBe(6);
});

test("a re-arm that costs less than a frame is no gap", () => {
  const data = new PlotData(MONITOR_DEPTH);
  for (const sequence of [1, 2, 3, 4]) data.ingest(frame({ sequence }), false);
  data.ingest(frame({ sequence: 5, capturedAtMs: 440, gapBefore: true }), false);
  data.ingest(frame({ sequence: 6, capturedAtMs: 560, gapBefore: true }), false);
  expect(data.gaps).toEqual([]);
  data.ingest(frame({ sequence: 7, capturedAtMs: 760, gapBefore: true }), false);
  expect(data.gaps).toEqual([{ fromMs: 660, toMs: 760, label: "gap 0.1 s" }]);
});

test("held frames are kept and enter the traces on release", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.ingest(frame({ sequence: 1 }), false);
  data.ingest(frame({ sequence: 2, levelsHundredthsDbmv: Int16Array.from([0, 0, 0, 0]) }), true);
  expect(readTraces(data, 11e6)!.maxDbmv).toBe(-10);
  expect(data.heldFrames).toBe(1);
  data.release();
  expect(readTraces(data, 11e6)!.maxDbmv).toBe(0);
  expect(data.heldFrames).toBe(0);
});

test("another axis starts all traces anew", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.ingest(frame({ sequence: 1 }), false);
  data.ingest(
    frame({ sequence: 2, firstBinHz: 20e6, levelsHundredthsDbmv: Int16Array.of(-2000, NO_LEVEL) }),
    false,
  );
  expect(data.traces!.frames).toBe(1);
  expect(readTraces(data, 20e6)!.liveDbmv).toBe(-20);
  expect(readTraces(data, 21e6)!.liveDbmv).toBeNaN();
  expect(readTraces(data, 11e6)).toBeUndefined();
});

test("percentiles come from the distribution of the frames", () => {
  const data = new PlotData(MONITOR_DEPTH);
  for (let sequence = 1; sequence <= 100; sequence += 1) {
    const level = sequence <= 20 ? -5000 : -2000;
    data.ingest(frame({ sequence, levelsHundredthsDbmv: Int16Array.of(level) }), false);
  }
  data.refreshShown(true);
  const reading = readTraces(data, 10e6)!;
  expect(reading.p10Dbmv).toBeCloseTo(-49.75, 1);
  expect(reading.p50Dbmv).toBeCloseTo(-19.8, 1);
  expect(reading.p90Dbmv).toBeCloseTo(-19.6, 1);
});

test("history stands in front of what was received, and what both have is there once", () => {
  const data = new PlotData(MONITOR_DEPTH);
  for (const sequence of [10, 11]) data.ingest(frame({ sequence }), false);
  data.setHistory([7, 8, 9, 10].map((sequence) => frame({ sequence })));
  const { kept } = data;
  expect(Array.from({ length: kept!.endIndex }, (_, index) => kept!.timeAt(index))).toEqual([
    700, 800, 900, 1000, 1100,
  ]);
  data.setHistory([frame({ sequence: 3, firstBinHz: 99e6 })]);
  expect(data.kept!.endIndex).toBe(2);
});

test("a tile at 62 frames a second keeps rows without a hole for as long as it shows them", () => {
  const data = new PlotData(TILE_DEPTH);
  for (let sequence = 1; sequence <= 62 * 300; sequence += 1) {
    data.ingest(frame({ sequence, capturedAtMs: Math.round((sequence * 1000) / 62) }), true);
  }
  const kept = data.kept!;
  const times = Array.from({ length: kept.endIndex }, (_, index) => kept.timeAt(index));
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(150_000);
  // The half second that is being summed up is no row yet.
  expect(Math.max(...times.slice(1).map((time, k) => time - times[k]!))).toBeLessThan(1100);
});

test("what the ring has no room for is kept as the peak of half seconds", () => {
  const data = new PlotData({ frames: 64, bytes: 1e9, pastSlots: 1800 });
  for (let sequence = 1; sequence <= 200; sequence += 1) {
    data.ingest(
      frame({ sequence, levelsHundredthsDbmv: Int16Array.from([sequence === 33 ? 0 : -4000, 0, 0, 0]) }),
      false,
    );
  }
  const kept = data.kept!;
  const times = Array.from({ length: kept.endIndex }, (_, index) => kept.timeAt(index));
  expect(times[0]).toBe(100);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const slot = times.indexOf(3000);
  expect(kept.levelsAt(slot)[0]).toBe(0);
  expect(kept.levelsAt(slot + 1)[0]).toBe(-4000);
});

test.each([1600, 4096])(
  "an hour of %i bins at 20 frames a second stays within its memory, and ten minutes can be scrolled back",
  (bins) => {
    const data = new PlotData(MONITOR_DEPTH);
    const levels = new Int16Array(bins).fill(-5000);
    const startMs = Date.parse("2026-11-21T09:00:00Z");
    const [perSecond, seconds] = [20, 3600];
    let mostBytes = 0;
    for (let sequence = 1; sequence <= perSecond * seconds; sequence += 1) {
      const second = Math.floor((sequence - 1) / perSecond);
      // Each second is known by its level.
      levels[0] = -second;
      const capturedAtMs = startMs + ((sequence - 1) * 1000) / perSecond;
      const each = { sequence, capturedAtMs, receivedAtMs: capturedAtMs, levelsHundredthsDbmv: levels };
      // Traces have tests of their own; held frames are not worked into them.
      data.ingest(frame(each), true);
      mostBytes = Math.max(mostBytes, data.keptBytes);
    }
    expect(mostBytes).toBeLessThan(MONITOR_DEPTH.bytes + bins * 2 * 1800 + 1);
    const kept = data.kept!;
    const secondAgo = (ago: number) => {
      const topMs = startMs + (seconds - ago) * 1000;
      const { last } = waterfallRows(kept, topMs, 200, 1);
      return -kept.levelsAt(last[0]!)[0]!;
    };
    for (const ago of [1, 299, 600, 700]) expect(secondAgo(ago)).toBe(seconds - ago);
  },
);

test("another window on the same axis begins figures and traces anew, a rounded bandwidth does not", () => {
  const data = new PlotData(MONITOR_DEPTH);
  data.setPlan([channel]);
  for (let sequence = 1; sequence <= 10; sequence += 1) data.ingest(channelFrame(sequence), false);
  const { traces } = data;
  data.ingest(channelFrame(11, { resolutionBandwidthHz: 100_000.4 }), false);
  expect(data.traces).toBe(traces);
  expect(data.traces!.frames).toBe(11);
  for (let sequence = 12; sequence <= 20; sequence += 1) {
    data.ingest(channelFrame(sequence, { resolutionBandwidthHz: 200e3 }), false);
  }
  expect(data.traces!.frames).toBe(9);
  expect(data.ring!.length).toBe(20);
  const { powerDbmv } = takeReport(data, 1, NO_READINGS)!.channels[0]!;
  expect(powerDbmv).toBeCloseTo(-10 + 10 * Math.log10(12.5), 0);
});

test("after a burst of frames close on one another the usual pace is no row of gaps", () => {
  const data = new PlotData(MONITOR_DEPTH);
  let atMs = 0;
  let sequence = 0;
  const run = (count: number, everyMs: number) => {
    for (let k = 0; k < count; k += 1) {
      atMs += everyMs;
      sequence += 1;
      data.ingest(channelFrame(sequence, { capturedAtMs: atMs }), false);
    }
  };
  run(40, 100);
  run(40, 20);
  run(20, 100);
  const { length } = data.gaps;
  run(40, 100);
  expect(data.gaps).toHaveLength(length);
});
