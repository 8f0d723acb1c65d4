import { type ComputedRef, computed } from "vue";
import { type LevelHistory, MOST_WATCHED, type WatchedBand } from "../model/level-history.ts";
import { announce } from "./use-announcer.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** Bands whose level is followed over time (zero span). */
export interface LevelWatching {
  bands: ComputedRef<readonly WatchedBand[]>;
  watch(band: Omit<WatchedBand, "id">): void;
  remove(id: number): void;
  /** The levels of the last ten minutes in at most so many columns. */
  read(columns: number): Promise<LevelHistory[] | undefined>;
}

export function watchLevels({ control, plot }: LiveMonitor, remember: () => void): LevelWatching {
  const bands = computed(() => control.view.value.watched);
  return {
    bands,
    watch(band) {
      if (bands.value.length >= MOST_WATCHED) {
        announce(`${MOST_WATCHED} bands are followed already; remove one first`);
        return;
      }
      remember();
      const id = Math.max(0, ...bands.value.map((known) => known.id)) + 1;
      control.change({ watched: [...bands.value, { ...band, id }] });
    },
    remove(id) {
      remember();
      control.change({ watched: bands.value.filter((band) => band.id !== id) });
    },
    read: (columns) => plot.ask<"levels">({ kind: "levels", columns }),
  };
}
