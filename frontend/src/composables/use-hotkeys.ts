import {
  type ComputedRef,
  computed,
  type MaybeRefOrGetter,
  onScopeDispose,
  shallowReactive,
  toValue,
} from "vue";
import { chordOf, effective, type Hotkey, HotkeyMatcher, isSingleKey } from "../model/hotkeys.ts";
import { useSettings } from "./use-settings.ts";

const sources = shallowReactive<{ hotkeys: MaybeRefOrGetter<Hotkey[]> }[]>([]);
const all = computed(() => sources.flatMap((source) => toValue(source.hotkeys)));

/** Registers keys for as long as the component lives. The newest registration of a key wins. */
export function useHotkeys(hotkeys: MaybeRefOrGetter<Hotkey[]>): void {
  const source = { hotkeys };
  sources.push(source);
  onScopeDispose(() => void sources.splice(sources.indexOf(source), 1));
}

const told = computed(() => effective(all.value));

/** All functions that can be run now, for the key sheet and the search. */
export function useHotkeyList(): ComputedRef<Hotkey[]> {
  return told;
}

/** Listens to the keyboard of the page; called once, by the page's root. */
export function installHotkeys(): void {
  const matcher = new HotkeyMatcher();
  const { settings } = useSettings();
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || (event.repeat === true && chordOf(event) === "Space")) return;
    const isChord = (event.ctrlKey || event.metaKey) && !EDITING.test(event.key);
    if (isTyping(event.target) && !isChord && event.key !== "Escape") return;
    if (document.querySelector("[data-modal]")) return;
    // What lies open over the page closes first.
    if (event.key === "Escape" && document.querySelector("[data-dismissable-layer]")) return;
    const usable = settings.value.singleKeys
      ? all.value
      : all.value.filter((hotkey) => !isSingleKey(hotkey.keys));
    const hotkey = matcher.match(event, usable, event.timeStamp);
    if (!hotkey || (chordOf(event) === "Space" && isButton(event.target))) return;
    event.preventDefault();
    hotkey.run();
  };
  document.addEventListener("keydown", onKey);
  onScopeDispose(() => document.removeEventListener("keydown", onKey));
}

/** What moves through a text, or takes a change of it back, also with Ctrl. */
const EDITING = /^(Arrow.*|Page.*|Home|End|Backspace|Delete|z)$/i;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

/** A focused button takes Space for itself. */
function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("button, a, [role=tab], [role=menuitem]");
}
