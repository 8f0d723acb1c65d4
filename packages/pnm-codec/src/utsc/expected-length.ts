import { E6000_HEADER_LENGTH, E6000_VENDOR_OFFSET, recognizeCaptureFields } from "./header.ts";
import { EARLY_LENGTH, earlyFields, frameBytesOf, type UtscInput } from "./input.ts";

/** Total length of a file that begins with these bytes, when header or configuration can tell. */
export function expectedUtscLength(input: UtscInput): number | undefined {
  const { bytes, hints } = input;
  const configuredBytes = frameBytesOf(hints);
  const results = hints.resultsPerFile ?? 1;
  if (hints.headerLength !== undefined) {
    return configuredBytes === undefined ? undefined : hints.headerLength + configuredBytes * results;
  }
  if (hints.layout === "headerless")
    return configuredBytes === undefined ? undefined : configuredBytes * results;
  if (hints.layout === "vendor-header") return undefined;
  const early = hints.layout === "e6000-328" ? undefined : earlyFields(input);
  const believed =
    early !== undefined && (hints.bins === undefined || hints.bins === early.bins) ? early : undefined;
  const earlyTotal = believed && input.commonLength + EARLY_LENGTH + believed.dataLengthBytes;
  if (earlyTotal !== undefined && bytes.length === earlyTotal) return earlyTotal;
  if (input.commonLength !== 0 && input.commonLength !== E6000_VENDOR_OFFSET && earlyTotal !== undefined) {
    return earlyTotal;
  }
  if (bytes.length < E6000_HEADER_LENGTH) return undefined;
  const capture = hints.layout === "common-header" ? undefined : recognizeCaptureFields(bytes);
  if (capture !== undefined) return E6000_HEADER_LENGTH + capture.dataLengthBytes;
  if (earlyTotal !== undefined) return earlyTotal;
  return configuredBytes === undefined ? undefined : E6000_HEADER_LENGTH + configuredBytes * results;
}
