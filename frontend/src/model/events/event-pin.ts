import type { EventSeverity, PlantEvent } from "@pnmlab/protocol";

/** An event as the painters of the live page need it. */
export interface EventPin {
  number: number;
  f0Hz: number;
  bwHz: number;
  firstMs: number;
  lastMs: number;
  severity: EventSeverity;
  isRaised: boolean;
  isSelected: boolean;
}

/** Pins of events that are not muted, the selected one last so that it is painted over the others. */
export function pinsOf(events: readonly PlantEvent[], selectedId: string | undefined): EventPin[] {
  return events
    .filter(({ muted, id }) => !muted || id === selectedId)
    .map((event) => ({
      number: event.number,
      f0Hz: event.f0Hz,
      bwHz: event.bwHz,
      firstMs: event.firstMs,
      lastMs: event.lastMs,
      severity: event.severity,
      isRaised: event.state === "raised",
      isSelected: event.id === selectedId,
    }))
    .sort((a, b) => Number(a.isSelected) - Number(b.isSelected) || a.number - b.number);
}
