import { type ComputedRef, computed, onScopeDispose, shallowReactive } from "vue";
import type { Gesture } from "../model/gestures.ts";

const sources = shallowReactive<{ gestures: readonly Gesture[] }[]>([]);
const all = computed(() => sources.flatMap(({ gestures }) => gestures));

/** Tells the key sheet what mouse, fingers and focus do, for as long as the component lives. */
export function useGestures(gestures: readonly Gesture[]): void {
  const source = { gestures };
  sources.push(source);
  onScopeDispose(() => void sources.splice(sources.indexOf(source), 1));
}

/** All gestures of the page that is open. */
export function useGestureList(): ComputedRef<readonly Gesture[]> {
  return all;
}
