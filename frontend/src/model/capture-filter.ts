import type { Capture } from "@pnmlab/protocol";

/**
 * Captures that match every word of a filter. A word is looked for in file name, title, kind, hash and
 * reason; `kind:rxmer`, `status:refused` and `file:us_` look in one field only.
 */
export function filterCaptures(captures: readonly Capture[], filter: string): readonly Capture[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return captures;
  return captures.filter((capture) => words.every((word) => matches(capture, word)));
}

function matches(capture: Capture, word: string): boolean {
  const [field, value] = word.split(/:(.*)/, 2);
  if (value !== undefined && value !== "") {
    if (field === "kind") return (capture.kind ?? "").toLowerCase().includes(value);
    if (field === "status") return capture.status.startsWith(value);
    if (field === "file") return capture.fileName.toLowerCase().includes(value);
  }
  return [
    capture.fileName,
    capture.title,
    capture.kind ?? "",
    capture.sha256,
    capture.refusal?.message ?? "",
  ].some((text) => text.toLowerCase().includes(word));
}
