// Type 6A, upstream triggered spectrum capture (UTSC).
//
// No published text gives the current file syntax; what is known comes from three sources:
//
//   early layout (DOCS-PNM-MIB of 2015): the common CMTS header, then u32 centre Hz, u32 span Hz, u16 bins,
//     u32 data length, bin amplitudes. 282 bytes of header unversioned, 284 in version 1, 291 in version 2.
//   E6000 (CommScope E6000 CER user guide R13.0): 328 bytes of header, at most 16 384 of data. 328 is the
//     common header of version 2 (277) and 51 bytes whose fields are in no available text.
//   samples (DOCS-PNM-MIB): 4 bytes for timeIQ, fftPower and fftIQ, 2 for rawAdc, fftAmplitude and fftDb.
//
// The reader therefore needs none of the 51 bytes: bins, format, centre and span may come from the capture's
// SNMP configuration as read back. `utsc/shape.ts` decides, `reading` says why.

import { describeFields, readFields, writeFields } from "../binary/fields.ts";
import type { Endianness } from "../binary/integers.ts";
import { HEX } from "../binary/mac.ts";
import { ByteReader } from "../binary/reader.ts";
import { ByteWriter } from "../binary/writer.ts";
import { cmtsFields, summarizeCmtsHeader } from "../cmts-header.ts";
import { describeHeaderFields, headerLengthOf, type PnmFile, startFile } from "../file.ts";
import type { UtscHints, UtscLayout, UtscOutputFormat } from "../hints.ts";
import { emptyPlot, frequencyPlotAxis, indexPlotAxis, type PlotSeries } from "../plot.ts";
import type { AlternativeReading, HeaderField, PnmHeader, PnmRecordBase } from "../record.ts";
import { takeTrailing } from "../sized-file.ts";
import { hashNumbers, summarizePreamble } from "../summary.ts";
import type { PlotOptions, PnmType } from "../type.ts";
import { findEndianness } from "../utsc/endianness.ts";
import { expectedUtscLength } from "../utsc/expected-length.ts";
import { readUtscSamples, UTSC_FORMATS, type UtscSamples, utscFormatOfCode } from "../utsc/formats.ts";
import { CAPTURE_FIELDS, EARLY_FIELDS, type EarlyFields, type UtscCaptureFields } from "../utsc/header.ts";
import type { UtscInput, UtscShape } from "../utsc/input.ts";
import { utscFrequencyAxisHz, utscLevelReference, utscLevelsDb } from "../utsc/levels.ts";
import { findShape } from "../utsc/shape.ts";

/** Common header; its fields are undefined where the bytes carry no magic. */
export interface UtscHeader extends PnmHeader {
  ifIndex: number | undefined;
  ccapId: string | undefined;
  rpdId: string | undefined;
  rpdPort: number | undefined;
}

export interface UtscRecord extends PnmRecordBase {
  kind: "utsc";
  layout: UtscLayout;
  header: UtscHeader;
  /** Samples begin here. */
  headerLength: number;
  /** Header bytes that are not the common header's, exactly as in the file; empty in the early layout. */
  vendorHeader: Uint8Array;
  /** The vendor bytes of a recognised 328-byte header. */
  capture: UtscCaptureFields | undefined;
  /** What the header of the early layout says. */
  early?: EarlyFields;
  /** Where bins, format, centre and span come from. */
  configurationSource: "header" | "hints" | "file size";
  outputFormat: UtscOutputFormat;
  /** Bins, or time samples, in one frame. */
  bins: number;
  centerFrequencyHz: number | undefined;
  spanHz: number | undefined;
  /** Calibration constant K in hundredths of a dB. */
  kHundredthsDb: number | undefined;
  /** Result sets in the file. */
  frames: number;
  sampleWidth: 2 | 4;
  endianness: Endianness;
  /** dB per count of `fftDb`. */
  dbPerCount: number;
  /** Raw integers, frames one after the other, I and Q interleaved in the complex formats. */
  samples: UtscSamples;
}

const TITLE = "Upstream triggered spectrum capture";
/** A form of which nobody says in which byte order its samples are. */
function inOtherByteOrder(
  { layout, outputFormat, bins, frames, alternatives }: UtscShape,
  endianness: Endianness,
): AlternativeReading[] {
  if (layout !== "e6000-328") return [];
  const other = endianness === "big" ? "little" : "big";
  const utsc: UtscHints = { layout, outputFormat, bins, resultsPerFile: frames, endianness: other };
  return [{ layout, reason: `the same samples ${other}-endian`, rank: alternatives.length + 2, utsc }];
}

/** Bytes of an unexplained header that the header table shows. */
const LONGEST_SHOWN = 512;

export const utsc: PnmType<UtscRecord> = {
  kind: "utsc",
  title: TITLE,
  decode(file) {
    const hints = file.hints.utsc ?? {};
    const { header, commonLength } = readCommonHeader(file);
    const input: UtscInput = { bytes: file.bytes, commonLength, hints, header };
    const shape = findShape(input);
    const anomalies = conflicts(shape, hints);
    if (shape.layout === "unknown") anomalies.push("no samples could be found: the arrangement is unknown");
    const { sampleWidth, store } = UTSC_FORMATS[shape.outputFormat];
    const length = shape.frames * shape.bins * sampleWidth;
    const order = findEndianness(
      file.bytes,
      shape.headerLength,
      length,
      store === "u32" ? "power32" : "integer16",
      hints.usualEndianness,
    );
    const endianness = hints.endianness ?? order.endianness;
    const trailing = takeTrailing(file, shape.headerLength + length, header, anomalies);
    const stored = shape.capture ?? shape.early;
    const inHeader = {
      centerFrequencyHz: stored?.centerFrequencyHz,
      spanHz: stored?.spanHz,
      kHundredthsDb: shape.capture?.kHundredthsDb,
    };
    const known = (key: keyof typeof inHeader) =>
      hints.overrides === true ? (hints[key] ?? inHeader[key]) : (inHeader[key] ?? hints[key]);
    return {
      kind: "utsc",
      title: TITLE,
      layout: shape.layout,
      header,
      headerLength: shape.headerLength,
      vendorHeader: file.bytes.subarray(
        shape.early === undefined ? commonLength : shape.headerLength,
        shape.headerLength,
      ),
      capture: shape.capture,
      ...(shape.early === undefined ? {} : { early: shape.early }),
      configurationSource: stored !== undefined ? "header" : hints.bins !== undefined ? "hints" : "file size",
      outputFormat: shape.outputFormat,
      bins: shape.bins,
      centerFrequencyHz: known("centerFrequencyHz"),
      spanHz: known("spanHz"),
      kHundredthsDb: known("kHundredthsDb"),
      frames: shape.frames,
      sampleWidth,
      endianness,
      dbPerCount: hints.dbPerCount ?? 0.01,
      samples: readUtscSamples(
        file.bytes,
        shape.headerLength,
        shape.frames * shape.bins,
        shape.outputFormat,
        endianness,
      ),
      reading: {
        layout: shape.layout,
        reason: reasonOf(shape, header, hints.endianness === undefined ? order.reason : "byte order given"),
        confidence: header.magic === "" ? "low" : shape.confidence,
        alternatives:
          hints.endianness === undefined
            ? [...shape.alternatives, ...inOtherByteOrder(shape, endianness)]
            : shape.alternatives,
      },
      anomalies,
      trailing,
    };
  },
  encode(record) {
    const { header } = record;
    const writer = header.magic === "" ? new ByteWriter() : startFile(header);
    if (header.magic !== "") writeFields(writer, cmtsFields(header), { ...header });
    if (record.layout === "common-header") {
      writeFields(writer, EARLY_FIELDS, {
        ...record,
        ...record.early,
        dataLengthBytes: record.samples.byteLength,
      });
    }
    writer.bytes(record.vendorHeader);
    writer.integers(record.samples, record.endianness);
    writer.bytes(record.trailing);
    return writer.finish();
  },
  expectedLength(file) {
    const commonLength = commonLengthOf(file);
    return expectedUtscLength({ bytes: file.bytes, commonLength, hints: file.hints.utsc ?? {}, header: {} });
  },
  describe: describeUtsc,
  plot: plotUtsc,
  summarize: (record, sha256) => ({
    kind: "utsc",
    header: { ...summarizePreamble(record.header), ...summarizeCmtsHeader(record.header) },
    layout: record.layout,
    header_length_bytes: record.headerLength,
    configuration_source: record.configurationSource,
    output_format: record.outputFormat,
    bins: record.bins,
    frames: record.frames,
    sample_width_bytes: record.sampleWidth,
    endianness: record.endianness,
    center_frequency_hz: record.centerFrequencyHz ?? null,
    span_hz: record.spanHz ?? null,
    k_hundredths_db: record.kHundredthsDb ?? null,
    first8: Array.from(record.samples.subarray(0, 8)),
    last8: Array.from(record.samples.subarray(-8)),
    sha256_raw_ints: hashNumbers(record.samples, sha256),
    ...summarizeUtscAxis(record),
  }),
};

function summarizeUtscAxis(record: UtscRecord): Record<string, unknown> {
  const axis = utscFrequencyAxisHz(record);
  if (axis === undefined) return {};
  const { firstHz, stepHz, count } = axis;
  return {
    frequency_hz_float: { first: firstHz, last: firstHz + (count - 1) * stepHz, step: stepHz, count },
  };
}

/** Length of the common header in this file, 0 where there is no magic to say so. */
function commonLengthOf(file: PnmFile): number {
  return file.preamble.magic === "" ? 0 : headerLengthOf(file.preamble, cmtsFields(file.preamble));
}

function readCommonHeader(file: PnmFile): { header: UtscHeader; commonLength: number } {
  const none = { ifIndex: undefined, ccapId: undefined, rpdId: undefined, rpdPort: undefined };
  const header: UtscHeader = { ...file.preamble, ...none };
  if (header.magic === "") return { header, commonLength: 0 };
  const reader = new ByteReader(file.bytes, file.bodyOffset);
  readFields(reader, cmtsFields(header), header as unknown as Record<string, string | number>);
  return { header, commonLength: reader.offset };
}

function reasonOf(shape: UtscShape, header: UtscHeader, byteOrder: string): string {
  const magic = header.magic === "" ? "no magic: name or configuration says what the file is; " : "";
  return shape.layout === "unknown" ? shape.reason : `${magic}${shape.reason}; ${byteOrder}`;
}

/** Where the header contradicts the configuration the capture was started with. */
function conflicts(shape: UtscShape, hints: UtscHints): string[] {
  const stored = shape.capture ?? shape.early;
  if (stored === undefined || Object.keys(hints).length === 0) return [];
  const format = shape.capture === undefined ? undefined : utscFormatOfCode(shape.capture.outputFormat);
  const pairs: [string, unknown, unknown][] = [
    ["centre frequency", stored.centerFrequencyHz, hints.centerFrequencyHz],
    ["span", stored.spanHz, hints.spanHz],
    ["number of bins", stored.bins, hints.bins],
    ["output format", format, hints.outputFormat],
    ["calibration constant", shape.capture?.kHundredthsDb, hints.kHundredthsDb],
  ];
  return pairs
    .filter(([, file, configured]) => file !== undefined && configured !== undefined && file !== configured)
    .map(
      ([name, file, configured]) =>
        `${name}: the header says ${file}, ${hints.overrides === true ? "the user" : "the configuration"} ${configured}`,
    );
}

function describeUtsc(record: UtscRecord): HeaderField[] {
  const { header, capture, vendorHeader } = record;
  const rows = header.magic === "" ? [] : describeHeaderFields(header, cmtsFields(header));
  const start = record.headerLength - vendorHeader.length;
  if (record.layout === "common-header") {
    const offset = headerLengthOf(header, cmtsFields(header));
    const source = { ...record, ...record.early, dataLengthBytes: record.samples.byteLength };
    return [...rows, ...describeFields(EARLY_FIELDS, source, offset)];
  }
  if (capture !== undefined && vendorHeader.length >= 51) {
    const offset = record.headerLength - 51;
    return [
      ...rows,
      ...describeFields(CAPTURE_FIELDS, capture as unknown as Record<string, unknown>, offset),
    ];
  }
  if (vendorHeader.length === 0) return rows;
  const length = Math.min(vendorHeader.length, LONGEST_SHOWN);
  const hex = Array.from(vendorHeader.subarray(0, length), (byte) => HEX[byte]!).join("");
  return [...rows, { name: "Vendor header, not explained", value: hex, offset: start, length }];
}

function plotUtsc(record: UtscRecord, options: PlotOptions = {}): PlotSeries {
  const frame = options.frame ?? 0;
  const { bins, outputFormat } = record;
  if (outputFormat === "timeIQ" || outputFormat === "rawAdc") {
    const { integersPerBin } = UTSC_FORMATS[outputFormat];
    const first = frame * bins * integersPerBin;
    const part = (k: number) =>
      Float32Array.from(
        { length: bins },
        (_, i) => record.samples[first + i * integersPerBin + k] ?? Number.NaN,
      );
    const rateHz = record.capture?.sampleRateHz ?? 0;
    const x =
      rateHz > 0 ? indexPlotAxis("Time", "s", bins, 0, 1 / rateHz) : indexPlotAxis("Sample", "", bins);
    const names = integersPerBin === 2 ? ["I", "Q"] : ["ADC"];
    return {
      title: TITLE,
      style: "line",
      x,
      series: names.map((name, k) => ({ name, unit: "counts", values: part(k) })),
      excluded: [],
    };
  }
  if (record.frames === 0) return emptyPlot(TITLE);
  const axis = utscFrequencyAxisHz(record);
  return {
    title: TITLE,
    style: "line",
    x: axis === undefined ? indexPlotAxis("Bin", "", bins) : frequencyPlotAxis(axis),
    series: [{ name: "Level", unit: utscLevelReference(record).unit, values: utscLevelsDb(record, frame) }],
    excluded: [],
  };
}
