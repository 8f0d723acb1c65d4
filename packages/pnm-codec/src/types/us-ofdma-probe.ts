// Type 66, upstream OFDMA active and quiet probe. DOCS-PNM-MIB of 2015 (docsPnmCmtsUsOfdmaAQProbeFileName)
// prints, behind the common CMTS header:
//
//   size  field
//   4     frequency of subcarrier 0, Hz
//   1     subcarrier spacing, kHz
//   4     length E of the excluded subcarrier data, bytes
//   E     excluded subcarrier data
//   4     data length, bytes
//   4n    complex int16
//
// The CommScope E6000 CER user guide R13.0 gives headers of 571 bytes (50 kHz) and 827 (25 kHz): the common
// header of version 2, 38 bytes of which only the last four are certain, and a map of one bit per subcarrier
// of a 2048- or 4096-point FFT. Its payload is therefore found from the end: the bytes that are preceded by
// their own u32 length. 2 symbols are a quiet, 8 an active probe there.

import { type Field, readFields, sizeOf, u8, u32, writeFields } from "../binary/fields.ts";
import { ByteReader } from "../binary/reader.ts";
import {
  type CmtsHeader,
  cmtsFields,
  cmtsLayouts,
  fieldsNamed,
  orderedFor,
  summarizeCmtsHeader,
} from "../cmts-header.ts";
import { complexPart, readComplex } from "../complex.ts";
import { PnmDecodeError } from "../errors.ts";
import { bodyReader, describeHeaderFields, headerLengthOf, type PnmFile, startFile } from "../file.ts";
import { indexPlotAxis } from "../plot.ts";
import type { HeaderField, PnmRecordBase } from "../record.ts";
import { checkSampleSize, type Layout, takeTrailing } from "../sized-file.ts";
import { hashNumbers, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface UsOfdmaProbeHeader extends CmtsHeader {
  /** Only in the arrangement of 2015, as the next two. */
  zeroFrequencyHz: number | undefined;
  subcarrierSpacingKhz: number | undefined;
  excludedLengthBytes: number | undefined;
}

export interface UsOfdmaProbeRecord extends PnmRecordBase {
  kind: "us-ofdma-probe";
  layout: "mib-2015" | "by-length";
  header: UsOfdmaProbeHeader;
  /** Which common header was read; a version 1 file may carry the longer one. */
  commonHeader: "version-1" | "version-2";
  /** Excluded subcarrier data, or everything between the common header and the data length, as stored. */
  excluded: Uint8Array;
  /** FFT size if the number of samples tells it. */
  fftSize: 2048 | 4096 | undefined;
  symbols: number;
  /** Raw samples, I and Q interleaved. */
  samples: Int16Array;
}

const TITLE = "US OFDMA active/quiet probe";
/** Further than this no header is known to reach: 827 bytes and room for 256 more. */
const LONGEST_HEADER = 1083;
/** One symbol of the smaller FFT: shorter matches would be chance. */
const SHORTEST_PAYLOAD = 4 * 2048;
/** 16 symbols of the larger FFT. */
const MAX_PAYLOAD = 4 * 4096 * 16;
const E6000_HEADERS = [571, 827];
/** FFT size by the bytes of 2 or 8 symbols, a quiet or an active probe; no two are alike. */
const FFT_SIZES: ReadonlyMap<number, 2048 | 4096> = new Map([
  [4 * 2048 * 2, 2048],
  [4 * 4096 * 2, 4096],
  [4 * 2048 * 8, 2048],
  [4 * 4096 * 8, 4096],
]);

const MIB_2015: readonly Field<keyof UsOfdmaProbeHeader>[] = [
  u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
  u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
  u32("excludedLengthBytes", "Excluded subcarrier data length", "bytes"),
];
const NOT_STORED = {
  zeroFrequencyHz: undefined,
  subcarrierSpacingKhz: undefined,
  excludedLengthBytes: undefined,
};

type CommonName = UsOfdmaProbeRecord["commonHeader"];
type CommonLayout = Layout<UsOfdmaProbeHeader, CommonName>;

const COMMON = cmtsLayouts<UsOfdmaProbeHeader, CommonName>("", [], NOT_STORED);

const commonFieldsOf = ({ commonHeader }: UsOfdmaProbeRecord) => fieldsNamed(COMMON, commonHeader);

/** Where the parts of a file lie. */
interface Parts {
  layout: UsOfdmaProbeRecord["layout"];
  common: CommonLayout;
  excludedOffset: number;
  /** Of the samples; their u32 length stands in front. */
  dataOffset: number;
  dataLength: number;
}

export const usOfdmaProbe: PnmType<UsOfdmaProbeRecord> = {
  kind: "us-ofdma-probe",
  title: TITLE,
  decode(file) {
    const parts = findParts(file);
    const header = readHeader(file, parts);
    checkSampleSize(parts.dataLength, 4, parts.dataOffset - 4, header);
    const anomalies: string[] = [];
    const end = parts.dataOffset + parts.dataLength;
    const fftSize = fftSizeOf(parts, file.bytes);
    if (parts.layout === "by-length")
      anomalies.push("fields between common header and data are not explained");
    return {
      kind: "us-ofdma-probe",
      title: TITLE,
      layout: parts.layout,
      header,
      commonHeader: parts.common.name,
      excluded: file.bytes.subarray(parts.excludedOffset, parts.dataOffset - 4),
      fftSize,
      symbols: fftSize === undefined ? 1 : parts.dataLength / (4 * fftSize),
      samples: readComplex(file.bytes.subarray(parts.dataOffset, end)),
      reading: {
        layout: parts.layout,
        reason:
          parts.layout === "mib-2015"
            ? "both lengths of the 2015 arrangement fit"
            : `the word at ${parts.dataOffset - 4} is the length of the samples`,
        confidence: parts.layout === "mib-2015" ? "high" : "medium",
        alternatives: [],
      },
      trailing: takeTrailing(file, end, header, anomalies),
      anomalies,
    };
  },
  encode(record) {
    const { header } = record;
    const writer = startFile(header);
    writeFields(writer, commonFieldsOf(record), { ...header });
    if (record.layout === "mib-2015") {
      writeFields(writer, MIB_2015, { ...header, excludedLengthBytes: record.excluded.length });
    }
    writer.bytes(record.excluded);
    writer.unsigned("dataLength", record.samples.byteLength, 4);
    writer.integers(record.samples);
    writer.bytes(record.trailing);
    return writer.finish();
  },
  expectedLength(file) {
    for (const common of orderedFor(file.preamble, COMMON)) {
      const parts = mib2015Parts(file, common);
      if (parts !== undefined) return parts.dataOffset + parts.dataLength;
    }
    const parts = e6000Parts(file);
    return parts === undefined ? undefined : parts.dataOffset + parts.dataLength;
  },
  describe(record) {
    const { header, excluded } = record;
    const own = record.layout === "mib-2015" ? MIB_2015 : [];
    const fields = [...commonFieldsOf(record), ...own];
    const rows: HeaderField[] = describeHeaderFields(header, fields);
    const start = headerLengthOf(header, fields);
    const name = record.layout === "mib-2015" ? "Excluded subcarrier data" : "Header fields, not explained";
    const hex = Array.from(excluded, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (excluded.length > 0) rows.push({ name, value: hex, offset: start, length: excluded.length });
    const offset = start + excluded.length;
    rows.push({ name: "Data length", value: record.samples.byteLength, unit: "bytes", offset, length: 4 });
    return rows;
  },
  plot: (record) => ({
    title: TITLE,
    style: "line",
    x: indexPlotAxis("Sample", "", record.samples.length / 2),
    series: (["I", "Q"] as const).map((name, part) => ({
      name,
      unit: "counts",
      values: complexPart(record.samples, 0, part as 0 | 1),
    })),
    excluded: [],
  }),
  summarize: (record, sha256) => ({
    kind: "us_ofdma_probe",
    header: {
      ...summarizePreamble(record.header),
      ...summarizeCmtsHeader(record.header),
      ...(record.layout === "mib-2015"
        ? {
            subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
            subcarrier_spacing_hz: record.header.subcarrierSpacingKhz! * 1000,
            excluded_length_bytes: record.excluded.length,
          }
        : {}),
      data_length_bytes: record.samples.byteLength,
    },
    layout: record.layout,
    fft_size: record.fftSize ?? null,
    symbols: record.symbols,
    samples: record.samples.length / 2,
    sha256_raw_ints: hashNumbers(record.samples, sha256),
  }),
};

/** @throws PnmDecodeError TOO_SHORT, TRUNCATED, AMBIGUOUS */
function findParts(file: PnmFile): Parts {
  const old = orderedFor(file.preamble, COMMON).flatMap((common) => mib2015Parts(file, common) ?? []);
  const exact = old.find(({ dataOffset, dataLength }) => dataOffset + dataLength === file.bytes.length);
  const found = exact ?? partsFromEnd(file);
  if (found !== undefined) return found;
  const header: Record<string, string | number> = {};
  readFields(bodyReader(file), cmtsFields(file.preamble), header);
  const candidate = old[0] ?? e6000Parts(file);
  if (candidate !== undefined) {
    const expected = candidate.dataOffset + candidate.dataLength;
    if (expected <= file.bytes.length) return candidate;
    throw new PnmDecodeError("TRUNCATED", "the header promises more samples than the file holds", {
      offset: candidate.dataOffset,
      expected: `${expected} bytes`,
      found: `${file.bytes.length} bytes`,
      header,
    });
  }
  throw new PnmDecodeError("AMBIGUOUS", "no length in front of the samples fits the file", {
    offset: headerLengthOf(file.preamble, cmtsFields(file.preamble)),
    expected: "a u32 equal to the number of bytes that follow it",
    found: `${file.bytes.length} bytes`,
    header,
  });
}

/** The arrangement of 2015 if its fields are possible, whether or not the samples are all there. */
function mib2015Parts(file: PnmFile, common: CommonLayout): Parts | undefined {
  const reader = bodyReader(file);
  const start = sizeOf(common.fields);
  if (reader.remaining < start + sizeOf(MIB_2015)) return undefined;
  reader.offset += start;
  const header: Record<string, string | number> = {};
  readFields(reader, MIB_2015, header);
  const { subcarrierSpacingKhz, excludedLengthBytes } = header as Record<string, number>;
  if (subcarrierSpacingKhz !== 25 && subcarrierSpacingKhz !== 50) return undefined;
  if (excludedLengthBytes! > 4096 || reader.remaining < excludedLengthBytes! + 4) return undefined;
  const excludedOffset = reader.offset;
  reader.offset += excludedLengthBytes!;
  const dataLength = reader.u32();
  if (dataLength === 0 || dataLength % 4 !== 0 || dataLength > 4 * 65_536) return undefined;
  return { layout: "mib-2015", common, excludedOffset, dataOffset: reader.offset, dataLength };
}

/** A header of a known length whose last word is a whole number of symbols of its FFT. */
function e6000Parts(file: PnmFile): Parts | undefined {
  const { bytes } = file;
  const common = orderedFor(file.preamble, COMMON)[0]!;
  const excludedOffset = file.bodyOffset + sizeOf(common.fields);
  const reader = new ByteReader(bytes);
  for (const dataOffset of E6000_HEADERS) {
    if (bytes.length < dataOffset) return undefined;
    reader.offset = dataOffset - 4;
    const dataLength = reader.u32();
    const isWhole = dataLength % (4 * (dataOffset === 571 ? 2048 : 4096)) === 0;
    if (isWhole && dataLength > 0 && dataLength <= MAX_PAYLOAD) {
      return { layout: "by-length", common, excludedOffset, dataOffset, dataLength };
    }
  }
  return undefined;
}

/** The first word behind the common header that equals the number of bytes after it. */
function partsFromEnd(file: PnmFile): Parts | undefined {
  const { bytes } = file;
  const common = orderedFor(file.preamble, COMMON)[0]!;
  const start = file.bodyOffset + sizeOf(common.fields);
  const reader = new ByteReader(bytes);
  for (let at = start; at + 8 <= bytes.length && at + 4 <= LONGEST_HEADER; at++) {
    reader.offset = at;
    const length = reader.u32();
    const isPossible = length >= SHORTEST_PAYLOAD && length <= MAX_PAYLOAD && length % 4 === 0;
    if (isPossible && length === bytes.length - at - 4) {
      return { layout: "by-length", common, excludedOffset: start, dataOffset: at + 4, dataLength: length };
    }
  }
  return undefined;
}

function readHeader(file: PnmFile, { layout, common }: Parts): UsOfdmaProbeHeader {
  const header = { ...file.preamble, ...common.absent };
  const fields = layout === "mib-2015" ? [...common.fields, ...MIB_2015] : common.fields;
  readFields(bodyReader(file), fields, header as unknown as Record<string, string | number>);
  return header as unknown as UsOfdmaProbeHeader;
}

/** 2048 subcarriers of 50 kHz or 4096 of 25 kHz, by spacing, length of the exclusion map, or length of the data. */
function fftSizeOf(parts: Parts, bytes: Uint8Array): 2048 | 4096 | undefined {
  const spacingKhz = parts.layout === "mib-2015" ? bytes[parts.excludedOffset - 5] : undefined;
  const is4096 = spacingKhz === 25 || parts.dataOffset === 827;
  const is2048 = spacingKhz === 50 || parts.dataOffset === 571;
  const size = is4096 ? 4096 : is2048 ? 2048 : FFT_SIZES.get(parts.dataLength);
  return size !== undefined && parts.dataLength % (4 * size) === 0 ? size : undefined;
}
