import { writeFields } from "../binary/fields.ts";
import type { Endianness } from "../binary/integers.ts";
import { ByteWriter } from "../binary/writer.ts";
import { cmtsFields } from "../cmts-header.ts";
import { PnmEncodeError } from "../errors.ts";
import { startFile } from "../file.ts";
import type { UtscOutputFormat } from "../hints.ts";
import type { PnmHeader } from "../record.ts";
import { UTSC_FORMATS, type UtscSamples } from "./formats.ts";
import { CAPTURE_FIELDS, E6000_HEADER_LENGTH, E6000_VENDOR_OFFSET, EARLY_FIELDS } from "./header.ts";

/** What every UTSC file is made of. */
interface UtscFileContent {
  captureTimeS: number;
  /** ifIndex of the upstream RF port. */
  ifIndex: number;
  ccapId: string;
  outputFormat: UtscOutputFormat;
  /** Bins, or time samples, in one frame. */
  bins: number;
  centerFrequencyHz: number;
  spanHz: number;
  /** Raw integers of all frames, I and Q interleaved in the complex formats: bins * frames * (1 or 2). */
  samples: UtscSamples;
  /** Byte order of the samples; the header is always big-endian. */
  endianness?: Endianness;
  minorVersion?: number;
}

/** The early layout: 284 bytes of header in version 1, 291 in version 2, 282 without a version. */
export interface EarlyUtscFile extends UtscFileContent {
  form: "common-header-v1" | "common-header-v2" | "common-header-unversioned";
  /** Version 2 only. */
  rpdId?: string;
  /** Version 2 only. */
  rpdPort?: number;
}

/** The 328-byte form. */
export interface E6000UtscFile extends UtscFileContent {
  form: "e6000-328";
  rpdId?: string;
  rpdPort?: number;
  /**
   * What the 51 bytes nobody has explained hold: `capture` the arrangement `recognizeCaptureFields` knows,
   * `opaque` zeros, as a reader without any knowledge of them must be able to cope with.
   */
  vendorBytes?: "capture" | "opaque";
  logicalIfIndex?: number;
  /** DOCS-PNM-MIB TriggerMode; 2 (freeRunning) unless given. */
  triggerMode?: number;
  cmMac?: string;
  sid?: number;
  averaging?: number;
  /** DOCS-PNM-MIB UTSC window; 2 (rectangular) unless given. */
  window?: number;
  sampleRateHz?: number;
  resolutionBwHz?: number;
  kHundredthsDb?: number;
  timestamp?: number;
  /** False writes zeros where magic and version stand, for readers that must survive it. */
  magic?: boolean;
}

export type UtscFileInput = EarlyUtscFile | E6000UtscFile;

const NO_MAC = "00:00:00:00:00:00";

/**
 * The bytes of a UTSC file in either form.
 *
 * @throws PnmEncodeError when a value does not fit its field or the samples do not make whole frames
 */
export function encodeUtsc(input: UtscFileInput): Uint8Array {
  checkSamples(input);
  const majorVersion = input.form === "common-header-v1" ? 1 : 2;
  const versioned = input.form !== "common-header-unversioned";
  const header: PnmHeader & Record<string, unknown> = {
    magic: versioned ? "PNN" : "PNM",
    typeCode: 0x6a,
    versioned,
    majorVersion: versioned ? majorVersion : undefined,
    minorVersion: versioned ? (input.minorVersion ?? 0) : undefined,
    captureTimeS: input.captureTimeS,
    ifIndex: input.ifIndex,
    ccapId: input.ccapId,
    rpdId: input.rpdId ?? NO_MAC,
    rpdPort: input.rpdPort ?? 0,
  };
  const writer = startFile(header);
  writeFields(writer, cmtsFields(header), header);
  const dataLengthBytes = input.samples.byteLength;
  if (input.form === "e6000-328") writer.bytes(vendorBytes(input, dataLengthBytes));
  else writeFields(writer, EARLY_FIELDS, { ...input, dataLengthBytes });
  writer.integers(input.samples, input.endianness);
  const bytes = writer.finish();
  if (input.form === "e6000-328" && input.magic === false) bytes.fill(0, 0, 6);
  return bytes;
}

/**
 * Raw samples of `fftPower`, `fftAmplitude` or `fftDb` that read back as these levels: the inverse of
 * `utscLevelsDb`, rounded and clipped to the range of the format.
 *
 * @param levelsDb dBmV with `kHundredthsDb`, plain dB with 0
 */
export function utscSamplesFromLevels(
  levelsDb: ArrayLike<number>,
  outputFormat: "fftPower" | "fftAmplitude" | "fftDb",
  kHundredthsDb: number,
): UtscSamples {
  const count = levelsDb.length;
  const relativeDb = (k: number) => levelsDb[k]! - kHundredthsDb / 100;
  if (outputFormat === "fftPower") {
    return Uint32Array.from({ length: count }, (_, k) => clip(10 ** (relativeDb(k) / 10), 0, 0xffffffff));
  }
  if (outputFormat === "fftAmplitude") {
    return Uint16Array.from({ length: count }, (_, k) => clip(10 ** (relativeDb(k) / 20), 0, 0xffff));
  }
  return Int16Array.from({ length: count }, (_, k) => clip(100 * relativeDb(k), -0x8000, 0x7fff));
}

function vendorBytes(input: E6000UtscFile, dataLengthBytes: number): Uint8Array {
  const length = E6000_HEADER_LENGTH - E6000_VENDOR_OFFSET;
  if (input.vendorBytes === "opaque") return new Uint8Array(length);
  const writer = new ByteWriter();
  writeFields(writer, CAPTURE_FIELDS, {
    logicalIfIndex: input.logicalIfIndex ?? 0,
    triggerMode: input.triggerMode ?? 2,
    cmMac: input.cmMac ?? NO_MAC,
    sid: input.sid ?? 0,
    centerFrequencyHz: input.centerFrequencyHz,
    spanHz: input.spanHz,
    bins: input.bins,
    averaging: input.averaging ?? 0,
    window: input.window ?? 2,
    outputFormat: UTSC_FORMATS[input.outputFormat].code,
    sampleRateHz: input.sampleRateHz ?? 0,
    resolutionBwHz: input.resolutionBwHz ?? 0,
    kHundredthsDb: input.kHundredthsDb ?? 0,
    timestamp: input.timestamp ?? 0,
    reserved: "000000",
    dataLengthBytes,
  });
  return writer.finish();
}

function checkSamples({ samples, bins, outputFormat }: UtscFileInput): void {
  const { integersPerBin, store } = UTSC_FORMATS[outputFormat];
  const fits =
    (store === "u32" && samples instanceof Uint32Array) ||
    (store === "u16" && samples instanceof Uint16Array) ||
    (store === "i16" && samples instanceof Int16Array);
  if (!fits) throw new PnmEncodeError("samples", `${outputFormat} samples must be ${store} integers`);
  const perFrame = bins * integersPerBin;
  if (!Number.isInteger(bins) || bins < 1 || samples.length === 0 || samples.length % perFrame !== 0) {
    throw new PnmEncodeError("samples", `${samples.length} integers make no whole frames of ${bins} bins`);
  }
}

function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.round(value)));
}
