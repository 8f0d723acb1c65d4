import { captureUnixTimeS, describeHeader, type PnmRecord } from "@pnmlab/pnm-codec";
import type { Capture } from "../input.ts";
import type { Column } from "./dataset.ts";
import { datasetOf } from "./dataset-of.ts";
import { rounded } from "./rounded.ts";

export interface DocumentOptions {
  raw: boolean;
  data: boolean;
}

type Json = Record<string, unknown>;

/** All that is known of one capture; frequencies, levels and times carry their unit in their name. */
export function documentOf(
  capture: Capture,
  record: PnmRecord,
  options: DocumentOptions,
  sha256: (bytes: Uint8Array) => string,
): Json {
  const { reading } = record;
  return {
    file: capture.path,
    size: capture.bytes.length,
    sha256: sha256(capture.bytes),
    kind: record.kind,
    title: record.title,
    capture_time: captureTime(record, capture.fileName),
    header: snakeCase(record.header),
    header_fields: describeHeader(record),
    reading: {
      layout: reading.layout,
      reason: reading.reason,
      confidence: reading.confidence,
      alternatives: reading.alternatives.map((alternative) => snakeCase(alternative)),
      ...(record.kind === "utsc" ? utscReading(record) : {}),
    },
    anomalies: record.anomalies,
    trailing_hex: Buffer.from(record.trailing).toString("hex"),
    axis_rule: reading.axisRule ?? null,
    level_reference: reading.levelReference ?? null,
    ...(options.data ? { data: dataOf(record, options.raw) } : {}),
  };
}

function captureTime(record: PnmRecord, fileName: string): Json | null {
  const unixS = captureUnixTimeS(record, fileName);
  return unixS === undefined ? null : { unix_s: unixS, utc: new Date(unixS * 1000).toISOString() };
}

/** What the reader of a UTSC file concluded, by the names of the options that override it. */
function utscReading(record: Extract<PnmRecord, { kind: "utsc" }>): Json {
  return {
    configuration_source: record.configurationSource,
    header_length: record.headerLength,
    format: record.outputFormat,
    sample_width: record.sampleWidth,
    bins: record.bins,
    frames: record.frames,
    endianness: record.endianness,
    center_hz: record.centerFrequencyHz ?? null,
    span_hz: record.spanHz ?? null,
    k_hundredths_db: record.kHundredthsDb ?? null,
    scale_db_per_count: record.dbPerCount,
    vendor_header_hex: Buffer.from(record.vendorHeader).toString("hex"),
  };
}

/** Keys as other programs of the field write them: `zeroFrequencyHz` becomes `zero_frequency_hz`. */
function snakeCase(source: object): Json {
  return Object.fromEntries(
    Object.entries(source).map(([key, value]) => [
      key.replace(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`),
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? snakeCase(value as object)
        : value,
    ]),
  );
}

function dataOf(record: PnmRecord, withRaw: boolean): Json {
  const { groupName, groups } = datasetOf(record);
  const rendered = groups.map(({ key, facts, columns }) => ({
    ...key,
    ...facts,
    ...Object.fromEntries(
      columns
        .filter((column) => withRaw || column.isRaw !== true)
        .map((column) => [column.name, jsonValues(column)]),
    ),
  }));
  return groupName === undefined ? (rendered[0] ?? {}) : { [groupName]: rendered };
}

/** NaN becomes null when it is written. */
function jsonValues(column: Column): unknown[] {
  if (!("iq" in column)) return Array.from(column.values, (value) => rounded(value, column.digits));
  return Array.from({ length: column.iq.length >> 1 }, (_, k) => [column.iq[2 * k], column.iq[2 * k + 1]]);
}
