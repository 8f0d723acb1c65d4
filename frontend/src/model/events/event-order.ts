import type { PlantEvent } from "@pnmlab/protocol";

/** Most events that the page keeps. */
const MOST_EVENTS = 5000;

/** The events with others in their place or added, newest first. */
export function mergeEvents(
  known: readonly PlantEvent[],
  come: readonly PlantEvent[],
): readonly PlantEvent[] {
  if (come.length === 0) return known;
  const byId = new Map(known.map((event) => [event.id, event]));
  for (const event of come) byId.set(event.id, event);
  return [...byId.values()].sort((a, b) => b.number - a.number).slice(0, MOST_EVENTS);
}

/** The event after the given one in time, or before it; from none the newest. Goes on at the other end. */
export function stepEvent(
  events: readonly PlantEvent[],
  selectedId: string | undefined,
  direction: 1 | -1,
): PlantEvent | undefined {
  const inTime = events.toSorted((a, b) => a.firstMs - b.firstMs || a.number - b.number);
  const index = inTime.findIndex(({ id }) => id === selectedId);
  if (index < 0) return inTime.at(-1);
  return inTime.at((index + direction + inTime.length) % inTime.length);
}
