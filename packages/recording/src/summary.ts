import { PnmLabError } from "@pnmlab/kit";
import { crc32 } from "./crc32.ts";

/** What a stretch of frames of one axis holds, without its levels: an entry of an index. */
export interface SummaryHead {
  /** Capture times of its first and newest frame, Unix milliseconds. */
  firstMs: number;
  lastMs: number;
  firstBinHz: number;
  binSpacingHz: number;
  /** Bytes of the segment file. */
  sizeBytes: number;
  streamId: number;
  firstSequence: number;
  lastSequence: number;
  frames: number;
  /** Places where captures are missing, that before its first frame included. */
  gaps: number;
  bins: number;
  /** CRC-32 of the settings that held. */
  settingsKey: number;
  resolutionBandwidthHz: number;
  /** Mean power of the bins in no channel, dBmV per bin; NaN where it is not known. */
  quietDbmv: number;
  kHundredthsDb: number;
  /** Those of a frame on the wire, of all frames together. */
  flags: number;
  /** How many segments it puts together. */
  segments: number;
}

/** The coarse level of a recording: each bin's maximum and its mean in linear power, hundredths of a dBmV. */
export interface Summary extends SummaryHead {
  max: Int16Array<ArrayBuffer>;
  mean: Int16Array<ArrayBuffer>;
}

/**
 * Layout of a summary, little-endian; an index is its first 88 bytes per segment, one after the other:
 *
 * | offset | type | field |
 * | --- | --- | --- |
 * | 0 | f64 ×5 | firstMs, lastMs, firstBinHz, binSpacingHz, sizeBytes |
 * | 40 | u32 ×7 | streamId, firstSequence, lastSequence, frames, gaps, bins, settingsKey |
 * | 68 | f32 ×2 | resolutionBandwidthHz, quietDbmv |
 * | 76 | i16 | kHundredthsDb |
 * | 78 | u16 | flags |
 * | 80 | u32 | segments |
 * | 84 | u32 | CRC-32 of the 84 bytes before |
 * | 88 | i16[bins] | maximum per bin |
 * | 88 + 2 × bins | i16[bins] | mean per bin |
 */
export const SUMMARY_HEAD_BYTES = 88;
const CRC_AT = 84;

export function encodeSummaryHead(summary: SummaryHead): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SUMMARY_HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  const { firstMs, lastMs, firstBinHz, binSpacingHz, sizeBytes } = summary;
  [firstMs, lastMs, firstBinHz, binSpacingHz, sizeBytes].forEach((value, at) => {
    view.setFloat64(at * 8, value, true);
  });
  const { streamId, firstSequence, lastSequence, frames, gaps, bins, settingsKey } = summary;
  [streamId, firstSequence, lastSequence, frames, gaps, bins, settingsKey].forEach((value, at) => {
    view.setUint32(40 + at * 4, value, true);
  });
  view.setFloat32(68, summary.resolutionBandwidthHz, true);
  view.setFloat32(72, summary.quietDbmv, true);
  view.setInt16(76, summary.kHundredthsDb, true);
  view.setUint16(78, summary.flags, true);
  view.setUint32(80, summary.segments, true);
  view.setUint32(CRC_AT, crc32(bytes.subarray(0, CRC_AT)), true);
  return bytes;
}

/** An entry of an index; undefined where its CRC is wrong. */
export function decodeSummaryHead(bytes: Uint8Array): SummaryHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SUMMARY_HEAD_BYTES);
  if (crc32(bytes.subarray(0, CRC_AT)) !== view.getUint32(CRC_AT, true)) return undefined;
  return {
    firstMs: view.getFloat64(0, true),
    lastMs: view.getFloat64(8, true),
    firstBinHz: view.getFloat64(16, true),
    binSpacingHz: view.getFloat64(24, true),
    sizeBytes: view.getFloat64(32, true),
    streamId: view.getUint32(40, true),
    firstSequence: view.getUint32(44, true),
    lastSequence: view.getUint32(48, true),
    frames: view.getUint32(52, true),
    gaps: view.getUint32(56, true),
    bins: view.getUint32(60, true),
    settingsKey: view.getUint32(64, true),
    resolutionBandwidthHz: view.getFloat32(68, true),
    quietDbmv: view.getFloat32(72, true),
    kHundredthsDb: view.getInt16(76, true),
    flags: view.getUint16(78, true),
    segments: view.getUint32(80, true),
  };
}

export function encodeSummary(summary: Summary): Uint8Array<ArrayBuffer> {
  const { bins, max, mean } = summary;
  const bytes = new Uint8Array(SUMMARY_HEAD_BYTES + bins * 4);
  bytes.set(encodeSummaryHead(summary));
  const view = new DataView(bytes.buffer);
  for (let bin = 0; bin < bins; bin += 1) {
    view.setInt16(SUMMARY_HEAD_BYTES + bin * 2, max[bin]!, true);
    view.setInt16(SUMMARY_HEAD_BYTES + (bins + bin) * 2, mean[bin]!, true);
  }
  return bytes;
}

/** @throws PnmLabError `RECORDING_FILE_INVALID` */
export function decodeSummary(bytes: Uint8Array): Summary {
  const head = bytes.length < SUMMARY_HEAD_BYTES ? undefined : decodeSummaryHead(bytes);
  if (head === undefined || bytes.length !== SUMMARY_HEAD_BYTES + head.bins * 4) {
    throw new PnmLabError("RECORDING_FILE_INVALID", "a summary in the recording is damaged");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const max = new Int16Array(head.bins);
  const mean = new Int16Array(head.bins);
  for (let bin = 0; bin < head.bins; bin += 1) {
    max[bin] = view.getInt16(SUMMARY_HEAD_BYTES + bin * 2, true);
    mean[bin] = view.getInt16(SUMMARY_HEAD_BYTES + (head.bins + bin) * 2, true);
  }
  return { ...head, max, mean };
}
