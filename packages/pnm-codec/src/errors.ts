/** Why bytes could not be decoded. Texts for users key off these codes. */
export type PnmErrorCode =
  /** Fewer bytes than the fixed header of the type needs. */
  | "TOO_SHORT"
  /** The bytes do not begin like any PNM file. */
  | "BAD_MAGIC"
  /** The magic is right, the type code is none of the known ones. */
  | "UNKNOWN_TYPE"
  /** The header promises more data than the file holds. */
  | "TRUNCATED"
  /** Bytes follow the data; `hints.tolerant` reads the file nevertheless. */
  | "OVERLONG"
  /** A length field contradicts the sample size or another length. */
  | "BAD_LENGTH"
  /** A count is impossible, zero included. */
  | "BAD_COUNT"
  /** A field holds a value that no reading can use. */
  | "BAD_VALUE"
  /** No layout can be told apart from the bytes alone; hints decide. */
  | "AMBIGUOUS"
  /** The check sum of packed data is not that of what it unpacks to. */
  | "BAD_CHECKSUM"
  /** More data than the caller allows. */
  | "TOO_LARGE"
  /** Recognised, but not something this package decodes. */
  | "UNSUPPORTED";

export interface PnmErrorDetails {
  /** Where in the file, counted from its first byte. */
  offset?: number | undefined;
  expected?: string | undefined;
  found?: string | undefined;
  /** The header fields that could be read before the refusal. */
  header?: Readonly<Record<string, unknown>> | undefined;
}

/** The one error `decodePnm` throws, and the one `unwrap` reports. */
export class PnmDecodeError extends Error {
  readonly code: PnmErrorCode;
  readonly offset: number | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly header: Readonly<Record<string, unknown>> | undefined;

  constructor(code: PnmErrorCode, message: string, details: PnmErrorDetails = {}) {
    super(message);
    this.name = "PnmDecodeError";
    this.code = code;
    this.offset = details.offset;
    this.expected = details.expected;
    this.found = details.found;
    this.header = details.header;
  }
}

/** The one error `encodePnm` and `encodeUtsc` throw: a record that no file can hold. */
export class PnmEncodeError extends Error {
  readonly code = "BAD_RECORD";
  /** The field that does not fit. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = "PnmEncodeError";
    this.field = field;
  }
}
