import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeSpectrumFrame, NO_LEVEL } from "@pnmlab/protocol";
import { encodeRecord, encodeSummary, encodeSummaryHead, RecordKind, type Summary } from "@pnmlab/recording";
import { expect, it } from "vitest";
import { all, BINS, numberedFrame, openTestRecorder, PERIOD_MS, START_MS } from "../_test/recorder.ts";
import { temporaryFolder } from "../_test/support.ts";
import { overviewOf } from "./overview.ts";
import { readRows } from "./rows.ts";
import { blockOf, SegmentFolder } from "./segment-folder.ts";

const at = (sequence: number) => START_MS + sequence * PERIOD_MS;

/** Rows by the plain definition, from all frames at once. */
function bruteForce(from: number, to: number, rowOf: (sequence: number) => number, mode: "max" | "mean") {
  const rows = new Map<number, number[][]>();
  for (let sequence = from; sequence <= to; sequence += 1) {
    const row = rows.get(rowOf(sequence)) ?? [];
    rows.set(rowOf(sequence), row);
    row.push([...numberedFrame(sequence).levelsHundredthsDbmv]);
  }
  return [...rows.values()].map((frames) =>
    Array.from({ length: BINS }, (_, bin) => {
      const levels = frames.map((frame) => frame[bin]!);
      if (mode === "max") return Math.max(...levels);
      const power = levels.reduce((sum, level) => sum + 10 ** (level / 1000), 0) / levels.length;
      return 1000 * Math.log10(power);
    }),
  );
}

it("gives rows shorter than a segment as the maximum and the mean of exactly their frames", async () => {
  const { recorder, publish } = await openTestRecorder();
  await publish(1, 470);
  const span = { fromMs: at(13), toMs: at(463), rows: 18 };
  for (const mode of ["max", "mean"] as const) {
    const rows = (await all(recorder.reader.rows("ring-s1", { ...span, mode }))).map(({ buffer }) =>
      decodeSpectrumFrame(buffer),
    );
    const expected = bruteForce(13, 462, (sequence) => Math.floor((sequence - 13) / 25), mode);
    expect(rows).toHaveLength(18);
    rows.forEach((row, k) => {
      expect(row.capturedAtMs).toBe(at(13 + k * 25));
      expect(row).toMatchObject({ sequence: 13 + k * 25, withheld: 24, gapBefore: false });
      row.levelsHundredthsDbmv.forEach((level, bin) => {
        expect(Math.abs(level - expected[k]![bin]!)).toBeLessThanOrEqual(mode === "max" ? 0 : 0.5001);
      });
    });
  }
});

it("gives rows longer than a segment from summaries, each segment in the row in which it begins", async () => {
  const { recorder, publish } = await openTestRecorder({ ringMinutes: 60 });
  // Half an hour: three blocks of ten minutes and their edges.
  const count = 18_000;
  for (let from = 1; from <= count; from += 2000) await publish(from, Math.min(count, from + 1999));
  const { id } = await recorder.keep("s1", {});
  for (const recording of ["ring-s1", id]) {
    for (const rowS of [20, 300, 1200]) {
      const rows = Math.ceil(1800 / rowS);
      const span = { fromMs: at(1), toMs: at(1) + rows * rowS * 1000, rows };
      const given = (await all(recorder.reader.rows(recording, { ...span, mode: "max" }))).map(({ buffer }) =>
        decodeSpectrumFrame(buffer),
      );
      const segmentStart = (sequence: number) => Math.floor((sequence - 1) / 100) * 100;
      const expected = bruteForce(
        1,
        count,
        (sequence) => Math.floor(segmentStart(sequence) / (rowS * 10)),
        "max",
      );
      expect(given.map(({ levelsHundredthsDbmv }) => [...levelsHundredthsDbmv])).toEqual(expected);
      expect(given.reduce((sum, { withheld }) => sum + withheld + 1, 0)).toBe(count);
    }
  }
}, 60_000);

it("leaves rows without a frame out and marks the one after them", async () => {
  const { recorder, publish } = await openTestRecorder();
  await publish(1, 20);
  await publish(61, 80, "s1", (n) => numberedFrame(n, { gapBefore: n === 61 }));
  const rows = await all(
    recorder.reader.rows("ring-s1", { fromMs: at(1), toMs: at(81), rows: 4, mode: "max" }),
  );
  expect(rows.map(({ buffer }) => decodeSpectrumFrame(buffer))).toMatchObject([
    { capturedAtMs: at(1), gapBefore: false },
    { capturedAtMs: at(61), gapBefore: true, sequence: 61 },
  ]);
});

it("browses seven days in constant memory, from the index and a thousand blocks", async () => {
  const days = 7;
  const bins = 1600;
  const folder = await temporaryFolder();
  const path = join(folder, "week");
  await mkdir(path);
  const summaryAt = (firstMs: number, lastMs: number, n: number, segments: number): Summary => ({
    firstMs,
    lastMs,
    firstBinHz: 5e6,
    binSpacingHz: 50_000,
    sizeBytes: 500_000,
    streamId: 1,
    firstSequence: n * 100 + 1,
    lastSequence: n * 100 + 100 * segments,
    frames: 100 * segments,
    gaps: n % 1000 === 999 ? 1 : 0,
    bins,
    settingsKey: 7,
    resolutionBandwidthHz: 75_000,
    quietDbmv: -45,
    kHundredthsDb: 0,
    flags: 0,
    segments,
    max: new Int16Array(bins).fill(Math.floor(-4000 + n / 60)),
    mean: new Int16Array(bins).fill(-4500),
  });
  const count = days * 8640;
  // A week that begins with a block.
  const weekMs = Math.ceil(START_MS / 600_000) * 600_000;
  const index = Buffer.alloc(count * 88);
  const names: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const firstMs = weekMs + n * 10_000;
    const { max, mean, ...head } = summaryAt(firstMs, firstMs + 9900, n, 1);
    index.set(encodeSummaryHead(head), n * 88);
    names.push(`${firstMs}-${head.firstSequence}.pls`);
    if (n % 60 !== 0) continue;
    const block = summaryAt(firstMs, firstMs + 599_900, n, 60);
    const record = encodeRecord(RecordKind.summary, encodeSummary(block));
    await writeFile(join(path, `block-${blockOf(block)}.plb`), record);
  }
  // Of the segments nothing but their names is needed: rows as long as these never touch frames.
  for (let from = 0; from < count; from += 500) {
    await Promise.all(names.slice(from, from + 500).map((name) => writeFile(join(path, name), "")));
  }
  names.length = 0;
  await writeFile(join(path, "index.pli"), index);

  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const week = await SegmentFolder.open(path);
  expect(week.segments).toHaveLength(count);
  let most = 0;
  let rows = 0;
  const span = { fromMs: weekMs, toMs: weekMs + days * 86_400_000 };
  for await (const bytes of readRows(week, { ...span, rows: 504, mode: "max" })) {
    const row = decodeSpectrumFrame(bytes.buffer);
    // Two blocks of ten minutes make a row; the second has the higher level.
    expect(row.levelsHundredthsDbmv[800]).toBe(Math.floor(-4000 + (rows * 120 + 60) / 60));
    expect(row.levelsHundredthsDbmv[0]).not.toBe(NO_LEVEL);
    expect(row.withheld).toBe(11_999);
    rows += 1;
    if (rows % 100 === 0) most = Math.max(most, used() - before);
  }
  expect(rows).toBe(504);
  const { steps } = overviewOf(week.segments, { ...span, steps: 700 });
  expect(steps.reduce((sum, { frames }) => sum + frames, 0)).toBe(count * 100);
  expect(steps.filter(({ gap }) => gap)).toHaveLength(60);
  // The index of the week is all that is held: below 400 bytes for each of its 60,480 segments.
  expect(Math.max(most, used() - before)).toBeLessThan(count * 400);
}, 60_000);
