import {
  type DecodeHints,
  decodePnm,
  describeHeader,
  PnmDecodeError,
  type PnmRecord,
} from "@pnmlab/pnm-codec";
import { dataRegionsOf } from "./data-regions.ts";
import { figuresOf } from "./figures.ts";
import type { Inspection, InspectionRefusal, InspectionRequest, UtscReading } from "./inspection.ts";
import { panelsOf } from "./panels.ts";

/** Decodes a file and prepares all that the page shows of it. A refusal is a result, not an exception. */
export function inspect({
  fileName,
  bytes,
  utsc,
  tolerant = false,
  frame = 0,
}: InspectionRequest): Inspection | InspectionRefusal {
  let record: PnmRecord;
  try {
    record = decodePnm(bytes, { fileName, utsc, tolerant });
  } catch (thrown) {
    if (!(thrown instanceof PnmDecodeError)) throw thrown;
    return refusalOf(thrown, !tolerant && isReadable(bytes, { fileName, utsc, tolerant: true }));
  }
  const frames = record.kind === "utsc" ? record.frames : 1;
  const shown = Math.min(frame, frames - 1);
  const header = describeHeader(record);
  const panels = panelsOf(record, shown);
  return {
    ok: true,
    kind: record.kind,
    title: record.title,
    reading: record.reading,
    anomalies: record.anomalies,
    header,
    regions: dataRegionsOf(record, header, bytes.length, shown),
    trailing:
      record.trailing.length === 0
        ? null
        : { offset: bytes.length - record.trailing.length, length: record.trailing.length },
    panels,
    figures: figuresOf(record, panels),
    frames,
    utsc: record.kind === "utsc" ? utscReadingOf(record) : null,
  };
}

function utscReadingOf(record: Extract<PnmRecord, { kind: "utsc" }>): UtscReading {
  return {
    layout: record.layout,
    headerLength: record.headerLength,
    sampleWidth: record.sampleWidth,
    endianness: record.endianness,
    outputFormat: record.outputFormat,
    bins: record.bins,
    frames: record.frames,
    centerFrequencyHz: record.centerFrequencyHz ?? null,
    spanHz: record.spanHz ?? null,
    kHundredthsDb: record.kHundredthsDb ?? null,
    dbPerCount: record.dbPerCount,
  };
}

function isReadable(bytes: Uint8Array, hints: DecodeHints): boolean {
  try {
    decodePnm(bytes, hints);
    return true;
  } catch (thrown) {
    if (thrown instanceof PnmDecodeError) return false;
    throw thrown;
  }
}

/** A type code as it stands in the documents: two hexadecimal digits. */
function hexOf(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, "0");
}

function refusalOf(error: PnmDecodeError, isReadableInPart: boolean): InspectionRefusal {
  return {
    ok: false,
    code: error.code,
    message: error.message,
    offset: error.offset ?? null,
    expected: error.expected ?? null,
    found: error.found ?? null,
    header: Object.entries(error.header ?? {})
      .filter(([, value]) => typeof value === "string" || typeof value === "number")
      .map(([name, value]) => ({
        name,
        value: name === "typeCode" ? hexOf(Number(value)) : String(value),
      })),
    isReadableInPart,
  };
}
