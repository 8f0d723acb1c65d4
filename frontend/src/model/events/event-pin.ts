import type { EventSeverity, PlantEvent } from "@pnmlab/protocol";
import { hasFrequency } from "./event-kinds.ts";
import { SEVERITIES } from "./severity.ts";

/** An event as the painters of the live page need it. */
export interface EventPin {
  number: number;
  f0Hz: number;
  bwHz: number;
  /** Lies at a frequency; without one it has no place on the trace. */
  hasFrequency: boolean;
  firstMs: number;
  lastMs: number;
  severity: EventSeverity;
  isRaised: boolean;
  isSelected: boolean;
}

/** Pins of events that are not muted, in the order of painting: the worst over the others, the selected over all. */
export function pinsOf(events: readonly PlantEvent[], selectedId: string | undefined): EventPin[] {
  return events
    .filter(({ muted, id }) => !muted || id === selectedId)
    .map((event) => ({
      number: event.number,
      f0Hz: event.f0Hz,
      bwHz: event.bwHz,
      hasFrequency: hasFrequency(event.kind),
      firstMs: event.firstMs,
      lastMs: event.lastMs,
      severity: event.severity,
      isRaised: event.state === "raised",
      isSelected: event.id === selectedId,
    }))
    .sort(
      (a, b) =>
        Number(a.isSelected) - Number(b.isSelected) ||
        SEVERITIES[a.severity].rank - SEVERITIES[b.severity].rank ||
        a.number - b.number,
    );
}
