import type { TimeSpan } from "../../api/recordings-client.ts";

/** Edges of a selection that was set, of which one may still be missing. */
export type SetEdges = Partial<TimeSpan>;

/**
 * Sets an edge of the selection at a moment. The other one stays where the order of the two allows; without one the
 * selection goes up to the end of what there is, or from its begin. An edge at that end waits for the other.
 *
 * @returns the selection as far as both edges are known
 */
export function setEdge(
  before: SetEdges | undefined,
  edge: keyof TimeSpan,
  atMs: number,
  bounds: TimeSpan,
): { edges: SetEdges; selection: TimeSpan | undefined } {
  const other = edge === "fromMs" ? "toMs" : "fromMs";
  const kept = before?.[other];
  const fits = kept !== undefined && (edge === "fromMs" ? kept > atMs : kept < atMs);
  const edges = fits ? { [edge]: atMs, [other]: kept } : { [edge]: atMs };
  const { fromMs = bounds.fromMs, toMs = bounds.toMs } = edges;
  return { edges, selection: toMs > fromMs ? { fromMs, toMs } : undefined };
}
