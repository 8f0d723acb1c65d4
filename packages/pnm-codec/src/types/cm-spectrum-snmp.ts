// Modem spectrum analysis as an SNMP value (DOCS-IF3-MIB, docsIf3CmSpectrumAnalysisMeasAmplitudeData), one or
// several rows put together. No magic: groups of
//
//   offset  size  field
//   0       4     centre, Hz
//   4       4     span, Hz
//   8       4     number of bins N
//   12      4     bin spacing, Hz
//   16      4     resolution bandwidth, Hz; many devices put 1
//   20      2N    signed hundredths of a dBmV
//
// Devices step from centre - span/2 by span/N. The MIB text says span/(N-1), with bins on both band edges;
// the stored spacing is used either way, and `axisRule` names which of the two it follows.

import { u32, writeFields } from "../binary/fields.ts";
import { readInt16s } from "../binary/integers.ts";
import { ByteReader } from "../binary/reader.ts";
import { ByteWriter } from "../binary/writer.ts";
import { PnmDecodeError } from "../errors.ts";
import type { PnmFile } from "../file.ts";
import { hundredthsToDb, summarizeHundredths } from "../hundredths.ts";
import type { HeaderField, PnmHeader, PnmRecordBase } from "../record.ts";
import { hashNumbers } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface CmSpectrumGroup {
  centerFrequencyHz: number;
  spanHz: number;
  bins: number;
  binSpacingHz: number;
  resolutionBwHz: number;
  /** `fft`: spacing span/N; `edge`: span/(N-1). */
  axisRule: "fft" | "edge";
  hundredthsDbmv: Int16Array;
}

export interface CmSpectrumSnmpRecord extends PnmRecordBase {
  kind: "cm-spectrum-snmp";
  layout: "amplitude-data";
  header: PnmHeader;
  groups: CmSpectrumGroup[];
  /** `relative` for a CMTS's value, where `hints.levelReference` said so. */
  levelReference?: "dBmV" | "relative" | undefined;
}

const TITLE = "Modem spectrum analysis over SNMP";
const GROUP_HEADER_LENGTH = 20;
/** 4 GHz in segments of 1 MHz, the shortest DOCS-IF3-MIB allows. */
const MAX_GROUPS = 4096;

const FIELDS = [
  u32("centerFrequencyHz", "Centre frequency", "Hz"),
  u32("spanHz", "Span", "Hz"),
  u32("bins", "Number of bins"),
  u32("binSpacingHz", "Bin spacing", "Hz"),
  u32("resolutionBwHz", "Resolution bandwidth", "Hz"),
] as const;

type GroupHeader = Omit<CmSpectrumGroup, "hundredthsDbmv" | "axisRule">;

export const cmSpectrumSnmp: PnmType<CmSpectrumSnmpRecord> = {
  kind: "cm-spectrum-snmp",
  title: TITLE,
  decode(file) {
    const groups = readGroups(file);
    const anomalies = groups.some(({ resolutionBwHz }) => resolutionBwHz <= 1)
      ? ["the resolution bandwidth is a dummy"]
      : [];
    const even = groups.every((group) => group.bins === groups[0]!.bins);
    if (!even) anomalies.push("the groups differ in their number of bins");
    return {
      kind: "cm-spectrum-snmp",
      title: TITLE,
      layout: "amplitude-data",
      header: file.preamble,
      groups,
      levelReference: file.hints.levelReference ?? "dBmV",
      reading: {
        layout: "amplitude-data",
        reason: `no magic; ${groups.length} groups of plausible centre, span and spacing fill the bytes exactly`,
        confidence: groups.length > 1 ? "high" : "medium",
        alternatives: [],
      },
      anomalies,
      trailing: file.bytes.subarray(file.bytes.length),
    };
  },
  encode(record) {
    const writer = new ByteWriter();
    for (const group of record.groups) {
      writeFields(writer, FIELDS, { ...group, bins: group.hundredthsDbmv.length });
      writer.integers(group.hundredthsDbmv);
    }
    writer.bytes(record.trailing);
    return writer.finish();
  },
  // The number of rows is known to the SNMP walk only.
  expectedLength: () => undefined,
  describe(record) {
    const rows: HeaderField[] = [];
    let offset = 0;
    for (const [index, group] of record.groups.entries()) {
      for (const [i, field] of FIELDS.entries()) {
        rows.push({
          name: `${field.label}, group ${index + 1}`,
          value: group[field.key],
          ...(field.unit === undefined ? {} : { unit: field.unit }),
          offset: offset + 4 * i,
          length: 4,
        });
      }
      offset += GROUP_HEADER_LENGTH + 2 * group.hundredthsDbmv.length;
    }
    return rows;
  },
  plot: (record) => ({
    title: TITLE,
    style: "line",
    x: { kind: "values", label: "Frequency", unit: "Hz", values: cmSpectrumSnmpFrequenciesHz(record) },
    series: [
      {
        name: "Level",
        unit: record.levelReference === "relative" ? "dB" : "dBmV",
        values: cmSpectrumSnmpLevelsDbmv(record),
      },
    ],
    excluded: [],
  }),
  summarize(record, sha256) {
    const raw = concatenate(record);
    const frequencies = cmSpectrumSnmpFrequenciesHz(record);
    const { bins, peak } = summarizeHundredths(raw, sha256);
    const numbers = (group: CmSpectrumGroup) => FIELDS.map(({ key }) => group[key]);
    return {
      kind: "spectrum_analysis_snmp_octets",
      groups: record.groups.length,
      first_group: numbers(record.groups[0]!),
      last_group: numbers(record.groups.at(-1)!),
      bins,
      frequency_hz: {
        first: frequencies[0],
        last: frequencies.at(-1),
        count: frequencies.length,
        sha256: hashNumbers(frequencies, sha256),
      },
      peak: { ...peak, frequency_hz: frequencies[peak.index] },
    };
  },
};

/** Whether bytes without a magic begin like amplitude data. */
export function looksLikeAmplitudeData(bytes: Uint8Array): boolean {
  if (bytes.length < GROUP_HEADER_LENGTH) return false;
  return isPlausible(readGroupHeader(new ByteReader(bytes)));
}

/** Frequency of every bin of every group: `centre - floor(span/2) + i * spacing`. */
export function cmSpectrumSnmpFrequenciesHz(record: CmSpectrumSnmpRecord): Float64Array {
  const frequencies = new Float64Array(countBins(record));
  let k = 0;
  for (const group of record.groups) {
    const first = group.centerFrequencyHz - Math.floor(group.spanHz / 2);
    for (let i = 0; i < group.hundredthsDbmv.length; i++) frequencies[k++] = first + i * group.binSpacingHz;
  }
  return frequencies;
}

/** Levels of all groups, one after the other, in dBmV, or in dB where the record is relative. */
export function cmSpectrumSnmpLevelsDbmv(
  record: CmSpectrumSnmpRecord,
  out: Float32Array = new Float32Array(countBins(record)),
): Float32Array {
  let first = 0;
  for (const { hundredthsDbmv } of record.groups) {
    hundredthsToDb(hundredthsDbmv, out, first);
    first += hundredthsDbmv.length;
  }
  return out;
}

function readGroups(file: PnmFile): CmSpectrumGroup[] {
  const { bytes } = file;
  const groups: CmSpectrumGroup[] = [];
  // Groups have an even length, so that one swap of the whole value serves them all.
  const words = readInt16s(bytes, 0, bytes.length >> 1);
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) {
    const start = reader.offset;
    const needed = GROUP_HEADER_LENGTH;
    if (reader.remaining < needed) throw cut(bytes, start, needed);
    const header = readGroupHeader(reader);
    if (!isPlausible(header)) {
      throw new PnmDecodeError("BAD_VALUE", `group ${groups.length + 1} at ${start} is not plausible`, {
        offset: start,
        expected: "1 to 2048 bins, centre from 1 MHz to 4 GHz, bins times spacing equal to the span",
        found: `${header.bins} bins, centre ${header.centerFrequencyHz} Hz, span ${header.spanHz} Hz`,
        header: { ...header },
      });
    }
    if (groups.length === MAX_GROUPS) {
      throw new PnmDecodeError("BAD_COUNT", `more than ${MAX_GROUPS} groups are impossible in one value`, {
        offset: start,
        expected: `at most ${start} bytes`,
        found: `${bytes.length} bytes`,
      });
    }
    if (reader.remaining < 2 * header.bins) throw cut(bytes, start, needed + 2 * header.bins);
    const first = reader.offset >> 1;
    groups.push({
      ...header,
      axisRule: axisRuleOf(header),
      hundredthsDbmv: words.subarray(first, first + header.bins),
    });
    reader.offset += 2 * header.bins;
  }
  return groups;
}

function readGroupHeader(reader: ByteReader): GroupHeader {
  return {
    centerFrequencyHz: reader.u32(),
    spanHz: reader.u32(),
    bins: reader.u32(),
    binSpacingHz: reader.u32(),
    resolutionBwHz: reader.u32(),
  };
}

function isPlausible({ centerFrequencyHz, spanHz, bins, binSpacingHz }: GroupHeader): boolean {
  return (
    bins >= 1 &&
    bins <= 2048 &&
    centerFrequencyHz >= 1_000_000 &&
    centerFrequencyHz <= 4_000_000_000 &&
    binSpacingHz > 0 &&
    Math.abs(bins * binSpacingHz - spanHz) <= binSpacingHz
  );
}

function axisRuleOf({ spanHz, bins, binSpacingHz }: GroupHeader): "fft" | "edge" {
  const asFft = Math.abs(bins * binSpacingHz - spanHz);
  return Math.abs((bins - 1) * binSpacingHz - spanHz) < asFft ? "edge" : "fft";
}

function cut(bytes: Uint8Array, start: number, needed: number): PnmDecodeError {
  return new PnmDecodeError(
    "TRUNCATED",
    `the group at ${start} needs ${needed} bytes, ${bytes.length - start} are left`,
    {
      offset: start,
      expected: `${start + needed} bytes`,
      found: `${bytes.length} bytes`,
    },
  );
}

function concatenate(record: CmSpectrumSnmpRecord): Int16Array {
  const all = new Int16Array(countBins(record));
  let k = 0;
  for (const { hundredthsDbmv } of record.groups) {
    all.set(hundredthsDbmv, k);
    k += hundredthsDbmv.length;
  }
  return all;
}

function countBins(record: CmSpectrumSnmpRecord): number {
  return record.groups.reduce((sum, group) => sum + group.hundredthsDbmv.length, 0);
}
