/** What the first visit of the live page points to, each once. */
export const LIVE_HINTS = [
  { id: "wheel", text: "The wheel zooms at the pointer, dragging pans, Backspace goes back." },
  { id: "marker", text: "M sets a marker; a double-click takes the nearest peak." },
  { id: "timeline", text: "The past is one click away: here, or on the waterfall. L leads back to live." },
  { id: "keys", text: "? lists every key of this page." },
] as const;
export type LiveHint = (typeof LIVE_HINTS)[number]["id"];

/** Hints that were dismissed, as stored; what cannot be read counts as none. */
export function readDismissed(stored: string | null): LiveHint[] {
  const named = (stored ?? "").split(",");
  return LIVE_HINTS.map(({ id }) => id).filter((id) => named.includes(id));
}
