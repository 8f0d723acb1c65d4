import { crc32 as zlibCrc32 } from "node:zlib";
import { decodeSpectrumFrame, encodeSpectrumFrame, NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";
import { encodeHead, encodeRecord, RecordKind } from "./layout.ts";
import { RecordingParser, type RecordingPiece } from "./parser.ts";
import { scanSegment } from "./scan.ts";
import { decodeSummary, decodeSummaryHead, encodeSummary, encodeSummaryHead } from "./summary.ts";
import { SummaryBuilder } from "./summary-builder.ts";
import { head } from "./test-support/head.ts";

function frame(sequence: number, change: Partial<SpectrumFrame> = {}): SpectrumFrame {
  return {
    streamId: 3,
    sequence,
    capturedAtMs: 1000 + sequence * 50,
    receivedAtMs: 1010.25 + sequence * 50,
    firstBinHz: 5e6,
    binSpacingHz: 5e6,
    resolutionBandwidthHz: 50_000,
    kHundredthsDb: -1234,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from({ length: 16 }, (_, bin) => -3000 + bin * 10 + sequence),
    ...change,
  };
}

function fileOf(frames: readonly SpectrumFrame[]): Uint8Array {
  const parts = [
    encodeHead(head),
    ...frames.map((one) => encodeRecord(RecordKind.frame, encodeSpectrumFrame(one))),
  ];
  return Buffer.concat(parts);
}

function read(file: Uint8Array, chunkBytes: number): { pieces: RecordingPiece[]; parser: RecordingParser } {
  const parser = new RecordingParser();
  const pieces: RecordingPiece[] = [];
  for (let at = 0; at < file.length; at += chunkBytes)
    pieces.push(...parser.push(file.subarray(at, at + chunkBytes)));
  return { pieces, parser };
}

describe("a recording file", () => {
  it("computes the CRC-32 of zip", () => {
    for (const length of [0, 1, 3, 4, 5, 64, 1001]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 89 + 7) & 0xff);
      expect(crc32(bytes)).toBe(zlibCrc32(bytes));
    }
  });

  it.each([1, 7, 64, 1_000_000])(
    "gives head and frames back bit-exact from chunks of %d bytes",
    (chunkBytes) => {
      const frames = [frame(1), frame(2, { gapBefore: true }), frame(3, { source: "snmp", clippedShare: 1 })];
      const { pieces, parser } = read(fileOf(frames), chunkBytes);
      expect(pieces[0]).toEqual({ kind: "head", head });
      const back = pieces.slice(1).map((piece) => (piece.kind === "frame" ? piece.bytes : undefined));
      expect(back).toEqual(frames.map((one) => encodeSpectrumFrame(one)));
      expect(parser.tornBytes).toBe(0);
      expect(pieces.slice(1)).toMatchObject(frames.map((one) => ({ frame: one })));
    },
  );

  it("tells at every length of a torn file how far it is whole", () => {
    const frames = [frame(1), frame(2)];
    const file = fileOf(frames);
    const ends = [0, 1, 2].map((count) => fileOf(frames.slice(0, count)).length);
    for (let length = 0; length <= file.length; length += 1) {
      const { parser } = read(file.subarray(0, length), 50);
      expect(parser.wholeBytes).toBe(ends.findLast((end) => end <= length) ?? 0);
      expect(parser.wholeBytes + parser.tornBytes).toBe(length);
    }
  });

  it("refuses other files, later versions and damage, each in its words", () => {
    const file = fileOf([frame(1)]);
    const changed = (at: number) => Uint8Array.from(file, (byte, k) => (k === at ? byte ^ 1 : byte));
    expect(() => read(changed(0), 9999)).toThrow("does not begin with PLR1");
    expect(() => read(changed(4), 9999)).toThrow("version 0; this program reads version 1");
    expect(() => read(changed(40), 9999)).toThrow("head of the recording is damaged");
    expect(() => read(changed(file.length - 1), 9999)).toThrow("record of the recording is damaged");
    const noFrame = Buffer.concat([encodeHead(head), encodeRecord(RecordKind.frame, new Uint8Array(100))]);
    expect(() => read(noFrame, 9999)).toThrow("a frame of the recording cannot be read");
    const misfit = encodeHead({ ...head, createdAt: "yesterday" });
    expect(() => read(misfit, 9999)).toThrow('does not fit at "createdAt"');
  });

  it("passes over records of kinds that a later version adds", () => {
    const later = Buffer.concat([
      fileOf([frame(1)]),
      encodeRecord(77, new Uint8Array(5)),
      fileTail(frame(2)),
    ]);
    expect(read(later, 64).pieces.map((piece) => piece.kind)).toEqual(["head", "frame", "frame"]);
  });

  it("finds what a damaged segment still holds", () => {
    const whole = fileOf([frame(1), frame(2), frame(4)]);
    const torn = Buffer.concat([whole, fileTail(frame(5)).subarray(0, 40)]);
    const scan = scanSegment(torn)!;
    expect(scan.wholeBytes).toBe(whole.length);
    expect(scan.built!.head).toMatchObject({ firstSequence: 1, lastSequence: 4, frames: 3, gaps: 1 });
    expect(scanSegment(torn.subarray(0, 20))).toBeUndefined();
  });
});

describe("a summary", () => {
  it("holds each bin's maximum and its mean in linear power, and comes back from its bytes", () => {
    const frames = [frame(1), frame(2), frame(3)];
    frames[1]!.levelsHundredthsDbmv[4] = 0;
    for (const one of frames) one.levelsHundredthsDbmv[9] = NO_LEVEL;
    const builder = new SummaryBuilder({ ...frames[0]!, bins: 16 });
    for (const one of frames) builder.addFrame(one, one.sequence === 2);
    const summary = builder.build({ sizeBytes: 4711, settingsKey: 99 });
    expect(summary).toMatchObject({ frames: 3, gaps: 1, firstSequence: 1, lastSequence: 3, sizeBytes: 4711 });
    expect(summary.max[4]).toBe(0);
    expect(summary.max[5]).toBe(-2947);
    expect(summary.max[9]).toBe(NO_LEVEL);
    expect(summary.mean[9]).toBe(NO_LEVEL);
    const power = (10 ** (-29.59 / 10) + 1 + 10 ** (-29.57 / 10)) / 3;
    expect(summary.mean[4]).toBe(Math.round(1000 * Math.log10(power)));
    expect(decodeSummary(encodeSummary(summary))).toEqual(summary);
    const { max, mean, ...rest } = summary;
    expect(decodeSummaryHead(encodeSummaryHead(summary))).toEqual(rest);
    const damaged = encodeSummaryHead(summary);
    damaged[3]! ^= 4;
    expect(decodeSummaryHead(damaged)).toBeUndefined();
  });

  it("is the same whether frames are put together at once or summary by summary", () => {
    const frames = Array.from({ length: 40 }, (_, k) => frame(k + 1));
    const builderOf = (some: SpectrumFrame[]) => {
      const builder = new SummaryBuilder({ ...frames[0]!, bins: 16 });
      for (const one of some) builder.addFrame(one, false);
      return builder.build({ sizeBytes: 0, settingsKey: 0 });
    };
    const parts = new SummaryBuilder({ ...frames[0]!, bins: 16 });
    parts.addSummary(builderOf(frames.slice(0, 10)));
    parts.addSummary(builderOf(frames.slice(10)));
    const whole = builderOf(frames);
    const built = parts.build({ sizeBytes: 0, settingsKey: 0 });
    expect(built).toMatchObject({ frames: 40, segments: 2, firstMs: whole.firstMs, lastMs: whole.lastMs });
    expect(built.max).toEqual(whole.max);
    for (let bin = 0; bin < 16; bin += 1)
      expect(Math.abs(built.mean[bin]! - whole.mean[bin]!)).toBeLessThan(2);
  });

  it("tells the mean power of the bins that lie in no channel", () => {
    const levels = Int16Array.from({ length: 16 }, (_, bin) => (bin < 8 ? -5000 : 0));
    const one = frame(1, { levelsHundredthsDbmv: levels, binSpacingHz: 1e6 });
    const builder = new SummaryBuilder({ ...one, bins: 16 });
    builder.addFrame(one, false);
    const plan = {
      channels: [{ id: "1", kind: "scQam" as const, lowerHz: 16e6, upperHz: 19e6 }],
      upperEdgeHz: 42e6,
    };
    expect(builder.build({ sizeBytes: 0, settingsKey: 0, plan }).quietDbmv).toBeCloseTo(-50, 0);
    expect(builder.build({ sizeBytes: 0, settingsKey: 0 }).quietDbmv).toBeNaN();
    expect(decodeSpectrumFrame(encodeSpectrumFrame(one).buffer).levelsHundredthsDbmv).toEqual(levels);
  });
});

function fileTail(one: SpectrumFrame): Uint8Array {
  return encodeRecord(RecordKind.frame, encodeSpectrumFrame(one));
}
