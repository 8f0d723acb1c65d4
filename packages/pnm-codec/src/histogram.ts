// Body shared by downstream (05) and upstream (68) histograms: u32 length D, u32 dwell counts, u32 length H,
// u32 hit counts. DOCS-PNM-MIB allows 1 to 4096 counts; one dwell count stands for all bins.

import { type Field, readFields, sizeOf, writeFields } from "./binary/fields.ts";
import { readUint32s } from "./binary/integers.ts";
import type { ByteWriter } from "./binary/writer.ts";
import { hasWallClock } from "./capture-time.ts";
import { PnmDecodeError } from "./errors.ts";
import { bodyReader, type PnmFile, startFile } from "./file.ts";
import type { PlotSeries } from "./plot.ts";
import type { HeaderField, PnmHeader, Reading } from "./record.ts";
import { type Layout, takeTrailing } from "./sized-file.ts";
import { hashNumbers, round9 } from "./summary.ts";
import type { Sha256 } from "./type.ts";

export interface HistogramCounts {
  dwellCounts: Uint32Array;
  /** From far negative to far positive ADC values. */
  hitCounts: Uint32Array;
}

export interface HistogramFile<Header, Name extends string> extends HistogramCounts {
  layout: Layout<Header, Name>;
  header: Header;
  reading: Reading;
  anomalies: string[];
  trailing: Uint8Array;
}

const MAX_LENGTH = 4 * 4096;

interface Walk {
  dwellLength: number;
  hitLength: number;
  /** Where the hit counts end, when the file is long enough to say. */
  end: number;
}

/**
 * Reads a histogram in the layout whose two lengths end exactly at the end of the file, else in the first one
 * whose lengths are possible.
 *
 * @throws PnmDecodeError TOO_SHORT, TRUNCATED, BAD_LENGTH, BAD_COUNT, OVERLONG unless `hints.tolerant`
 */
export function readHistogram<Header extends PnmHeader, Name extends string>(
  file: PnmFile,
  layouts: readonly Layout<Header, Name>[],
): HistogramFile<Header, Name> {
  const { layout, isExact } = chooseLayout(file, layouts);
  const anomalies: string[] = [];

  const reader = bodyReader(file);
  const header = { ...file.preamble, ...layout.absent };
  readFields(reader, layout.fields, header as unknown as Record<string, string | number>);
  const counts = (what: string) => {
    const offset = reader.offset;
    const length = reader.u32();
    checkLength(length, what, offset, header);
    if (length > reader.remaining) throw truncated(file, reader.offset, length, what, header);
    const values = readUint32s(file.bytes, reader.offset, length / 4);
    reader.offset += length;
    return values;
  };
  const dwellCounts = counts("dwell counts");
  const hitCounts = counts("hit counts");
  if (hitCounts.length !== 255 && hitCounts.length !== 256)
    anomalies.push(`${hitCounts.length} bins, not 255 or 256`);
  if (dwellCounts.length !== 1 && dwellCounts.length !== hitCounts.length) {
    anomalies.push(`${dwellCounts.length} dwell counts for ${hitCounts.length} bins`);
  }
  const trailing = takeTrailing(file, reader.offset, header, anomalies);
  return {
    layout,
    header: header as unknown as Header,
    dwellCounts,
    hitCounts,
    reading: {
      layout: layout.name,
      reason: isExact ? "both lengths end exactly at the end of the file" : "the lengths are possible",
      confidence: isExact ? "high" : "medium",
      alternatives: [],
    },
    anomalies,
    trailing,
  };
}

/** Total length once the hit length can be read. */
export function expectedHistogramLength<Header>(
  file: PnmFile,
  layouts: readonly Layout<Header>[],
): number | undefined {
  for (const layout of layouts) {
    const walk = walkLengths(file, layout);
    if (walk !== undefined && walk.end > 0) return walk.end;
    // This layout is still possible: a longer prefix decides.
    if (walk !== undefined) return undefined;
  }
  return undefined;
}

export function writeHistogram(
  header: PnmHeader,
  fields: readonly Field[],
  counts: HistogramCounts,
  trailing: Uint8Array,
): Uint8Array {
  const writer = startFile(header, counts.dwellCounts.byteLength + counts.hitCounts.byteLength);
  writeFields(writer, fields, { ...header });
  writeCounts(writer, counts.dwellCounts);
  writeCounts(writer, counts.hitCounts);
  writer.bytes(trailing);
  return writer.finish();
}

/** Rows for the two length fields. */
export function describeHistogramLengths(counts: HistogramCounts, offset: number): HeaderField[] {
  const { dwellCounts, hitCounts } = counts;
  const row = (name: string, value: number, at: number) => ({
    name,
    value,
    unit: "bytes",
    offset: at,
    length: 4,
  });
  return [
    row("Dwell counts length", dwellCounts.byteLength, offset),
    row("Hit counts length", hitCounts.byteLength, offset + 4 + dwellCounts.byteLength),
  ];
}

/**
 * Bin centres relative to full scale: `(i - (N-1)/2) / (N/2)`. With odd symmetry in 256 bins, bin 0 is not
 * used and the centres are the integers of an 8-bit converter (DOCS-PNM-MIB, docsPnmCmDsHistSymmetry).
 */
export function histogramBinCenters(bins: number, isOddIn256 = false): Float64Array {
  const middle = isOddIn256 ? bins / 2 : (bins - 1) / 2;
  return Float64Array.from({ length: bins }, (_, i) => (i - middle) / (bins / 2));
}

/** Share of all hits per bin: normalised by the hits, because devices count dwell differently. */
export function histogramShares(
  hitCounts: Uint32Array,
  out: Float64Array = new Float64Array(hitCounts.length),
): Float64Array {
  let sum = 0;
  for (let i = 0; i < hitCounts.length; i++) sum += hitCounts[i]!;
  for (let i = 0; i < hitCounts.length; i++) out[i] = sum > 0 ? hitCounts[i]! / sum : 0;
  return out;
}

export function plotHistogram(title: string, counts: HistogramCounts, isOddSymmetry: boolean): PlotSeries {
  const isOddIn256 = isOddSymmetry && counts.hitCounts.length === 256;
  const centers = histogramBinCenters(counts.hitCounts.length, isOddIn256);
  return {
    title,
    style: "bars",
    x: { kind: "values", label: "ADC value", unit: "of full scale", values: centers },
    series: [{ name: "Share of hits", unit: "", values: histogramShares(counts.hitCounts) }],
    excluded: isOddIn256
      ? [{ from: centers[0]!, to: centers[0]!, reason: "not used with odd symmetry" }]
      : [],
  };
}

export function summarizeHistogram(
  { dwellCounts, hitCounts }: HistogramCounts,
  sha256: Sha256,
): Record<string, unknown> {
  let sum = 0;
  let weighted = 0;
  let maxBin = 0;
  let first: number | null = null;
  let last: number | null = null;
  for (let i = 0; i < hitCounts.length; i++) {
    const hits = hitCounts[i]!;
    sum += hits;
    weighted += hits * i;
    if (hits > hitCounts[maxBin]!) maxBin = i;
    if (hits > 0) {
      first ??= i;
      last = i;
    }
  }
  return {
    dwell_counts: [...dwellCounts],
    dwell_count_values: dwellCounts.length,
    hit_count_values: hitCounts.length,
    hit_sum: sum,
    hit_max: hitCounts[maxBin],
    hit_max_bin: maxBin,
    first_nonzero_bin: first,
    last_nonzero_bin: last,
    mean_bin: sum === 0 ? null : round9(weighted / sum),
    sha256_hit_ints: hashNumbers(hitCounts, sha256),
  };
}

/**
 * The first layout that ends exactly with the file and whose fields are likely: the header of 2015 behind a
 * short common header is as long as today's behind a long one.
 */
function chooseLayout<Header, Name extends string>(
  file: PnmFile,
  layouts: readonly Layout<Header, Name>[],
): { layout: Layout<Header, Name>; isExact: boolean } {
  let exact: Layout<Header, Name> | undefined;
  let possible: Layout<Header, Name> | undefined;
  for (const layout of layouts) {
    const walk = walkLengths(file, layout);
    if (walk === undefined) continue;
    possible ??= layout;
    if (walk.end !== file.bytes.length) continue;
    exact ??= layout;
    if (isLikely(file, layout)) return { layout, isExact: true };
  }
  return { layout: exact ?? possible ?? layouts[0]!, isExact: exact !== undefined };
}

/** Whether a symmetry is a TruthValue, and start and end are times of day. */
function isLikely<Header>(file: PnmFile, layout: Layout<Header>): boolean {
  const end = file.bodyOffset + sizeOf(layout.fields);
  if (layout.fields.at(-1)?.key === "symmetry") return file.bytes[end - 1] === 1 || file.bytes[end - 1] === 2;
  const reader = bodyReader(file);
  reader.offset = end - 8;
  return hasWallClock(reader.u32()) && hasWallClock(reader.u32());
}

/** The two lengths as this layout would read them; undefined where they are impossible. */
function walkLengths<Header>(file: PnmFile, layout: Layout<Header>): Walk | undefined {
  const reader = bodyReader(file);
  const headerLength = sizeOf(layout.fields);
  const open = { dwellLength: 0, hitLength: 0, end: 0 };
  if (reader.remaining < headerLength + 4) return open;
  reader.offset += headerLength;
  const dwellLength = reader.u32();
  if (!isPossible(dwellLength)) return undefined;
  if (reader.remaining < dwellLength + 4) return { ...open, dwellLength };
  reader.offset += dwellLength;
  const hitLength = reader.u32();
  return isPossible(hitLength) ? { dwellLength, hitLength, end: reader.offset + hitLength } : undefined;
}

function isPossible(length: number): boolean {
  return length > 0 && length % 4 === 0 && length <= MAX_LENGTH;
}

function checkLength(length: number, what: string, offset: number, header: object): void {
  const details = { offset, found: String(length), header: header as Record<string, unknown> };
  if (length === 0 || length > MAX_LENGTH) {
    throw new PnmDecodeError("BAD_COUNT", `${length} bytes of ${what} are impossible`, {
      ...details,
      expected: `4 to ${MAX_LENGTH} bytes`,
    });
  }
  if (length % 4 !== 0) {
    throw new PnmDecodeError("BAD_LENGTH", `the length of the ${what} is no multiple of 4`, {
      ...details,
      expected: "a multiple of 4",
    });
  }
}

function truncated(
  file: PnmFile,
  offset: number,
  length: number,
  what: string,
  header: object,
): PnmDecodeError {
  return new PnmDecodeError("TRUNCATED", `${length} bytes of ${what} must follow, the file ends before`, {
    offset,
    expected: `at least ${offset + length} bytes`,
    found: `${file.bytes.length} bytes`,
    header: header as Record<string, unknown>,
  });
}

function writeCounts(writer: ByteWriter, counts: Uint32Array): void {
  writer.unsigned("length", counts.byteLength, 4);
  writer.integers(counts);
}
