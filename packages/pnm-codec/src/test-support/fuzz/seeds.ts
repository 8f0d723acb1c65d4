import type { UtscOutputFormat } from "../../hints.ts";
import { decodePnm, describeHeader, encodeUtsc, UTSC_FORMATS } from "../../index.ts";
import { utscSamplesFromLevels } from "../../utsc/encode.ts";
import { sampleFiles } from "../arbitraries.ts";
import { readFixtures } from "../fixtures.ts";
import { noiseLevels, uniform } from "../noise.ts";

export interface FuzzSeed {
  name: string;
  bytes: Uint8Array;
  /** Places of lengths, counts and other short header fields. */
  fields: { offset: number; length: number }[];
  isBig: boolean;
}

/** A UTSC file name; makes bytes without a magic a candidate. */
export const UTSC_NAME = "PNMCcapUsSpecAn_ccap1_2026-01-20_15.02.57.954_7";

/** A valid file of every type, layout, sample format and byte order, and real captures where there are any. */
export function fuzzSeeds(): FuzzSeed[] {
  const files = [...sampleFiles(), ...utscFiles(), probeFile(2048, 571), ...readFixtures()];
  return files.map(({ name, bytes }) => ({
    name,
    bytes,
    fields: fieldsOf(bytes),
    isBig: bytes.length > 4096,
  }));
}

function fieldsOf(bytes: Uint8Array): FuzzSeed["fields"] {
  return describeHeader(decodePnm(bytes))
    .filter(({ length }) => length <= 4)
    .map(({ offset, length }) => ({ offset, length }));
}

function utscFiles(): { name: string; bytes: Uint8Array }[] {
  const formats = Object.keys(UTSC_FORMATS) as UtscOutputFormat[];
  const forms = ["e6000-328", "common-header-v1"] as const;
  const random = uniform(77);
  return formats.flatMap((outputFormat) =>
    forms.flatMap((form) =>
      (["big", "little"] as const).map((endianness) => {
        const bins = 256;
        const isComplex = UTSC_FORMATS[outputFormat].integersPerBin === 2;
        const isTime = isComplex || outputFormat === "rawAdc";
        const samples = isTime
          ? Int16Array.from({ length: bins * (isComplex ? 2 : 1) }, () => Math.round(6000 * (random() - 0.5)))
          : utscSamplesFromLevels(noiseLevels(bins), outputFormat as "fftPower", -8600);
        const bytes = encodeUtsc({
          form,
          outputFormat,
          endianness,
          bins,
          samples,
          captureTimeS: 1_774_675_934,
          ifIndex: 7,
          ccapId: "ccap1.example.net",
          centerFrequencyHz: 45_000_000,
          spanHz: 80_000_000,
          ...(form === "e6000-328" && endianness === "little" ? { vendorBytes: "opaque" as const } : {}),
        });
        return { name: `6A ${form} ${outputFormat} ${endianness}`, bytes };
      }),
    ),
  );
}

/** A quiet probe with the header length of the CommScope E6000. */
function probeFile(fftSize: number, headerLength: number): { name: string; bytes: Uint8Array } {
  const dataLength = 4 * fftSize * 2;
  const bytes = new Uint8Array(headerLength + dataLength);
  bytes.set([0x50, 0x4e, 0x4e, 0x66, 2, 0]);
  new DataView(bytes.buffer).setUint32(headerLength - 4, dataLength);
  return { name: "66 probe with an unexplained header", bytes };
}
