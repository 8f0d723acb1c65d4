import type { DetectionState } from "@pnmlab/protocol";
import {
  type ComputedRef,
  computed,
  type MaybeRefOrGetter,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
} from "vue";
import { detectionTrouble } from "../model/events/event-words.ts";
import { useLab } from "./use-lab.ts";

const EVERY_MS = 5000;

/** How the detectors run, read every few seconds; undefined before the first answer. */
export function useDetectorState(): Readonly<ShallowRef<DetectionState | undefined>> {
  const { sync } = useLab();
  const state = shallowRef<DetectionState>();
  async function read() {
    try {
      state.value = await sync.client.events.detectors();
    } catch {
      // A backend that is away is told by the connection; what was last known of the detectors stays.
    }
  }
  void read();
  const timer = setInterval(() => void read(), EVERY_MS);
  onScopeDispose(() => clearInterval(timer));
  return state;
}

/** What is to be said where the detectors do not see everything; of one session, or of all. */
export function useDetectorTrouble(
  sessionId?: MaybeRefOrGetter<string | undefined>,
): ComputedRef<string | undefined> {
  const state = useDetectorState();
  return computed(() => detectionTrouble(state.value, toValue(sessionId)));
}
