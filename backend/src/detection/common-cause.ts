import type { PlantEvent } from "@pnmlab/protocol";

/** What two events of different ports are compared by. */
export interface Coincident {
  event: Pick<PlantEvent, "cmtsId" | "rfPortIfIndex" | "kind" | "firstMs" | "f0Hz" | "bwHz">;
  /** Time between two frames of its port; 0 where unknown. */
  periodMs: number;
}

/** Ports are not captured in step, and starts may be dithered: a frame more or less, and a little. */
const FRAME_TOLERANCE = 1.2;
/** As near as events of one port are taken for one. */
const NEAR_HZ = 100_000;

/** Whether two events began within a frame of each other at the same frequency, on different ports. */
export function haveCommonCause(a: Coincident, b: Coincident): boolean {
  const isOnePort = a.event.cmtsId === b.event.cmtsId && a.event.rfPortIfIndex === b.event.rfPortIfIndex;
  const apartHz = Math.abs(a.event.f0Hz - b.event.f0Hz);
  return (
    !isOnePort &&
    a.event.kind === b.event.kind &&
    Math.abs(a.event.firstMs - b.event.firstMs) <= FRAME_TOLERANCE * Math.max(a.periodMs, b.periodMs) &&
    apartHz <= Math.max(NEAR_HZ, a.event.bwHz / 2, b.event.bwHz / 2)
  );
}
