import { onScopeDispose, type ShallowRef, shallowRef } from "vue";

/** Whether a media query holds now. */
export function useMedia(query: string): Readonly<ShallowRef<boolean>> {
  const matches = shallowRef(false);
  if (!("matchMedia" in globalThis)) return matches;
  const list = matchMedia(query);
  const read = () => {
    matches.value = list.matches;
  };
  read();
  list.addEventListener("change", read);
  onScopeDispose(() => list.removeEventListener("change", read));
  return matches;
}

/** Pages of this size have a bar below in place of the rail, and a sheet from below in place of the drawer. */
export const TABLET = "(max-width: 1023px), (pointer: coarse) and (max-width: 1199px)";
/** Pages of this size show one pane at a time, to read and to mark only. */
export const NARROW = "(max-width: 899px)";
/** Pages of this size hold two tabs of the drawer, one above the other. */
export const VERY_WIDE = "(min-width: 1920px)";
