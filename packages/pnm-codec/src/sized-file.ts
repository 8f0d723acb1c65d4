import { type Field, readFields, sizeOf, writeFields } from "./binary/fields.ts";
import { PnmDecodeError } from "./errors.ts";
import { bodyReader, type PnmFile, startFile } from "./file.ts";
import type { PnmHeader, Reading } from "./record.ts";

/** One arrangement of a type's fields, the last of which is the length of the data that follow. */
export interface Layout<Header, Name extends string = string> {
  name: Name;
  fields: readonly Field<keyof Header & string>[];
  /** Header values this arrangement does not store. */
  absent?: Partial<Header>;
}

export interface SizedHeader extends PnmHeader {
  dataLengthBytes: number;
}

export interface SizedFile<Header, Name extends string = string> {
  layout: Layout<Header, Name>;
  header: Header;
  payloadOffset: number;
  /** Shares the file's memory. */
  payload: Uint8Array;
  trailing: Uint8Array;
  reading: Reading;
  anomalies: string[];
}

export interface SizedRules<Header> {
  /** Bytes of one value. */
  sampleBytes: number;
  /** More data than this no capture of the type can have; a file with more is refused. */
  maximumDataBytes: number;
  /** Whether a file may hold nothing: a list of events does where there were none. */
  mayBeEmpty?: boolean;
  /** Whether the fields look like this layout's; decides between layouts, never refuses a file. */
  plausible(header: Header): boolean;
}

/**
 * Reads a file of the form "header, u32 data length, data". Among several layouts the first one wins whose
 * fields are plausible and whose data length equals the bytes that remain; failing that the first plausible
 * one, failing that the first.
 *
 * @throws PnmDecodeError TOO_SHORT, TRUNCATED, BAD_LENGTH, BAD_COUNT, and OVERLONG unless `hints.tolerant`
 */
export function readSizedFile<Header extends SizedHeader, Name extends string>(
  file: PnmFile,
  layouts: readonly Layout<Header, Name>[],
  rules: SizedRules<Header>,
): SizedFile<Header, Name> {
  const { layout, header, reading } = chooseLayout(file, layouts, rules);
  const payloadOffset = file.bodyOffset + sizeOf(layout.fields);
  const anomalies: string[] = [];
  if (header.dataLengthBytes > 0 || rules.mayBeEmpty !== true) {
    checkSampleSize(header.dataLengthBytes, rules.sampleBytes, payloadOffset - 4, header);
  }
  const { payload, trailing } = takeData(file, payloadOffset, header.dataLengthBytes, header, anomalies);
  checkMaximum(header.dataLengthBytes, rules, payloadOffset - 4, header);
  return { layout, header, payloadOffset, payload, trailing, reading, anomalies };
}

/** The total length the header promises, as soon as it is complete. */
export function expectedSizedLength<Header extends SizedHeader>(
  file: PnmFile,
  layouts: readonly Layout<Header>[],
  rules: SizedRules<Header>,
): number | undefined {
  const longest = Math.max(...layouts.map((layout) => sizeOf(layout.fields)));
  const complete = file.bytes.length >= file.bodyOffset + longest;
  for (const layout of layouts) {
    const header = readLayout(file, layout);
    if (header === undefined) continue;
    const total = file.bodyOffset + sizeOf(layout.fields) + header.dataLengthBytes;
    // A shorter layout may only be believed before the longer one can be read if the file ends there.
    if (rules.plausible(header) && (complete || file.bytes.length >= total)) return total;
  }
  const first = layouts[0] === undefined ? undefined : readLayout(file, layouts[0]);
  if (!complete || first === undefined) return undefined;
  return file.bodyOffset + sizeOf(layouts[0]!.fields) + first.dataLengthBytes;
}

/** The file a sized header and its data make; the length field is taken from the data. */
export function writeSizedFile(
  header: PnmHeader,
  fields: readonly Field[],
  payload: Uint8Array | Int16Array,
  trailing: Uint8Array,
): Uint8Array {
  const writer = startFile(header, payload.byteLength + trailing.length);
  writeFields(writer, fields, { ...header, dataLengthBytes: payload.byteLength });
  if (payload instanceof Uint8Array) writer.bytes(payload);
  else writer.integers(payload);
  writer.bytes(trailing);
  return writer.finish();
}

/**
 * Takes `length` bytes from `offset`; they must be the last ones.
 *
 * @throws PnmDecodeError TRUNCATED, and OVERLONG unless `hints.tolerant`
 */
function takeData(
  file: PnmFile,
  offset: number,
  length: number,
  header: object,
  anomalies: string[],
): { payload: Uint8Array; trailing: Uint8Array } {
  const end = offset + length;
  if (end > file.bytes.length) {
    throw new PnmDecodeError(
      "TRUNCATED",
      `the header promises ${length} bytes of data, the file holds ${Math.max(0, file.bytes.length - offset)}`,
      {
        offset,
        expected: `${end} bytes`,
        found: `${file.bytes.length} bytes`,
        header: header as Record<string, unknown>,
      },
    );
  }
  return { payload: file.bytes.subarray(offset, end), trailing: takeTrailing(file, end, header, anomalies) };
}

const NO_BYTES = new Uint8Array(0);

/**
 * The bytes after the data: none, or with `hints.tolerant` reported as an anomaly.
 *
 * @throws PnmDecodeError OVERLONG
 */
export function takeTrailing(file: PnmFile, end: number, header: object, anomalies: string[]): Uint8Array {
  const extra = file.bytes.length - end;
  if (extra <= 0) return NO_BYTES;
  if (file.hints.tolerant !== true) {
    throw new PnmDecodeError("OVERLONG", `${extra} bytes follow the data`, {
      offset: end,
      expected: `${end} bytes`,
      found: `${file.bytes.length} bytes`,
      header: header as Record<string, unknown>,
    });
  }
  const isFile = /^(PNN|PNM)/.test(String.fromCharCode(...file.bytes.subarray(end, end + 3)));
  anomalies.push(
    `${extra} bytes follow the data, which end at ${end}${isFile ? ": another file begins there" : ""}`,
  );
  return file.bytes.subarray(end);
}

/** @throws PnmDecodeError BAD_LENGTH, BAD_COUNT */
export function checkSampleSize(length: number, sampleBytes: number, offset: number, header: object): void {
  if (length % sampleBytes !== 0) {
    throw new PnmDecodeError(
      "BAD_LENGTH",
      `the data length ${length} is no multiple of ${sampleBytes} bytes`,
      {
        offset,
        expected: `a multiple of ${sampleBytes}`,
        found: String(length),
        header: header as Record<string, unknown>,
      },
    );
  }
  if (length === 0) {
    throw new PnmDecodeError("BAD_COUNT", "the data length is 0: the capture holds no values", {
      offset,
      expected: `at least ${sampleBytes}`,
      found: "0",
      header: header as Record<string, unknown>,
    });
  }
}

/** @throws PnmDecodeError BAD_COUNT */
function checkMaximum(
  length: number,
  { sampleBytes, maximumDataBytes }: Pick<SizedRules<never>, "sampleBytes" | "maximumDataBytes">,
  offset: number,
  header: object,
): void {
  if (length <= maximumDataBytes) return;
  throw new PnmDecodeError("BAD_COUNT", `${length / sampleBytes} values are impossible in one capture`, {
    offset,
    expected: `at most ${maximumDataBytes} bytes`,
    found: String(length),
    header: header as Record<string, unknown>,
  });
}

interface Candidate<Header, Name extends string> {
  layout: Layout<Header, Name>;
  header: Header;
  plausible: boolean;
}

function chooseLayout<Header extends SizedHeader, Name extends string>(
  file: PnmFile,
  layouts: readonly Layout<Header, Name>[],
  rules: SizedRules<Header>,
): { layout: Layout<Header, Name>; header: Header; reading: Reading } {
  let best: Candidate<Header, Name> | undefined;
  for (const layout of layouts) {
    const header = readLayout(file, layout);
    if (header === undefined) continue;
    const plausible = rules.plausible(header);
    const fits = file.bodyOffset + sizeOf(layout.fields) + header.dataLengthBytes === file.bytes.length;
    if (fits && plausible) return { layout, header, reading: readingOf(layout.name, true, true) };
    if (best === undefined || (plausible && !best.plausible)) best = { layout, header, plausible };
  }
  if (best === undefined) {
    // No layout fits the bytes: let the first one say which field is missing.
    readFields(bodyReader(file), layouts[0]!.fields, {});
    throw new PnmDecodeError("TOO_SHORT", "the file is shorter than its header", { offset: file.bodyOffset });
  }
  const { layout, header, plausible } = best;
  const fits = file.bodyOffset + sizeOf(layout.fields) + header.dataLengthBytes === file.bytes.length;
  return { layout, header, reading: readingOf(layout.name, fits, plausible) };
}

function readingOf(layout: string, fits: boolean, plausible: boolean): Reading {
  const length = fits
    ? "the data length equals the bytes that follow the header"
    : "the data length does not fit";
  return {
    layout,
    reason: plausible ? length : `${length}; field values are unusual`,
    confidence: plausible ? (fits ? "high" : "medium") : "low",
    alternatives: [],
  };
}

function readLayout<Header extends SizedHeader>(file: PnmFile, layout: Layout<Header>): Header | undefined {
  const reader = bodyReader(file);
  if (reader.remaining < sizeOf(layout.fields)) return undefined;
  const header = { ...file.preamble, ...layout.absent };
  readFields(reader, layout.fields, header as unknown as Record<string, string | number>);
  return header as unknown as Header;
}
