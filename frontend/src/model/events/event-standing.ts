import type { PlantEvent } from "@pnmlab/protocol";

/** How people stand to an event, apart from whether the disturbance is still there. */
export const STANDINGS = ["open", "acknowledged", "muted"] as const;
export type Standing = (typeof STANDINGS)[number];

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  open: "Open",
  acknowledged: "Acknowledged",
  muted: "Muted",
};

/** A muted event is muted whether somebody has acknowledged it or not. */
export function standingOf({ muted, acknowledged }: Pick<PlantEvent, "muted" | "acknowledged">): Standing {
  if (muted) return "muted";
  return acknowledged ? "acknowledged" : "open";
}

/** Open events that are still raised: what needs somebody now. */
export function needsSomebody(event: PlantEvent): boolean {
  return event.state === "raised" && standingOf(event) === "open";
}
