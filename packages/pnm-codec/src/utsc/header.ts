import { type Field, hex, i16, mac, readFields, sizeOf, u8, u16, u32 } from "../binary/fields.ts";
import { ByteReader } from "../binary/reader.ts";
import { UTSC_FORMATS, utscFormatOfCode } from "./formats.ts";

/** Length of the E6000 header (CommScope E6000 CER user guide R13.0). */
export const E6000_HEADER_LENGTH = 328;
/** Where the 51 bytes begin that no published text explains: after the common header of version 2. */
export const E6000_VENDOR_OFFSET = 277;

const MAX_FREQUENCY_HZ = 500_000_000;
/** 16 times the longest FFT of any CMTS known. */
const MAX_BINS = 65_536;

/** The early layout's own fields (DOCS-PNM-MIB of 2015, docsPnmCmtsUsSpecAnFileName). */
export const EARLY_FIELDS = [
  u32("centerFrequencyHz", "Centre frequency", "Hz"),
  u32("spanHz", "Span", "Hz"),
  u16("bins", "Number of bins"),
  u32("dataLengthBytes", "Data length", "bytes"),
] as const;

export interface EarlyFields {
  centerFrequencyHz: number;
  spanHz: number;
  bins: number;
  dataLengthBytes: number;
}

/**
 * What the 51 bytes hold in the arrangement the simulator writes. It is this project's own, not a standard:
 * used where it is recognised beyond doubt, needed nowhere.
 */
export interface UtscCaptureFields {
  logicalIfIndex: number;
  triggerMode: number;
  cmMac: string;
  sid: number;
  centerFrequencyHz: number;
  spanHz: number;
  bins: number;
  averaging: number;
  /** Window in the UTSC enumeration, which is not the modem spectrum analyser's. */
  window: number;
  outputFormat: number;
  sampleRateHz: number;
  resolutionBwHz: number;
  kHundredthsDb: number;
  timestamp: number;
  /** Three bytes, zero. */
  reserved: string;
  dataLengthBytes: number;
}

export const CAPTURE_FIELDS: readonly Field<keyof UtscCaptureFields>[] = [
  u32("logicalIfIndex", "Logical channel ifIndex"),
  u8("triggerMode", "Trigger mode"),
  mac("cmMac", "Modem MAC"),
  u32("sid", "SID"),
  u32("centerFrequencyHz", "Centre frequency", "Hz"),
  u32("spanHz", "Span", "Hz"),
  u32("bins", "Number of bins"),
  u8("averaging", "Averaging"),
  u8("window", "Window"),
  u8("outputFormat", "Output format"),
  u32("sampleRateHz", "Sample rate", "Hz"),
  u32("resolutionBwHz", "Resolution bandwidth", "Hz"),
  i16("kHundredthsDb", "Calibration constant K", "0.01 dB"),
  u32("timestamp", "Timestamp"),
  hex("reserved", "Reserved", 3),
  u32("dataLengthBytes", "Data length", "bytes"),
];

/** Early fields at `offset` if the bytes hold them. */
export function readEarlyFields(bytes: Uint8Array, offset: number): EarlyFields | undefined {
  if (bytes.length < offset + sizeOf(EARLY_FIELDS)) return undefined;
  const fields: Record<string, string | number> = {};
  readFields(new ByteReader(bytes, offset), EARLY_FIELDS, fields);
  return fields as unknown as EarlyFields;
}

/** Whether the early fields can be what they claim; the file's length is checked elsewhere. */
export function areEarlyFieldsPlausible(fields: EarlyFields): boolean {
  const bytesPerBin = fields.dataLengthBytes / fields.bins;
  return (
    isBand(fields) &&
    fields.bins > 0 &&
    bytesPerBin > 0 &&
    Number.isInteger(bytesPerBin) &&
    bytesPerBin % 2 === 0
  );
}

/** The capture fields at 277 if the bytes are recognised beyond doubt. */
export function recognizeCaptureFields(bytes: Uint8Array): UtscCaptureFields | undefined {
  if (bytes.length < E6000_HEADER_LENGTH) return undefined;
  // The enumerations, the zero bytes and the lengths sit at fixed places: refuse most other headers cheaply.
  if (!within(bytes[281]!, 1, 10) || !within(bytes[305]!, 1, 8) || !within(bytes[306]!, 1, 6))
    return undefined;
  const values: Record<string, string | number> = {};
  readFields(new ByteReader(bytes, E6000_VENDOR_OFFSET), CAPTURE_FIELDS, values);
  const fields = values as unknown as UtscCaptureFields;
  const format = utscFormatOfCode(fields.outputFormat)!;
  const frameBytes = UTSC_FORMATS[format].sampleWidth * fields.bins;
  const frames = fields.dataLengthBytes / frameBytes;
  const recognised =
    fields.reserved === "000000" &&
    isBand(fields) &&
    fields.bins > 0 &&
    fields.bins <= MAX_BINS &&
    frames > 0 &&
    Number.isInteger(frames);
  return recognised ? fields : undefined;
}

function isBand({ centerFrequencyHz, spanHz }: { centerFrequencyHz: number; spanHz: number }): boolean {
  return spanHz > 0 && spanHz <= MAX_FREQUENCY_HZ && centerFrequencyHz <= MAX_FREQUENCY_HZ;
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
