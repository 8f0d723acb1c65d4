import type { UtscHints } from "./hints.ts";

/** Fields every capture file begins with. Those a type or form does not have are undefined. */
export interface PnmHeader {
  /** `PNN` versioned, `PNM` unversioned, `LLD` latency report, empty where the bytes carry no magic. */
  magic: PnmMagic;
  typeCode: number;
  versioned: boolean;
  majorVersion: number | undefined;
  minorVersion: number | undefined;
  /** Seconds; Unix time only when at least 1 000 000 000, else counted from the device's start. */
  captureTimeS: number | undefined;
}

export type PnmMagic = "PNN" | "PNM" | "LLD" | "";

export type Confidence = "high" | "medium" | "low";

/**
 * How values stand on their frequency axis: `fft` steps by span/N or by a subcarrier spacing, `edge` by
 * span/(N-1) with a value on both band edges.
 */
export type AxisRule = "fft" | "edge";

/** What levels are relative to: absolute, relative to a level the file does not state, or a plain ratio. */
export type LevelReference = "dBmV" | "relative" | "dB";

/** Another way to read the bytes. */
export interface AlternativeReading {
  layout: string;
  reason: string;
  /** 2 for the likeliest after the reading chosen; undefined where nothing ranks them. */
  rank?: number | undefined;
  /** The hints that choose this reading. */
  utsc?: UtscHints | undefined;
}

/** Which layout was read, why, and what else the bytes could be. */
export interface Reading {
  layout: string;
  reason: string;
  confidence: Confidence;
  alternatives: AlternativeReading[];
  /** Set by decoding; undefined where the capture has no frequency axis. */
  axisRule?: AxisRule | undefined;
  /** Set by decoding; undefined where the capture has no levels. */
  levelReference?: LevelReference | undefined;
}

/** What every decoded record has, whatever its kind. */
export interface PnmRecordBase {
  title: string;
  reading: Reading;
  /** What is odd about the file although it can be read. */
  anomalies: string[];
  /** Bytes after the data, normally none; kept so that encoding gives the file back. */
  trailing: Uint8Array;
}

/** One field of the header as it stands in the file, for the header table and the hex view. */
export interface HeaderField {
  name: string;
  value: string | number;
  unit?: string;
  /** From the first byte of the file. */
  offset: number;
  length: number;
}
