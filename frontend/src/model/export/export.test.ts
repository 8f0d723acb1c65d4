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
import type { SnapshotSource } from "../../render/paint-picture.ts";
import { takeSnapshot } from "../../render/snapshot.ts";
import { MaskJudge } from "../mask-judge.ts";
import { paletteBytes } from "../palette.ts";
import { MONITOR_DEPTH, PlotData } from "../plot-data.ts";
import { takeReport } from "../plot-figures.ts";
import type { PixelImage, PlotSnapshot } from "../plot-snapshot.ts";
import { DEFAULT_VIEW, type PlotView } from "../plot-view.ts";
import { parseReference } from "../reference-trace.ts";
import { aSession } from "../testing.ts";
import type { ExportSubject } from "./export-subject.ts";
import { exportFileName } from "./file-name.ts";
import { MatrixCsv, matrixCsvBytes } from "./matrix-csv.ts";
import { PAPER_LOOK } from "./picture-look.ts";
import { markerLines, pictureSvg } from "./picture-svg.ts";
import { frameSettingsRows } from "./settings-rows.ts";
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

/** What a snapshot is taken of besides the data and its view. */
const SOURCE = {
  palette: paletteBytes("deep"),
  colours: new Uint32Array(65_536).fill(0xff00ff00),
  emptyPixel: 7,
  measure: (_: string, text: string) => text.length * 6,
};

function taken(shown: Partial<PlotView> = {}): {
  subject: ExportSubject;
  snapshot: PlotSnapshot;
  data: PlotData;
  source: SnapshotSource;
} {
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
    ...shown,
  };
  const judge = new MaskJudge();
  data.setPlan([CHANNEL]);
  data.setTraces(view.traces, view.traceOptions);
  for (let sequence = 1; sequence <= 40; sequence += 1) data.ingest(frameOf(sequence), false);
  judge.begin(data, view);
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
    masks: judge.reports(),
    playOutMs: 0,
    waterfall: { topMs, bottomMs: topMs - 10_000, keptFromMs: topMs - 4000, heldFromMs: topMs - 4000 },
  });
  const source = { ...SOURCE, data, view, report, topMs, judge };
  const snapshot = takeSnapshot(source, { width: 1200, theme: PAPER_LOOK })!;
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
  return { subject, snapshot, data, source };
}

const URL_OF = (image: PixelImage) => `data:image/png;base64,${image.columns}x${image.rows}`;

function svgOf({ subject, snapshot }: { subject: ExportSubject; snapshot: PlotSnapshot }): string {
  return pictureSvg(subject, snapshot, { picture: snapshot.picture!, urlOf: URL_OF, look: PAPER_LOOK });
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
  expect(read.markers).toEqual([
    { name: "M1", trace: "average", kind: "normal", frequencyHz: 20e6, levelDbmv: -10.5 },
  ]);
  expect(read.channels.map(({ name }) => name)).toEqual([CHANNEL.name]);
  expect(() => traceExportSchema.parse({ ...read, version: 2 })).toThrow();
});

test("markers of every kind tell in JSON and in words what the table shows of them", () => {
  const marker = { trace: "live" as const, frequencyHz: 20e6, isTracking: false };
  const { subject, snapshot } = taken({
    unit: "dBmV",
    offsetDb: 0,
    markers: [
      { ...marker, number: 1, kind: "normal" },
      { ...marker, number: 2, kind: "delta", reference: 1, frequencyHz: 21e6 },
      { ...marker, number: 3, kind: "bandPower", bandHz: 2e6 },
      { ...marker, number: 4, kind: "noise" },
    ],
  });
  const [first] = snapshot.report.markers;
  const markers = [
    first!,
    { ...first!, number: 2, frequencyHz: 21e6, levelDbmv: -12.25, deltaDb: -1.75, deltaHz: 1e6 },
    { ...first!, number: 3, levelDbmv: -17.64, bandPowerDbmv: -7.84 },
    { ...first!, number: 4, dbmvPerHz: -64.5 },
  ];
  const shown = { ...snapshot, report: { ...snapshot.report, markers } };
  expect(traceExportSchema.parse(traceExportOf(subject, shown)).markers).toEqual([
    { name: "M1", trace: "live", kind: "normal", frequencyHz: 20e6, levelDbmv: -10.5 },
    {
      name: "Δ2",
      trace: "live",
      kind: "delta",
      frequencyHz: 21e6,
      levelDbmv: -12.25,
      reference: "M1",
      deltaDb: -1.75,
      deltaHz: 1e6,
    },
    { name: "B3", trace: "live", kind: "bandPower", frequencyHz: 20e6, levelDbmv: -7.84, bandHz: 2e6 },
    { name: "N4", trace: "live", kind: "noise", frequencyHz: 20e6, levelDbmv: -10.5, dbmvPerHz: -64.5 },
  ]);
  const lines = markerLines(subject, shown);
  expect(lines[1]).toContain("Δ2 on Live, delta to M1: 21.000 MHz, −12.25 dBmV, −1.75 dB and 1.000 MHz");
  expect(lines[2]).toContain("B3 on Live, band power, 2 MHz: 20.000 MHz, −7.84 dBmV");
  expect(lines[3]).toContain("N4 on Live, noise: 20.000 MHz, −10.50 dBmV, −64.5 dBmV/Hz");
});

test("a channel whose noise is not seen has its floor and C/N as bounds in JSON and report, and its spur", () => {
  const { subject, snapshot } = taken({ unit: "dBmV", offsetDb: 0 });
  const figures = {
    ...snapshot.report.channels[0]!,
    floorDbmv: -30.2,
    carrierToNoiseDb: 37.9,
    floorSource: "underBurst" as const,
    worstSpur: { frequencyHz: 19.5e6, dBc: -27.4 },
  };
  const shown = { ...snapshot, report: { ...snapshot.report, channels: [figures] } };
  expect(traceExportSchema.parse(traceExportOf(subject, shown)).channels[0]).toMatchObject({
    floorDbmv: -30.2,
    carrierToNoiseDb: 37.9,
    isFloorBound: true,
    worstSpur: { frequencyHz: 19.5e6, dBc: -27.4 },
  });
  const document = new DOMParser().parseFromString(viewReport(subject, shown, ""), "text/html");
  const cells = [...document.querySelectorAll("td")].map(({ textContent }) => textContent);
  for (const cell of ["≤−30.2", "≥37.9", "−27 at 19.500 MHz"]) expect(cells).toContain(cell);
  const known = { ...figures, floorSource: "statistical" as const, worstSpur: undefined };
  const plain = { ...snapshot, report: { ...snapshot.report, channels: [known] } };
  expect(traceExportOf(subject, plain).channels[0]).toMatchObject({ isFloorBound: false, worstSpur: null });
});

test("percentiles are made from the kept frames while no band is shown", () => {
  const { subject, snapshot, data, source } = taken();
  data.setTraces({ ...subject.view.traces, band: false }, subject.view.traceOptions);
  const again = takeSnapshot(source, undefined)!;
  expect(again.picture).toBeUndefined();
  expect(again.percentileFrames).toBe(40);
  for (const bin of [10, 100]) expect(again.traces.p50![bin]).toBeCloseTo(snapshot.traces.p50![bin]!, 1);
});

test("a picture that is held is exported with the time of its own newest frame", () => {
  const { snapshot, data, source } = taken();
  for (let sequence = 41; sequence <= 45; sequence += 1) data.ingest(frameOf(sequence), true);
  const held = takeSnapshot(
    { ...source, report: { ...snapshot.report, sequence: 45, capturedAtMs: frameOf(45).capturedAtMs } },
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
  expect(csv.head().split("\r\n")).toEqual([
    "# PNM Lab frames of cmts / port",
    `# Frames: 12 from ${new Date(frameOf(1).capturedAtMs).toISOString()} to ${new Date(frameOf(12).capturedAtMs).toISOString()}`,
    "# Port: x",
    "",
  ]);
});

test("frames are told with what belongs to them alone, the unit of levels once", () => {
  const { subject, snapshot } = taken();
  const names = frameSettingsRows(subject, snapshot).map(({ name }) => name);
  expect(names.filter((name) => name === "Level unit")).toHaveLength(1);
  expect(names).toContain("Calibration");
  for (const name of ["Captured", "Average", "Max hold", "Min hold", "p10, p50, p90"])
    expect(names).not.toContain(name);
  expect(frameSettingsRows(subject, snapshot).find(({ name }) => name === "Source")?.value).toMatch(
    /^recording/,
  );
});

test("an axis that changes begins a new head line", () => {
  const csv = new MatrixCsv("port", []);
  const text = csv.write([frameOf(1), { ...frameOf(2), firstBinHz: 11e6 }]);
  expect(text.match(/time_utc/g)).toHaveLength(2);
});

test("the picture is well-formed SVG with title, settings, time, marker and legend, traces drawn as paths", async () => {
  const svg = svgOf(taken());
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
  const { waterfall } = taken().snapshot.picture!.layout;
  expect([...document.querySelectorAll("image")].map((image) => image.getAttribute("href"))).toEqual([
    `data:image/png;base64,${waterfall.width}x${waterfall.height}`,
  ]);
  expect(document.querySelectorAll("path").length).toBeGreaterThanOrEqual(4);
  expect(svg).not.toMatch(/NaN|undefined|<script/);
});

test("a trace goes through the level of its bin at the place of its frequency", () => {
  const { trace } = taken().snapshot.picture!.layout;
  const path = strokes(svgOf(taken()), PAPER_LOOK.traces.live)[0]!;
  const bin = 150;
  const x = trace.left + ((bin * 1e5) / 20e6) * trace.width;
  const y = trace.top + ((0 - levelsOf(40)[bin]! / 100) / 60) * trace.height;
  const point = path.split(/[ML]/).find((part) => Math.abs(Number(part.split(" ")[0]) - x) < 0.02)!;
  expect(Number(point.split(" ")[1])).toBeCloseTo(y, 1);
});

/** Paths that are stroked in a colour. */
function strokes(svg: string, colour: string): string[] {
  return [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="([^"]+)"/g)].flatMap(([, path, stroke]) =>
    stroke === colour ? [path!] : [],
  );
}

const MASK = {
  id: 1,
  revision: 1,
  name: "Under 30",
  isOn: true,
  source: {
    from: "points" as const,
    points: [
      { frequencyHz: 12e6, levelDbmv: -30 },
      { frequencyHz: 28e6, levelDbmv: -30 },
    ],
  },
  trace: "live" as const,
  consecutiveFrames: 1,
};

test("masks are in the picture with their limit, what lies beyond it and how they stand", () => {
  const shown = taken({ masks: [MASK] });
  const { trace } = shown.snapshot.picture!.layout;
  const svg = svgOf(shown);
  const limitY = String(Math.round((trace.top + trace.height / 2) * 100) / 100);
  const lines = strokes(svg, PAPER_LOOK.fail);
  // The limit itself is level, from end to end.
  expect(
    lines.some((path) =>
      path
        .split(/[ML]/)
        .slice(1)
        .every((point) => point.split(" ")[1] === limitY),
    ),
  ).toBe(true);
  // The channel at -10 dBmV lies above it.
  const above = lines.filter((path) => !path.includes(`${limitY}`) && !/^M\S+ \S+L\S+ \S+M/.test(path));
  expect(above.length).toBeGreaterThan(0);
  expect(svg).toMatch(/Mask Under 30: FAIL, \S+ dB over its limit at/);
  expect(svgOf(taken({ masks: [{ ...MASK, isOn: false }] }))).not.toContain(PAPER_LOOK.fail);
});

test("persistence is in the picture when it is shown, over the height of its cells", () => {
  const shown = taken({ traces: { ...DEFAULT_VIEW.traces, persistence: true } });
  const svg = svgOf(shown);
  const { layout, images } = shown.snapshot.picture!;
  const { columns, rows, pixels } = images.persistence!;
  expect(columns).toBe(layout.trace.width * 2);
  // 60 dB in cells of half a dB, with the one at the edge.
  expect(rows).toBe(121);
  const rowOf = (levelDbmv: number) => Math.round(-levelDbmv * 2);
  const hitsIn = (column: number, level: number) =>
    [-2, -1, 0, 1, 2].some((row) => pixels[(rowOf(level) + row) * columns + column] !== 0);
  expect(hitsIn(columns / 2, -9)).toBe(true);
  expect(hitsIn(columns / 2, -49)).toBe(false);
  expect(hitsIn(100, -49)).toBe(true);
  expect(svg).toContain(`href="data:image/png;base64,${columns}x${rows}"`);
  expect(svg).toContain("Persistence");
});

test("differences, time markers, pins of events and the times in UTC are drawn as the screen has them", () => {
  const timeMs = frameOf(30).capturedAtMs;
  const timed = { ...taken().subject.view.markers[0]!, timeMs };
  const pin = {
    number: 812,
    f0Hz: 22e6,
    bwHz: 1e6,
    hasFrequency: true,
    firstMs: timeMs,
    lastMs: timeMs + 500,
    severity: "major" as const,
    isRaised: true,
    isSelected: true,
  };
  const shown = taken({
    events: [pin],
    markers: [timed],
    traces: { ...DEFAULT_VIEW.traces, difference: true },
    traceOptions: { ...DEFAULT_VIEW.traceOptions, difference: { a: "average", b: "max" } },
  });
  const svg = svgOf(shown);
  const texts = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)"[^>]*>([^<]+)</g)].map(([, y, text]) => ({
    y: Number(y),
    text,
  }));
  const { waterfall } = shown.snapshot.picture!.layout;
  expect(texts.filter(({ text }) => text === "812")).toHaveLength(2);
  expect(texts.some(({ text, y }) => text === "M1" && y > waterfall.top)).toBe(true);
  expect(texts.map(({ text }) => text)).toContain("difference 0 dB");
  expect(texts.map(({ text }) => text)).toContain("08:42:55Z");
  expect(strokes(svg, PAPER_LOOK.traces.difference).length).toBe(2);
});

test("the report is one file that holds its pictures, reaches for nothing and escapes what was typed", () => {
  const { subject, snapshot } = taken();
  const svg = svgOf({ subject, snapshot });
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
