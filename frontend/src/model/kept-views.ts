import type { UtscSession } from "@pnmlab/protocol";
import { livePath, type PortOfCmts } from "./ports.ts";

interface KeptView {
  query: Record<string, string>;
  /** What was captured then. */
  band: string;
}

/** The view of each port as its address told it last, until the page is loaded anew. */
const views = new Map<string, KeptView>();

/** What belongs to the band that is captured: zoom, levels and limits of the colours. */
const OF_THE_BAND: ReadonlySet<string> = new Set(["f", "l", "c"]);

/** Keeps what the address of a port says of its view. */
export function keepView(
  port: PortOfCmts,
  session: UtscSession | undefined,
  query: Record<string, string>,
): void {
  views.set(keyOf(port), { query: { ...query }, band: bandOf(session) });
}

/**
 * The address by which a port is opened: its own where it says anything, else the view that was kept; of another
 * band than is captured now without what belongs to that band.
 */
export function openedView<Query extends Record<string, unknown>>(
  port: PortOfCmts,
  session: UtscSession | undefined,
  query: Query,
): Query | Record<string, string> {
  const kept = views.get(keyOf(port));
  if (kept === undefined || Object.keys(query).length > 0) return query;
  const isSameBand = kept.band === bandOf(session);
  return Object.fromEntries(
    Object.entries(kept.query).filter(([name]) => isSameBand || !OF_THE_BAND.has(name)),
  );
}

function keyOf({ cmts, port }: PortOfCmts): string {
  return livePath(cmts.id, port.ifIndex);
}

function bandOf(session: UtscSession | undefined): string {
  return session ? `${session.requested.centerFrequencyHz}/${session.requested.spanHz}` : "";
}
