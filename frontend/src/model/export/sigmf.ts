import { UTSC_FORMATS, type UtscRecord } from "@pnmlab/pnm-codec";
import { type TarEntry, tarOf } from "./tar.ts";

/** What a SigMF archive of a capture needs besides the file. */
export interface SigmfSource {
  record: UtscRecord;
  /** Name of the two files in the archive, without extension. */
  name: string;
  description: string;
  /** When the capture was taken; undefined where nobody knows. */
  capturedAtMs: number | undefined;
  /** Of `rawAdc`, and of `timeIQ` where it is not the span. */
  sampleRateHz: number | undefined;
}

/** The `.sigmf-meta` of a capture, as SigMF 1.2.0 names its fields. */
export interface SigmfMeta {
  global: Record<string, string | number>;
  captures: Record<string, string | number>[];
  annotations: Record<string, string | number>[];
}

/** Why a capture cannot be written as SigMF; undefined where it can. */
export function sigmfHindrance(record: UtscRecord, sampleRateHz?: number): string | undefined {
  if (record.outputFormat !== "timeIQ" && record.outputFormat !== "rawAdc") {
    return `This capture holds spectra (${record.outputFormat}), not samples of time. SigMF takes those of timeIQ and rawAdc.`;
  }
  if (sampleRateOf(record, sampleRateHz) === undefined) {
    return "The file does not say its sample rate, and SigMF is worth nothing without it.";
  }
  return undefined;
}

/** A CMTS offers spans for timeIQ that are its sample rates (CommScope E6000 CCAP guide). */
function sampleRateOf(record: UtscRecord, sampleRateHz: number | undefined): number | undefined {
  return sampleRateHz ?? (record.outputFormat === "timeIQ" ? record.spanHz : undefined);
}

/** Samples as SigMF stores them: `ci16_le` of timeIQ, `ri16_le` of rawAdc, frames one behind the other. */
export function sigmfData(record: UtscRecord): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(record.samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < record.samples.length; at += 1) view.setInt16(at * 2, record.samples[at]!, true);
  return bytes;
}

export function sigmfMeta({ record, description, capturedAtMs, sampleRateHz }: SigmfSource): SigmfMeta {
  const rateHz = sampleRateOf(record, sampleRateHz)!;
  const isComplex = record.outputFormat === "timeIQ";
  const centreHz = record.centerFrequencyHz;
  const perFrame = (record.bins * UTSC_FORMATS[record.outputFormat].integersPerBin) / (isComplex ? 2 : 1);
  const frames = Array.from({ length: record.frames }, (_, frame) => frame * perFrame);
  return {
    global: {
      "core:datatype": isComplex ? "ci16_le" : "ri16_le",
      "core:sample_rate": rateHz,
      "core:version": "1.2.0",
      "core:description": description,
      "core:recorder": "PNM Lab",
    },
    captures: frames.map((start) => ({
      "core:sample_start": start,
      ...(centreHz !== undefined && { "core:frequency": isComplex ? centreHz : 0 }),
      ...(start === 0 &&
        capturedAtMs !== undefined && { "core:datetime": new Date(capturedAtMs).toISOString() }),
    })),
    annotations: frames.map((start, frame) => ({
      "core:sample_start": start,
      "core:sample_count": perFrame,
      "core:label": `capture ${frame + 1} of ${record.frames}`,
      ...(centreHz !== undefined &&
        record.spanHz !== undefined && {
          "core:freq_lower_edge": centreHz - record.spanHz / 2,
          "core:freq_upper_edge": centreHz + record.spanHz / 2,
        }),
      ...(record.kHundredthsDb !== undefined && {
        "core:comment": `calibration constant K ${(record.kHundredthsDb / 100).toFixed(2)} dB`,
      }),
    })),
  };
}

/** Both files of a capture in one `.sigmf` archive. */
export function sigmfArchive(source: SigmfSource): Uint8Array<ArrayBuffer> {
  const { name, record, capturedAtMs = 0 } = source;
  const meta = new TextEncoder().encode(`${JSON.stringify(sigmfMeta(source), null, 2)}\n`);
  const entries: TarEntry[] = [
    { path: `${name}/${name}.sigmf-meta`, bytes: meta },
    { path: `${name}/${name}.sigmf-data`, bytes: sigmfData(record) },
  ];
  return tarOf(entries, capturedAtMs);
}
