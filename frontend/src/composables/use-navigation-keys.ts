import { ref } from "vue";
import { useRouter } from "vue-router";
import type { Hotkey } from "../model/hotkeys.ts";
import { RAIL_ENTRIES } from "../model/rail.ts";
import { useHotkeys } from "./use-hotkeys.ts";

/** Keys that work on every page: `G` and a letter, search, and the sheet of keys. */
export function useNavigationKeys() {
  const router = useRouter();
  const searchOpen = ref(false);
  const keysOpen = ref(false);
  const group = "Everywhere";
  const hotkeys: Hotkey[] = RAIL_ENTRIES.map((entry) => ({
    keys: `G ${entry.letter}`,
    does: `Go to ${entry.label}`,
    group,
    run: () => void router.push(entry.path),
  }));
  hotkeys.push(
    {
      keys: "Ctrl K",
      does: "Search, go, do",
      group,
      run: () => {
        searchOpen.value = true;
      },
    },
    {
      keys: "?",
      does: "Keys of this page",
      group,
      run: () => {
        keysOpen.value = true;
      },
    },
  );
  useHotkeys(hotkeys);
  return { searchOpen, keysOpen };
}
