import { messageOf } from "@pnmlab/kit";
import type { ChangeDetection } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef } from "vue";
import { type ComparedRehearsal, compareRehearsals } from "../model/events/compared-rehearsal.ts";
import { useLab } from "./use-lab.ts";

/** Sliders are moved in many small steps. */
const SETTLE_MS = 500;

export interface RehearsalControl {
  /** What the newest complete run came to; the next one is over the same frames. */
  result: ShallowRef<ComparedRehearsal | undefined>;
  /** Since when a run is under way, by the browser's clock. */
  runningSinceMs: Ref<number | undefined>;
  failure: Ref<string | undefined>;
  /**
   * Runs the detectors over a recording once the thresholds rest, with the wanted ones and with the lab's; takes a run
   * before it back.
   */
  ask(recordingId: string, wanted: ChangeDetection, lab: ChangeDetection): void;
  cancel(): void;
  /** Forgets what was found, and over which frames. */
  forget(): void;
}

/** What a recording would have raised, asked of the backend; at most one question at a time. */
export function useRehearsal(): RehearsalControl {
  const { sync } = useLab();
  const result = shallowRef<ComparedRehearsal>();
  const runningSinceMs = ref<number>();
  const failure = ref<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  function cancel() {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
    runningSinceMs.value = undefined;
  }
  async function run(recordingId: string, wanted: ChangeDetection, lab: ChangeDetection) {
    const mine = new AbortController();
    running = mine;
    failure.value = undefined;
    try {
      const answer = await compareRehearsals(
        (request) => sync.client.events.rehearse(recordingId, request, mine.signal),
        wanted,
        lab,
        result.value,
      );
      if (running === mine) result.value = answer;
    } catch (cause) {
      if (running === mine) failure.value = messageOf(cause);
    } finally {
      if (running === mine) cancel();
    }
  }
  onScopeDispose(cancel);
  return {
    result,
    runningSinceMs,
    failure,
    ask(recordingId, wanted, lab) {
      cancel();
      // What a run before came to is none of these thresholds, also while they are still being moved.
      runningSinceMs.value = Date.now();
      timer = setTimeout(() => void run(recordingId, wanted, lab), SETTLE_MS);
    },
    cancel,
    forget() {
      cancel();
      result.value = undefined;
    },
  };
}
