import { describeFields, type Field, sizeOf, u8 } from "./binary/fields.ts";
import { ByteReader } from "./binary/reader.ts";
import { ByteWriter } from "./binary/writer.ts";
import { PnmDecodeError } from "./errors.ts";
import type { DecodeHints } from "./hints.ts";
import type { HeaderField, PnmHeader, PnmMagic } from "./record.ts";

/**
 * The bytes in front of every capture file (DOCS-PNM-MIB): three ASCII letters, a raw type code, and for the
 * versioned forms `PNN` and `LLD` a major and a minor version. The capture time that follows in all types
 * but 08 belongs to the type's own field list.
 */
export interface PnmFile {
  bytes: Uint8Array;
  hints: DecodeHints;
  preamble: PnmHeader;
  /** Where the type's own fields begin: 6, or 4 in an unversioned file. */
  bodyOffset: number;
}

const VERSION_FIELDS = [u8("majorVersion", "Major version"), u8("minorVersion", "Minor version")];

function magicOf(bytes: Uint8Array): PnmMagic | undefined {
  switch ((bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!) {
    case 0x504e4e:
      return "PNN";
    case 0x504e4d:
      return "PNM";
    case 0x4c4c44:
      return "LLD";
    default:
      return undefined;
  }
}

/** Reads the bytes in front of the type's fields; undefined where no known magic stands. */
export function openFile(bytes: Uint8Array, hints: DecodeHints): PnmFile | undefined {
  if (bytes.length < 4) return undefined;
  const magic = magicOf(bytes);
  if (magic === undefined) return undefined;
  const versioned = magic !== "PNM";
  const typeCode = bytes[3]!;
  if (versioned && bytes.length < 6) {
    throw new PnmDecodeError("TOO_SHORT", `the file ends after ${bytes.length} bytes, inside the version`, {
      offset: 4,
      expected: "at least 6 bytes",
      found: `${bytes.length} bytes`,
      header: { magic, typeCode },
    });
  }
  const preamble: PnmHeader = {
    magic,
    typeCode,
    versioned,
    majorVersion: versioned ? bytes[4] : undefined,
    minorVersion: versioned ? bytes[5] : undefined,
    captureTimeS: undefined,
  };
  return { bytes, hints, preamble, bodyOffset: versioned ? 6 : 4 };
}

/** A reader standing at the first of the type's own fields. */
export function bodyReader(file: PnmFile): ByteReader {
  return new ByteReader(file.bytes, file.bodyOffset);
}

/** A writer that has already written the bytes in front of the type's own fields. */
export function startFile(header: PnmHeader, payloadBytes = 0): ByteWriter {
  const writer = new ByteWriter(payloadBytes);
  for (let i = 0; i < header.magic.length; i++) writer.unsigned("magic", header.magic.charCodeAt(i), 1);
  writer.unsigned("typeCode", header.typeCode, 1);
  if (header.versioned) {
    writer.unsigned("majorVersion", header.majorVersion, 1);
    writer.unsigned("minorVersion", header.minorVersion, 1);
  }
  return writer;
}

/** Rows of the header table for the bytes in front, followed by the given fields. */
export function describeHeaderFields(header: PnmHeader, fields: readonly Field[]): HeaderField[] {
  const source = header as unknown as Record<string, unknown>;
  const rows: HeaderField[] = [
    { name: "File type", value: header.magic, offset: 0, length: 3 },
    {
      name: "Type code",
      value: header.typeCode.toString(16).toUpperCase().padStart(2, "0"),
      offset: 3,
      length: 1,
    },
  ];
  const versions = header.versioned ? VERSION_FIELDS : [];
  return [...rows, ...describeFields([...versions, ...fields], source, 4)];
}

/** Length of the header in bytes, the bytes in front included. */
export function headerLengthOf(header: PnmHeader, fields: readonly Field[]): number {
  return (header.versioned ? 6 : 4) + sizeOf(fields);
}
