import { computed, shallowRef, watchEffect } from "vue";
import type { PaletteName } from "../model/palette.ts";
import { parseSettings, type Settings, storedSettings } from "../model/settings.ts";
import { stageHandle } from "../render/stage-host.ts";

const KEY = "pnmlab.settings";
const settings = shallowRef<Settings>(parseSettings(null));
const systemIsLight = shallowRef(false);

const theme = computed(() =>
  settings.value.theme === "system" ? (systemIsLight.value ? "light" : "dark") : settings.value.theme,
);
const palette = computed<PaletteName>(
  () => settings.value.palette ?? (theme.value === "light" ? "paper" : "deep"),
);

/** Reads what this browser has stored and keeps the document's theme and text size in step with it. */
export function applySettings(): void {
  settings.value = parseSettings(readStored());
  const media = matchMedia("(prefers-color-scheme: light)");
  systemIsLight.value = media.matches;
  media.addEventListener("change", (event) => {
    systemIsLight.value = event.matches;
  });
  let painted = false;
  watchEffect(() => {
    document.documentElement.dataset.theme = theme.value;
    document.documentElement.style.setProperty("--text-scale", String(settings.value.textPercent / 100));
    if (painted) stageHandle().refreshTheme();
    painted = true;
  });
}

export function useSettings() {
  return {
    settings,
    theme,
    /** Palette of the waterfalls: the chosen one, else that of the theme. */
    palette,
    change(part: Partial<Settings>): void {
      settings.value = { ...settings.value, ...part };
      try {
        localStorage.setItem(KEY, storedSettings(settings.value));
      } catch {
        // A browser that stores nothing still shows the choice until it is closed.
      }
    },
  };
}

function readStored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
