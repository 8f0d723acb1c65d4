import type { Mute, PlantEvent } from "@pnmlab/protocol";

/** Whether a mute keeps an event from being reported at this time: its frequency lies in the muted band. */
export function isMuted(
  event: Pick<PlantEvent, "cmtsId" | "rfPortIfIndex" | "kind" | "f0Hz">,
  mutes: readonly Mute[],
  nowMs: number,
): boolean {
  return mutes.some(
    ({ cmtsId, rfPortIfIndex, kind, fromHz, toHz, untilAt }) =>
      (cmtsId === null || cmtsId === event.cmtsId) &&
      (rfPortIfIndex === null || rfPortIfIndex === event.rfPortIfIndex) &&
      (kind === null || kind === event.kind) &&
      event.f0Hz >= fromHz &&
      event.f0Hz <= toHz &&
      (untilAt === null || Date.parse(untilAt) > nowMs),
  );
}
