import { shallowRef } from "vue";

const POLITE_EVERY_MS = 5000;

const polite = shallowRef("");
const assertive = shallowRef("");
let lastMs = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;
let pending = "";

/** Speaks a change of state to screen readers: the newest one, at most one in five seconds. */
export function announce(text: string): void {
  pending = text;
  if (waiting) return;
  const waitMs = Math.max(0, lastMs + POLITE_EVERY_MS - Date.now());
  waiting = setTimeout(() => {
    waiting = undefined;
    lastMs = Date.now();
    polite.value = pending;
  }, waitMs);
}

/** Speaks a failure at once; the same words are not repeated. */
export function announceFailure(text: string): void {
  assertive.value = text;
}

/** The texts for the two live regions of the page. */
export function useAnnouncements() {
  return { polite, assertive };
}
