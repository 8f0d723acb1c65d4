import type { UtscRequest } from "@pnmlab/protocol";
import { shallowRef } from "vue";
import { type OwnPreset, parseOwnPresets, withPreset } from "../model/setup/presets.ts";

const KEY = "pnmlab.setupPresets";
const presets = shallowRef<readonly OwnPreset[]>([]);
let isRead = false;

/** Set-ups that the user named, as this browser keeps them. */
export function useOwnPresets() {
  if (!isRead) {
    isRead = true;
    presets.value = parseOwnPresets(read());
  }
  return {
    presets,
    save: (name: string, request: UtscRequest) =>
      store(withPreset(presets.value, { name, savedAt: new Date().toISOString(), request })),
    remove: (name: string) => store(presets.value.filter((preset) => preset.name !== name)),
  };
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Whether the browser took it; the list holds it until the page is closed anyway. */
function store(next: readonly OwnPreset[]): boolean {
  presets.value = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
    return true;
  } catch {
    return false;
  }
}
