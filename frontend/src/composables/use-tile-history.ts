import type { Recording, UtscSession } from "@pnmlab/protocol";
import { computed, onScopeDispose, type Ref, type ShallowRef, shallowRef, watch } from "vue";
import type { RecordingsClient } from "../api/recordings-client.ts";
import type { PlotReport } from "../model/plot-report.ts";
import { recordedSpan, ringIdOf } from "../model/ring-of-session.ts";
import { useWaterfallHistory } from "./use-waterfall-history.ts";

export interface TileHistoryOptions {
  client: Pick<RecordingsClient, "detail" | "rows">;
  session: Readonly<Ref<Pick<UtscSession, "id" | "framesReceived"> | undefined>>;
  report: ShallowRef<Pick<PlotReport, "waterfall" | "bins"> | undefined>;
  msPerPx(): number;
  setHistory(frames: ArrayBuffer[]): void;
}

/** Levels that are read for one tile at most: 312 rows of 1600 bins, more than any tile is high. */
const MOST_BYTES = 1_000_000;
const BYTES_PER_BIN = 2;
/** A ring that could not be read, or holds nothing yet, is asked for again so much later. */
const AGAIN_MS = 5000;

/**
 * Fills the waterfall of a tile once with what the ring of its session holds from before the first frame that the page
 * has. It reads the rows that the tile shows and no more: a tile is not scrolled.
 */
export function useTileHistory(options: TileHistoryOptions): void {
  const { client, report } = options;
  const recordingId = computed(() => ringIdOf(options.session.value));
  const ring = shallowRef<Recording>();
  // The ring is read when the tile has frames, so that it reaches up to the first of them.
  const hasFrames = computed(() => report.value !== undefined);
  let again: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  const read = async () => {
    clearTimeout(again);
    const id = recordingId.value;
    if (id === undefined || !hasFrames.value) return;
    const found = await client.detail(id).catch(() => undefined);
    if (isOver || id !== recordingId.value) return;
    if (recordedSpan(found)) ring.value = found;
    else again = setTimeout(() => void read(), AGAIN_MS);
  };
  watch(
    [recordingId, hasFrames],
    () => {
      ring.value = undefined;
      void read();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    isOver = true;
    clearTimeout(again);
  });
  useWaterfallHistory({
    client,
    recordingId,
    recorded: computed(() => recordedSpan(ring.value)),
    frames: () => ring.value?.frames ?? 0,
    report,
    msPerPx: options.msPerPx,
    limits: () => ({
      marginShare: 0,
      mostRows: Math.max(1, Math.floor(MOST_BYTES / (BYTES_PER_BIN * (report.value?.bins ?? 1)))),
    }),
    setHistory: options.setHistory,
  });
}
