import { PnmDecodeError } from "./errors.ts";
import { openFile, type PnmFile } from "./file.ts";
import { parseFileName } from "./file-name.ts";
import { headerAnomalies } from "./header-anomalies.ts";
import type { DecodeHints } from "./hints.ts";
import type { PnmHeader } from "./record.ts";
import { axisRuleOf, levelReferenceOf } from "./scale.ts";
import type { PnmType } from "./type.ts";
import { cmSpectrumSnmp, looksLikeAmplitudeData } from "./types/cm-spectrum-snmp.ts";
import { LLD_TYPES_BY_CODE, type PnmRecord, TYPES_BY_CODE } from "./types/index.ts";
import { utsc } from "./types/utsc.ts";
import { levelAnomalies } from "./utsc/plausibility.ts";
import { wrapperOf } from "./wrapped/unwrap.ts";

/** Header of bytes that carry none; the type code is the one a file of that content would have. */
function noHeader(typeCode: number): PnmHeader {
  return {
    magic: "",
    typeCode,
    versioned: false,
    majorVersion: undefined,
    minorVersion: undefined,
    captureTimeS: undefined,
  };
}

/**
 * Decodes one capture file, or one SNMP value with the content of a file. Sample bytes are shared with
 * `bytes` where a view can show them; the caller must not overwrite them afterwards.
 *
 * @throws PnmDecodeError and nothing else
 */
export function decodePnm(bytes: Uint8Array, hints: DecodeHints = {}): PnmRecord {
  const found = recognize(bytes, hints);
  if (found === undefined) throw refuse(bytes);
  const record = found.type.decode(found.file) as PnmRecord;
  record.reading.axisRule = axisRuleOf(record);
  record.reading.levelReference = levelReferenceOf(record);
  record.anomalies.push(...headerAnomalies(record.header));
  if (record.kind === "utsc") record.anomalies.push(...levelAnomalies(record));
  return record;
}

/**
 * Total length a file must have that begins with `prefix`, as soon as its header can tell; undefined while
 * it cannot, and for bytes that are no capture file. Never throws: a growing file is asked again.
 */
export function expectedLength(prefix: Uint8Array, hints: DecodeHints = {}): number | undefined {
  try {
    const found = recognize(prefix, hints);
    return found?.type.expectedLength(found.file);
  } catch (error) {
    if (error instanceof PnmDecodeError) return undefined;
    throw error;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the type's own decoder fixes the record.
function recognize(bytes: Uint8Array, hints: DecodeHints): { type: PnmType<any>; file: PnmFile } | undefined {
  const file = openFile(bytes, hints);
  if (file !== undefined) {
    const types = file.preamble.magic === "LLD" ? LLD_TYPES_BY_CODE : TYPES_BY_CODE;
    const type = types.get(file.preamble.typeCode);
    return type === undefined ? undefined : { type, file };
  }
  const named = hints.fileName === undefined ? undefined : parseFileName(hints.fileName);
  const isUtsc = hints.utsc !== undefined || named?.typeCode === 0x6a;
  if (!isUtsc && looksLikeAmplitudeData(bytes)) {
    return { type: cmSpectrumSnmp, file: { bytes, hints, preamble: noHeader(0x09), bodyOffset: 0 } };
  }
  if (isUtsc && bytes.length >= 4 && !isCompressed(bytes)) {
    return { type: utsc, file: { bytes, hints, preamble: noHeader(0x6a), bodyOffset: 0 } };
  }
  return undefined;
}

/** gzip and zip, in which no device is known to wrap captures but people do. */
function isCompressed(bytes: Uint8Array): boolean {
  return wrapperOf(bytes) !== undefined;
}

function refuse(bytes: Uint8Array): PnmDecodeError {
  if (bytes.length < 4) {
    return new PnmDecodeError("TOO_SHORT", `${bytes.length} bytes are too few for any capture file`, {
      offset: 0,
      expected: "at least 4 bytes",
      found: `${bytes.length} bytes`,
    });
  }
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0").toUpperCase());
  if (isCompressed(bytes)) {
    return new PnmDecodeError("UNSUPPORTED", "the file is compressed; `unwrap` gives the files in it", {
      offset: 0,
      expected: "PNN, PNM or LLD",
      found: start.join(" "),
    });
  }
  const isPnm = startsWith(bytes, [0x50, 0x4e, 0x4e]) || startsWith(bytes, [0x50, 0x4e, 0x4d]);
  const isLld = startsWith(bytes, [0x4c, 0x4c, 0x44]);
  if (isPnm || isLld) {
    return new PnmDecodeError("UNKNOWN_TYPE", `type code ${start[3]} is none of the known ones`, {
      offset: 3,
      expected: isPnm ? "01 to 0A or 65 to 6A" : "01",
      found: start[3],
    });
  }
  return new PnmDecodeError("BAD_MAGIC", "the bytes do not begin like a capture file", {
    offset: 0,
    expected: "PNN, PNM or LLD",
    found: start.join(" "),
  });
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}
