import { PnmLabError } from "@pnmlab/kit";

/**
 * One spectrum on its way to a browser: 64-byte little-endian header, then one signed 16-bit level per
 * bin in hundredths of a dBmV, lowest frequency first.
 *
 * | offset | type | field |
 * | --- | --- | --- |
 * | 0 | u8[4] | `PLF1` |
 * | 4 | u16 | header length, 64 |
 * | 6 | u16 | flags: 1 a gap lies before this frame, 2 levels are uncalibrated (K unknown), 4 read by SNMP instead of from a file |
 * | 8 | u32 | stream id of the session |
 * | 12 | u32 | sequence number in the session, from 1 |
 * | 16 | f64 | capture time, Unix milliseconds |
 * | 24 | f64 | time at which the backend saw the whole file, Unix milliseconds |
 * | 32 | f64 | frequency of the first bin, Hz |
 * | 40 | f64 | bin spacing, Hz |
 * | 48 | u32 | number of bins |
 * | 52 | f32 | resolution bandwidth (ENBW), Hz; 0 where unknown |
 * | 56 | i16 | calibration constant K, hundredths of a dB |
 * | 58 | u16 | share of samples, or of bins, that stood at the end of their number range: `e^((1 - n) / 1000)`; 0 where none did, or nobody counted |
 * | 60 | u32 | frames of this session withheld from this client before this one |
 */
export interface SpectrumFrame {
  streamId: number;
  sequence: number;
  capturedAtMs: number;
  receivedAtMs: number;
  firstBinHz: number;
  binSpacingHz: number;
  resolutionBandwidthHz: number;
  kHundredthsDb: number;
  gapBefore: boolean;
  uncalibrated: boolean;
  /** Where it was read from the result table of the CMTS; left out where it came in a file. */
  source?: "snmp";
  withheld: number;
  /** Share of samples, or of bins, at the end of their number range, to 0.05 %; left out where it is 0. */
  clippedShare?: number;
  /** Hundredths of a dBmV; `NO_LEVEL` where a bin has no value. */
  levelsHundredthsDbmv: Int16Array;
}

/** Stands for a bin without a value. */
export const NO_LEVEL = -32768;

const HEADER_LENGTH = 64;
const CLIPPED_AT = 58;
const CLIPPED_STEPS = 1000;
const WITHHELD_AT = 60;
const MAGIC = 0x31464c50; // "PLF1" read as little-endian u32
const FLAG_GAP = 1;
const FLAG_UNCALIBRATED = 2;
const FLAG_SNMP = 4;

/**
 * Bytes of a frame, ready to be sent as one binary WebSocket message.
 *
 * @param headroom so many bytes in front are left to the caller; even
 * @param bytes memory to write to, exactly as long as headroom and frame together
 */
export function encodeSpectrumFrame(
  frame: SpectrumFrame,
  headroom = 0,
  bytes = new Uint8Array(headroom + spectrumFrameLength(frame.levelsHundredthsDbmv.length)),
): Uint8Array<ArrayBuffer> {
  const bins = frame.levelsHundredthsDbmv.length;
  const view = new DataView(bytes.buffer, headroom);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, HEADER_LENGTH, true);
  const flags =
    (frame.gapBefore ? FLAG_GAP : 0) |
    (frame.uncalibrated ? FLAG_UNCALIBRATED : 0) |
    (frame.source === "snmp" ? FLAG_SNMP : 0);
  view.setUint16(6, flags, true);
  view.setUint32(8, frame.streamId, true);
  view.setUint32(12, frame.sequence, true);
  view.setFloat64(16, frame.capturedAtMs, true);
  view.setFloat64(24, frame.receivedAtMs, true);
  view.setFloat64(32, frame.firstBinHz, true);
  view.setFloat64(40, frame.binSpacingHz, true);
  view.setUint32(48, bins, true);
  view.setFloat32(52, frame.resolutionBandwidthHz, true);
  view.setInt16(56, frame.kHundredthsDb, true);
  view.setUint16(CLIPPED_AT, codeOfShare(frame.clippedShare ?? 0), true);
  view.setUint32(WITHHELD_AT, frame.withheld, true);
  if (isLittleEndian) new Int16Array(bytes.buffer, headroom + HEADER_LENGTH).set(frame.levelsHundredthsDbmv);
  else
    frame.levelsHundredthsDbmv.forEach(
      (level, bin) => void view.setInt16(HEADER_LENGTH + bin * 2, level, true),
    );
  return bytes;
}

/** Length of an encoded frame, in bytes. */
export function spectrumFrameLength(bins: number): number {
  return HEADER_LENGTH + bins * 2;
}

/** Writes the one field that differs between clients into an encoded frame. */
export function setWithheld(bytes: Uint8Array<ArrayBuffer>, withheld: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(WITHHELD_AT, withheld, true);
}

/**
 * Reads a binary message back. The levels share the message's memory on little-endian machines.
 *
 * @throws PnmLabError `FRAME_INVALID` where magic, header length or size do not agree.
 */
export function decodeSpectrumFrame(buffer: ArrayBuffer): SpectrumFrame {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER_LENGTH || view.getUint32(0, true) !== MAGIC) {
    throw new PnmLabError("FRAME_INVALID", "binary message is not a spectrum frame");
  }
  const headerLength = view.getUint16(4, true);
  const bins = view.getUint32(48, true);
  if (
    headerLength < HEADER_LENGTH ||
    headerLength % 2 !== 0 ||
    buffer.byteLength !== headerLength + bins * 2
  ) {
    throw new PnmLabError("FRAME_INVALID", `spectrum frame of ${bins} bins has ${buffer.byteLength} bytes`);
  }
  const flags = view.getUint16(6, true);
  const clipped = view.getUint16(CLIPPED_AT, true);
  return {
    streamId: view.getUint32(8, true),
    sequence: view.getUint32(12, true),
    capturedAtMs: view.getFloat64(16, true),
    receivedAtMs: view.getFloat64(24, true),
    firstBinHz: view.getFloat64(32, true),
    binSpacingHz: view.getFloat64(40, true),
    resolutionBandwidthHz: view.getFloat32(52, true),
    kHundredthsDb: view.getInt16(56, true),
    gapBefore: (flags & FLAG_GAP) !== 0,
    uncalibrated: (flags & FLAG_UNCALIBRATED) !== 0,
    ...((flags & FLAG_SNMP) === 0 ? {} : { source: "snmp" as const }),
    withheld: view.getUint32(WITHHELD_AT, true),
    ...(clipped === 0 ? {} : { clippedShare: Math.exp((1 - clipped) / CLIPPED_STEPS) }),
    levelsHundredthsDbmv: isLittleEndian
      ? new Int16Array(buffer, headerLength, bins)
      : Int16Array.from({ length: bins }, (_, bin) => view.getInt16(headerLength + bin * 2, true)),
  };
}

/** The smallest share that a file may show is far over the last step, e^-65. */
function codeOfShare(share: number): number {
  return share > 0 ? Math.max(1, Math.min(0xffff, Math.round(1 - CLIPPED_STEPS * Math.log(share)))) : 0;
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
