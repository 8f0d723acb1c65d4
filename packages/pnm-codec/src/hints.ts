/** How the samples of an upstream triggered spectrum capture are stored (DOCS-PNM-MIB, OutputFormat). */
export type UtscOutputFormat = "timeIQ" | "fftPower" | "rawAdc" | "fftIQ" | "fftAmplitude" | "fftDb";

/**
 * How the bytes of a UTSC file are arranged: `e6000-328` is a 328-byte header of which 51 bytes are
 * unknown, `common-header` the early layout (282, 284 or 291 bytes), `vendor-header` any other length, found
 * from the configured size of the data, `headerless` samples only, `manual` a length given by the caller,
 * `unknown` a common header and bytes in which no arrangement was found: no samples, hints decide.
 */
export type UtscLayout =
  | "e6000-328"
  | "common-header"
  | "vendor-header"
  | "headerless"
  | "manual"
  | "unknown";

/** What is known of a UTSC capture from its SNMP configuration as read back, and the user's overrides. */
export interface UtscHints {
  centerFrequencyHz?: number | undefined;
  spanHz?: number | undefined;
  bins?: number | undefined;
  outputFormat?: UtscOutputFormat | undefined;
  /** Calibration constant K in hundredths of a dB. */
  kHundredthsDb?: number | undefined;
  /** Result sets in one file (MaxResultsPerFile); 1 where the CMTS does not say otherwise. */
  resultsPerFile?: number | undefined;
  /**
   * Whether the values above win over a header that says something else: a user's word does, the configuration
   * of the capture does not.
   */
  overrides?: boolean | undefined;
  /** Override: which layout to read, whatever detection says. */
  layout?: UtscLayout | undefined;
  /** Override: samples begin at this offset. */
  headerLength?: number | undefined;
  /** Override: bytes per stored value, or per I/Q pair. */
  sampleWidth?: 2 | 4 | undefined;
  /** Byte order that is taken where the samples do not tell it; big-endian unless given. */
  usualEndianness?: "big" | "little" | undefined;
  endianness?: "big" | "little" | undefined;
  /** Override for `fftDb`: dB per count, 0.01 unless a device counts in tenths. */
  dbPerCount?: number | undefined;
}

export interface DecodeHints {
  /** Name of the file; helps where bytes carry no magic. */
  fileName?: string | undefined;
  /**
   * Read a file that has bytes after its data, or whose last modulation profile is cut off, as far as it goes:
   * what is wrong becomes an anomaly of the record instead of `OVERLONG` or `TRUNCATED`.
   */
  tolerant?: boolean | undefined;
  /**
   * What the levels of an SNMP amplitude value are relative to: a CMTS's legacy spectrum analysis is relative to
   * the power spectral density it expects, a modem's is in dBmV (DOCS-IF3-MIB). dBmV unless given.
   */
  levelReference?: "dBmV" | "relative" | undefined;
  utsc?: UtscHints | undefined;
}

/**
 * Readings of UTSC files that other tools use, to choose from where a file contradicts DOCS-PNM-MIB. None of
 * them is right for a file that follows it: they read 16-bit decibels behind 328 bytes whatever the format.
 */
export const UTSC_READING_PROFILES = {
  "int16 big-endian, hundredths": { headerLength: 328, sampleWidth: 2, endianness: "big", dbPerCount: 0.01 },
  "int16 big-endian, tenths": { headerLength: 328, sampleWidth: 2, endianness: "big", dbPerCount: 0.1 },
  "int16 little-endian, hundredths": {
    headerLength: 328,
    sampleWidth: 2,
    endianness: "little",
    dbPerCount: 0.01,
  },
} as const satisfies Readonly<Record<string, UtscHints>>;
