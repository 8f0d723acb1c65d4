import type { AlarmTiming } from "./alarm-table.ts";
import type { DetectorId, DetectorNotice } from "./event.ts";
import type { EventJournal } from "./event-journal.ts";
import type { FrameView } from "./frame-view.ts";
import type { Thresholds } from "./thresholds.ts";

/** One detector: takes every frame and tells what was raised, reopened or cleared by it. */
export interface Detector {
  readonly id: DetectorId;
  feed(view: FrameView): DetectorNotice[];
}

/** What a detector is made with. */
export interface DetectorContext {
  thresholds: Thresholds;
  journal: EventJournal;
  /** A trigger selects the frames: how often a channel sends in them says nothing of its traffic. */
  isTriggered?: boolean | undefined;
}

/** Times of the alarm that the thresholds give. */
export function timingOf({
  confirmFrames,
  confirmOfFrames,
  clearS,
  cooldownS,
  hysteresisDb,
}: Thresholds): Partial<AlarmTiming> {
  return { ...confirmationOf(confirmFrames, confirmOfFrames), clearS, cooldownS, hysteresisDb };
}

/** n of m as whole numbers, m no less than n. */
export function confirmationOf(frames: number, ofFrames: number): Pick<AlarmTiming, "n" | "m"> {
  const n = Math.max(1, Math.round(frames));
  return { n, m: Math.max(n, Math.round(ofFrames)) };
}

/** Raises with the first frame that passes the threshold: for statistics that already sum up many frames. */
export const AT_ONCE: Partial<AlarmTiming> = { n: 1, m: 1 };

/** The notices that are one. */
export function noticesOf(...notices: (DetectorNotice | undefined)[]): DetectorNotice[] {
  return notices.filter((notice) => notice !== undefined);
}
