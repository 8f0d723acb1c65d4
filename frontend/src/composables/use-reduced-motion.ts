import { onScopeDispose, type ShallowRef, shallowRef } from "vue";

/** Whether the user asks the system for less motion; follows a change. */
export function useReducedMotion(): Readonly<ShallowRef<boolean>> {
  const media = matchMedia("(prefers-reduced-motion: reduce)");
  const reduced = shallowRef(media.matches);
  const onChange = (event: MediaQueryListEvent) => {
    reduced.value = event.matches;
  };
  media.addEventListener("change", onChange);
  onScopeDispose(() => media.removeEventListener("change", onChange));
  return reduced;
}
