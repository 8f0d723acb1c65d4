import { onScopeDispose, type ShallowRef, shallowRef } from "vue";
import { onNextBeat } from "../model/beat.ts";

const now = shallowRef(Date.now());
let users = 0;
let stop = () => {};

function tick(): void {
  now.value = Date.now();
  stop = onNextBeat(tick);
}

/** The time by the browser's clock, twice a second, from one timer for the whole page. */
export function useNow(): Readonly<ShallowRef<number>> {
  users += 1;
  if (users === 1) tick();
  else now.value = Date.now();
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) stop();
  });
  return now;
}
