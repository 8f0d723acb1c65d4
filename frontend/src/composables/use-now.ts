import { onScopeDispose, type ShallowRef, shallowRef } from "vue";

const TICK_MS = 250;
const now = shallowRef(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time by the browser's clock, four times a second, from one timer for the whole page. */
export function useNow(): Readonly<ShallowRef<number>> {
  users += 1;
  now.value = Date.now();
  timer ??= setInterval(() => {
    now.value = Date.now();
  }, TICK_MS);
  onScopeDispose(() => {
    users -= 1;
    if (users > 0) return;
    clearInterval(timer);
    timer = undefined;
  });
  return now;
}
