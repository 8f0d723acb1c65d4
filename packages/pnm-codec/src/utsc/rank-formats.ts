import type { UtscOutputFormat } from "../hints.ts";
import { formatOfWidth, overriddenFormat, type UtscInput } from "./input.ts";
import { sampleEvidence } from "./sample-evidence.ts";

export interface RankedFormat {
  outputFormat: UtscOutputFormat;
  reason: string;
  /** Whether the configuration says so. */
  isCertain: boolean;
}

/** The output formats the samples can have, the likeliest first; one where the configuration names it. */
export function rankFormats(input: UtscInput, offset: number, length: number): RankedFormat[] {
  const known = overriddenFormat(input.hints) ?? input.hints.outputFormat;
  if (known !== undefined) {
    return [{ outputFormat: known, reason: `format ${known} from the configuration`, isCertain: true }];
  }
  const twoBytes = formatOfWidth(input, 2, offset, length);
  const otherTwoBytes = twoBytes === "fftDb" ? "fftAmplitude" : "fftDb";
  switch (sampleEvidence(input.bytes, offset, length)) {
    case "complex":
      return ranked("both halves of the samples lie around zero, as I and Q do", [
        "timeIQ",
        "fftIQ",
        "fftPower",
        twoBytes,
        otherTwoBytes,
      ]);
    case "sixteen-bit":
      return ranked("neighbouring 16-bit values lie around one level, as the halves of power do not", [
        twoBytes,
        otherTwoBytes,
        "fftPower",
        "fftIQ",
        "timeIQ",
      ]);
    case "power":
      return ranked("nothing speaks against the usual format", [
        "fftPower",
        "timeIQ",
        "fftIQ",
        twoBytes,
        otherTwoBytes,
      ]);
  }
}

function ranked(evidence: string, formats: UtscOutputFormat[]): RankedFormat[] {
  return formats.map((outputFormat, i) => ({
    outputFormat,
    reason: i === 0 ? `read as ${outputFormat}: ${evidence}` : `read as ${outputFormat}`,
    isCertain: false,
  }));
}
