// @vitest-environment happy-dom
import { Buffer } from "node:buffer";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { UtscRecord } from "@pnmlab/pnm-codec";
import { traceExportSchema } from "@pnmlab/protocol";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import { takeSnapshot } from "../../render/snapshot.ts";
import { MONITOR_DEPTH, PlotData } from "../plot-data.ts";
import { takeReport } from "../plot-figures.ts";
import type { PlotSnapshot } from "../plot-snapshot.ts";
import { DEFAULT_VIEW } from "../plot-view.ts";
import { parseReference } from "../reference-trace.ts";
import { aSession } from "../testing.ts";
import type { ExportSubject } from "./export-subject.ts";
import { exportFileName } from "./file-name.ts";
import { MatrixCsv, matrixCsvBytes } from "./matrix-csv.ts";
import { PAPER_LOOK } from "./picture-look.ts";
import { pictureSvg } from "./picture-svg.ts";
import { sigmfArchive, sigmfData, sigmfHindrance, type sigmfMeta } from "./sigmf.ts";
import { tracesCsv } from "./traces-csv.ts";
import { traceExportOf } from "./traces-json.ts";
import { viewReport } from "./view-report.ts";

const run = promisify(execFile);
const CHANNEL = {
  ifIndex: 5,
  name: "US<1> & co",
  kind: "scQam" as const,
  lowerFrequencyHz: 18_400_000,
  upperFrequencyHz: 21_600_000,
};
const BINS = 200;

/** Levels of a frame: a floor with a channel, and one bin that has no value. */
function levelsOf(sequence: number): Int16Array {
  const levels = Int16Array.from({ length: BINS }, (_, bin) => {
    const isChannel = bin >= 84 && bin < 116;
    return (isChannel ? -1000 : -5000) + ((bin * 37 + sequence * 91) % 200);
  });
  levels[3] = NO_LEVEL;
  return levels;
}

const frameOf = (sequence: number) => ({
  streamId: 1,
  sequence,
  capturedAtMs: Date.UTC(2026, 10, 21, 8, 42, 51) + sequence * 100,
  receivedAtMs: 0,
  firstBinHz: 10e6,
  binSpacingHz: 1e5,
  resolutionBandwidthHz: 1.5e5,
  kHundredthsDb: 0,
  gapBefore: sequence === 7,
  uncalibrated: false,
  withheld: 0,
  levelsHundredthsDbmv: levelsOf(sequence),
});

function taken(): { subject: ExportSubject; snapshot: PlotSnapshot; data: PlotData } {
  const data = new PlotData(MONITOR_DEPTH);
  const marker = {
    number: 1,
    kind: "normal" as const,
    trace: "average" as const,
    frequencyHz: 20e6,
    isTracking: false,
  };
  const view = {
    ...DEFAULT_VIEW,
    range: { startHz: 10e6, stopHz: 30e6 },
    unit: "dBm" as const,
    offsetDb: 3,
    markers: [marker],
  };
  data.setPlan([CHANNEL]);
  data.setTraces(view.traces, view.traceOptions);
  for (let sequence = 1; sequence <= 40; sequence += 1) data.ingest(frameOf(sequence), false);
  const reading = {
    number: 1,
    frequencyHz: 20e6,
    bin: 100,
    levelDbmv: -10.5,
    deltaDb: Number.NaN,
    deltaHz: Number.NaN,
    dbmvPerHz: -60,
    bandPowerDbmv: Number.NaN,
    widthHz: Number.NaN,
    adjacentDb: [Number.NaN, Number.NaN] as const,
  };
  const topMs = frameOf(40).capturedAtMs;
  const report = takeReport(data, 40, {
    markers: [reading],
    masks: [],
    playOutMs: 0,
    waterfall: { topMs, bottomMs: topMs - 10_000, keptFromMs: topMs - 4000 },
  });
  const snapshot = takeSnapshot(
    { data, view, report, topMs, colours: new Uint32Array(65_536).fill(0xff00ff00), emptyPixel: 7 },
    { columns: 50, rows: 20 },
  )!;
  const subject: ExportSubject = {
    cmtsId: "cmts-1",
    cmtsName: "cmts & <one>",
    isSimulated: true,
    portName: "us-conn 3/0",
    source: "live",
    recordingName: undefined,
    session: aSession(),
    channels: [CHANNEL],
    view,
    events: [],
    link: "https://lab.example/live/cmts-1/72?f=10_30",
    exportedAtMs: topMs + 1000,
  };
  return { subject, snapshot, data };
}

test("traces as CSV read back as the numbers of the picture, with all settings before them", () => {
  const { subject, snapshot, data } = taken();
  const lines = tracesCsv(subject, snapshot).trimEnd().split("\r\n");
  const remarks = lines.filter((line) => line.startsWith("#"));
  const [head, ...rows] = lines.filter((line) => !line.startsWith("#"));
  expect(head).toBe("freq_hz,live_dbmv,avg,max,min,p10,p50,p90,floor");
  expect(rows).toHaveLength(BINS);
  const cells = rows.map((row) => row.split(","));
  expect(cells[0]![0]).toBe("10000000");
  expect(cells[3]!.slice(1, 5)).toEqual(["", "", "", ""]);
  for (const bin of [0, 50, 100, 199]) {
    expect(Number(cells[bin]![0])).toBe(10e6 + bin * 1e5);
    expect(Number(cells[bin]![1])).toBe(levelsOf(40)[bin]! / 100);
    expect(Number(cells[bin]![2])).toBeCloseTo(data.traces!.average[bin]!, 2);
    expect(Number(cells[bin]![3])).toBeCloseTo(data.traces!.max.levelsDb[bin]!, 2);
    expect(Number(cells[bin]![6])).toBeCloseTo(data.traces!.band()!.middle[bin]!, 2);
  }
  const text = remarks.join("\n");
  for (const part of [
    "us-conn 3/0",
    "2026-11-21 08:42:55Z",
    "Bins: 1600",
    "Window: BH-4",
    "16 of 16 frames",
    "Shown in: dBm,",
    "3.0 dB",
  ]) {
    expect(text).toContain(part);
  }
});

test("a trace that was exported can be loaded as the reference", () => {
  const { subject, snapshot } = taken();
  const reference = parseReference(tracesCsv(subject, snapshot), "before");
  expect(reference.frequenciesHz).toHaveLength(BINS - 1);
  expect(reference.frequenciesHz[0]).toBe(10e6);
  expect(reference.levelsDbmv[0]).toBeCloseTo(levelsOf(40)[0]! / 100, 4);
});

test("traces as JSON keep to their schema, with null where a bin has no value", () => {
  const { subject, snapshot } = taken();
  const read = traceExportSchema.parse(JSON.parse(JSON.stringify(traceExportOf(subject, snapshot))));
  expect(read.axis).toEqual({ firstBinHz: 10e6, binSpacingHz: 1e5, bins: BINS });
  expect(read.traces.live![3]).toBeNull();
  expect(read.traces.live![50]).toBe(levelsOf(40)[50]! / 100);
  // 0 dBmV in 75 ohms is -48.75 dBm.
  expect(read.shown).toEqual({ unit: "dBm", addDb: -45.75 });
  expect(read.markers).toEqual([{ name: "M1", trace: "average", frequencyHz: 20e6, levelDbmv: -10.5 }]);
  expect(read.channels.map(({ name }) => name)).toEqual([CHANNEL.name]);
  expect(() => traceExportSchema.parse({ ...read, version: 2 })).toThrow();
});

test("percentiles are made from the kept frames while no band is shown", () => {
  const { subject, snapshot, data } = taken();
  const { colours, emptyPixel } = { colours: new Uint32Array(65_536), emptyPixel: 0 };
  data.setTraces({ ...subject.view.traces, band: false }, subject.view.traceOptions);
  const again = takeSnapshot(
    { data, view: subject.view, report: snapshot.report, topMs: 0, colours, emptyPixel },
    undefined,
  )!;
  expect(again.waterfall).toBeUndefined();
  expect(again.percentileFrames).toBe(40);
  for (const bin of [10, 100]) expect(again.traces.p50![bin]).toBeCloseTo(snapshot.traces.p50![bin]!, 1);
});

test("a picture that is held is exported with the time of its own newest frame", () => {
  const { subject, snapshot, data } = taken();
  for (let sequence = 41; sequence <= 45; sequence += 1) data.ingest(frameOf(sequence), true);
  const held = takeSnapshot(
    {
      data,
      view: subject.view,
      report: { ...snapshot.report, sequence: 45, capturedAtMs: frameOf(45).capturedAtMs },
      topMs: 0,
      colours: new Uint32Array(65_536),
      emptyPixel: 0,
    },
    undefined,
  )!;
  expect(held.report.sequence).toBe(40);
  expect(held.report.capturedAtMs).toBe(frameOf(40).capturedAtMs);
  expect(held.traces.live![50]).toBeCloseTo(levelsOf(40)[50]! / 100, 4);
});

test("frames as a matrix are written in pieces that together are one file, bit-exact, about as large as told", () => {
  const csv = new MatrixCsv("cmts / port", [{ name: "Port", value: "x" }]);
  const frames = Array.from({ length: 12 }, (_, at) => frameOf(at + 1));
  const text = csv.write(frames.slice(0, 5)) + csv.write([]) + csv.write(frames.slice(5));
  const lines = text
    .trimEnd()
    .split("\r\n")
    .filter((line) => !line.startsWith("#"));
  expect(lines).toHaveLength(13);
  expect(lines[0]!.split(",").slice(0, 4)).toEqual(["time_utc", "sequence", "gap_before", "10000000"]);
  const seventh = lines[7]!.split(",");
  expect(seventh.slice(0, 3)).toEqual(["2026-11-21T08:42:51.700Z", "7", "1"]);
  expect(
    seventh.slice(3).map((field) => (field === "" ? NO_LEVEL : Math.round(Number(field) * 100))),
  ).toEqual([...levelsOf(7)]);
  expect(text.length / matrixCsvBytes(12, BINS)).toBeGreaterThan(0.9);
  expect(text.length / matrixCsvBytes(12, BINS)).toBeLessThan(1.1);
});

test("an axis that changes begins a new head line", () => {
  const csv = new MatrixCsv("port", []);
  const text = csv.write([frameOf(1), { ...frameOf(2), firstBinHz: 11e6 }]);
  expect(text.match(/time_utc/g)).toHaveLength(2);
});

test("the picture is well-formed SVG with title, settings, time, marker and legend, traces drawn as paths", async () => {
  const { subject, snapshot } = taken();
  const svg = pictureSvg(subject, snapshot, {
    width: 1200,
    waterfallUrl: "data:image/png;base64,AA==",
    look: PAPER_LOOK,
  });
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  expect(document.querySelector("parsererror")).toBeNull();
  const words = document.documentElement.textContent;
  for (const part of [
    "cmts & <one> / us-conn 3/0, SIM",
    "2026-11-21 08:42:55Z",
    "Average",
    "M1 on Average: 20.000 MHz",
    "dBm",
  ]) {
    expect(words).toContain(part);
  }
  expect(document.querySelectorAll("image")).toHaveLength(1);
  expect(document.querySelectorAll("path").length).toBeGreaterThanOrEqual(4);
  expect(svg).not.toMatch(/NaN|undefined|<script/);
});

test("a trace goes through the level of its bin at the place of its frequency", () => {
  const { subject, snapshot } = taken();
  const svg = pictureSvg(subject, snapshot, { width: 1200, waterfallUrl: undefined, look: PAPER_LOOK });
  const path = svg.match(new RegExp(`<path d="([^"]+)" fill="none" stroke="${PAPER_LOOK.traces.live}"`))![1]!;
  const box = svg
    .match(/<rect x="76" y="([\d.]+)" width="(\d+)" height="(420)"/)!
    .slice(1)
    .map(Number);
  const [top, width, height] = box as [number, number, number];
  const bin = 150;
  const x = 76 + ((bin * 1e5) / 20e6) * width;
  const y = top + ((0 - levelsOf(40)[bin]! / 100) / 60) * height;
  const point = path.split(/[ML]/).find((part) => Math.abs(Number(part.split(" ")[0]) - x) < 0.02)!;
  expect(Number(point.split(" ")[1])).toBeCloseTo(y, 1);
});

test("the report is one file that holds its pictures, reaches for nothing and escapes what was typed", () => {
  const { subject, snapshot } = taken();
  const svg = pictureSvg(subject, snapshot, { width: 1200, waterfallUrl: undefined, look: PAPER_LOOK });
  const html = viewReport(subject, snapshot, svg);
  const document = new DOMParser().parseFromString(html, "text/html");
  expect(document.querySelectorAll("script, link, img[src^=http]")).toHaveLength(0);
  expect(html).not.toMatch(/\son[a-z]+="/);
  expect(document.querySelector("svg")).not.toBeNull();
  const text = document.body.textContent;
  for (const part of ["US<1> & co", "Settings", "No mask is on.", "M1 on Average"])
    expect(text).toContain(part);
});

test("names of files tell port, time and content", () => {
  expect(exportFileName(["cmts/1", "us-conn 3/0"], Date.UTC(2026, 10, 21, 8, 42, 51), "traces", "csv")).toBe(
    "cmts-1_us-conn-3-0_20261121T084251Z_traces.csv",
  );
});

const RECORD = {
  kind: "utsc",
  outputFormat: "timeIQ",
  bins: 4,
  frames: 2,
  centerFrequencyHz: 45e6,
  spanHz: 102.4e6,
  kHundredthsDb: -8600,
  samples: Int16Array.from({ length: 16 }, (_, at) => at * 1000 - 8000),
} as unknown as UtscRecord;

test("samples of time go into a SigMF archive that tar takes apart, value by value", async () => {
  const source = {
    record: RECORD,
    name: "capture",
    description: "x",
    capturedAtMs: Date.UTC(2026, 10, 21),
    sampleRateHz: undefined,
  };
  const folder = await mkdtemp(join(tmpdir(), "sigmf-"));
  await writeFile(join(folder, "a.sigmf"), sigmfArchive(source));
  await run("tar", ["-xf", "a.sigmf"], { cwd: folder });
  const meta = JSON.parse(await readFile(join(folder, "capture/capture.sigmf-meta"), "utf8")) as ReturnType<
    typeof sigmfMeta
  >;
  const data = await readFile(join(folder, "capture/capture.sigmf-data"));
  expect(meta.global["core:datatype"]).toBe("ci16_le");
  expect(meta.global["core:sample_rate"]).toBe(102.4e6);
  expect(meta.captures.map((capture) => capture["core:sample_start"])).toEqual([0, 4]);
  expect(meta.captures[0]!["core:frequency"]).toBe(45e6);
  expect(meta.captures[0]!["core:datetime"]).toBe("2026-11-21T00:00:00.000Z");
  expect(meta.annotations[1]).toMatchObject({ "core:sample_start": 4, "core:sample_count": 4 });
  expect(data.length).toBe(2 * 4 * 4);
  expect(Array.from({ length: 16 }, (_, at) => data.readInt16LE(at * 2))).toEqual([...RECORD.samples]);
  expect(Buffer.from(sigmfData(RECORD)).equals(data)).toBe(true);
});

test("what holds no samples of time, or no sample rate, is refused with the reason", () => {
  expect(sigmfHindrance({ ...RECORD, outputFormat: "fftPower" })).toContain("not samples of time");
  expect(sigmfHindrance({ ...RECORD, outputFormat: "rawAdc" })).toContain("sample rate");
  expect(sigmfHindrance({ ...RECORD, outputFormat: "rawAdc" }, 409.6e6)).toBeUndefined();
  expect(sigmfHindrance(RECORD)).toBeUndefined();
});
