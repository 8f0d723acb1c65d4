import type { SpectrumFrame } from "../spectrum-frame.ts";
import { DetectorSet, type DetectorSetOptions } from "./detector-set.ts";
import type { DetectorEvent, EventKind } from "./event.ts";

export interface Rehearsal {
  frames: number;
  /** Events that the thresholds would have raised, by kind. */
  counts: Partial<Record<EventKind, number>>;
  events: readonly DetectorEvent[];
}

/** Runs detectors over a recording: how often they would have fired with these thresholds. */
export function wouldHaveFired(recording: Iterable<SpectrumFrame>, options: DetectorSetOptions): Rehearsal {
  const detectors = new DetectorSet(options);
  let frames = 0;
  for (const frame of recording) {
    detectors.feed(frame);
    frames += 1;
  }
  const counts: Partial<Record<EventKind, number>> = {};
  for (const { kind } of detectors.events) counts[kind] = (counts[kind] ?? 0) + 1;
  return { frames, counts, events: detectors.events };
}
