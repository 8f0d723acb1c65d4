import {
  captureUnixTimeS,
  type DecodeHints,
  decodePnm,
  describeHeader,
  encodePnm,
  expectedLength,
  PnmDecodeError,
  plotOf,
  summarize,
} from "@pnmlab/pnm-codec";

/** Everything the codec says about some bytes, as text; the same code runs in Node and in a browser. */
export function observe(bytes: Uint8Array, hints: DecodeHints): string {
  const length = expectedLength(bytes, hints);
  try {
    const record = decodePnm(bytes, hints);
    return JSON.stringify(
      {
        length,
        record,
        header: describeHeader(record),
        plot: plotOf(record),
        summary: summarize(record, bytes, fingerprint),
        time: captureUnixTimeS(record, hints.fileName),
        encoded: fingerprint(encodePnm(record)),
      },
      plain,
    );
  } catch (error) {
    if (!(error instanceof PnmDecodeError)) throw error;
    return JSON.stringify({ length, code: error.code, message: error.message, expected: error.expected });
  }
}

/** A stand-in for SHA-256, which browsers offer asynchronously only (FNV-1a, 32 bits). */
export function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

/**
 * Typed arrays by type and values; numbers that JSON does not know by name. Two builds of one engine differ in
 * the last bit of a logarithm, so real numbers are compared in single precision, integers exactly.
 */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Float64Array) return { Float64Array: Array.from(Float32Array.from(value), String) };
  if (ArrayBuffer.isView(value)) return { [value.constructor.name]: Array.from(value as Uint8Array, String) };
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
