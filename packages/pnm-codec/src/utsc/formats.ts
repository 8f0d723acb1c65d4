import { type Endianness, readInt16s, readUint16s, readUint32s } from "../binary/integers.ts";
import type { UtscOutputFormat } from "../hints.ts";

/** Raw samples of any output format. */
export type UtscSamples = Uint32Array | Int16Array | Uint16Array;

interface FormatTraits {
  /** OutputFormat value in DOCS-PNM-MIB. */
  code: number;
  /** Bytes per bin, or per time sample (DOCS-PNM-MIB). */
  sampleWidth: 2 | 4;
  /** Integers per bin: two where I and Q are stored. */
  integersPerBin: 1 | 2;
  store: "u32" | "u16" | "i16";
}

export const UTSC_FORMATS: Readonly<Record<UtscOutputFormat, FormatTraits>> = {
  timeIQ: { code: 1, sampleWidth: 4, integersPerBin: 2, store: "i16" },
  fftPower: { code: 2, sampleWidth: 4, integersPerBin: 1, store: "u32" },
  rawAdc: { code: 3, sampleWidth: 2, integersPerBin: 1, store: "i16" },
  fftIQ: { code: 4, sampleWidth: 4, integersPerBin: 2, store: "i16" },
  fftAmplitude: { code: 5, sampleWidth: 2, integersPerBin: 1, store: "u16" },
  fftDb: { code: 6, sampleWidth: 2, integersPerBin: 1, store: "i16" },
};

const BY_CODE: readonly (UtscOutputFormat | undefined)[] = [
  undefined,
  "timeIQ",
  "fftPower",
  "rawAdc",
  "fftIQ",
  "fftAmplitude",
  "fftDb",
];

/** The output format with this MIB value. */
export function utscFormatOfCode(code: number): UtscOutputFormat | undefined {
  return BY_CODE[code];
}

/** Integers of `bins * frames` bins from `offset`; the caller has checked that the bytes exist. */
export function readUtscSamples(
  bytes: Uint8Array,
  offset: number,
  binsInAllFrames: number,
  format: UtscOutputFormat,
  endianness: Endianness,
): UtscSamples {
  const { store, integersPerBin } = UTSC_FORMATS[format];
  const count = binsInAllFrames * integersPerBin;
  if (store === "u32") return readUint32s(bytes, offset, count, endianness);
  if (store === "u16") return readUint16s(bytes, offset, count, endianness);
  return readInt16s(bytes, offset, count, endianness);
}
