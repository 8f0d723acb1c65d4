import type { UtscMismatch } from "@pnmlab/protocol";

const NAMES: Record<UtscMismatch["what"], string> = {
  byteOrder: "byte order",
  scale: "scale",
  layout: "layout",
  levels: "levels",
};

/** What is not as expected, by name: "byte order and scale". */
export function mismatchNames(mismatches: readonly UtscMismatch[]): string {
  return mismatches.map(({ what }) => NAMES[what]).join(" and ");
}

/** One of them as a sentence. */
export function mismatchWords({ expected, found }: UtscMismatch): string {
  return `The files show ${found}; expected: ${expected}.`;
}
