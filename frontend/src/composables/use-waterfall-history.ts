import { onScopeDispose, type Ref, type ShallowRef, watch } from "vue";
import type { RecordingsClient, TimeSpan } from "../api/recordings-client.ts";
import type { PlotReport } from "../model/plot-report.ts";

export interface WaterfallHistoryOptions {
  client: RecordingsClient;
  recordingId: Readonly<Ref<string | undefined>>;
  recorded: Readonly<Ref<TimeSpan | undefined>>;
  report: ShallowRef<PlotReport | undefined>;
  msPerPx: () => number;
  setHistory(frames: ArrayBuffer[]): void;
}

const SETTLE_MS = 250;
const MOST_ROWS = 900;

/**
 * Fills the waterfall with rows of the recording where it shows a time before the frames that the page has.
 * `begin` says that the picture was emptied, and from when on it holds frames again; without a time, the picture
 * itself tells.
 */
export function useWaterfallHistory(options: WaterfallHistoryOptions): { begin(heldFromMs?: number): void } {
  const { client, recordingId, recorded, report, setHistory } = options;
  /** Time of the oldest frame in the picture that is no row of this. */
  let heldFromMs: number | undefined;
  let filled: TimeSpan | undefined;
  let place = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const missing = (): TimeSpan | undefined => {
    const shown = report.value?.waterfall;
    const whole = recorded.value;
    if (!shown || !whole || shown.topMs <= 0) return undefined;
    heldFromMs ??= shown.keptFromMs;
    const fromMs = Math.max(whole.fromMs, shown.bottomMs);
    const toMs = Math.min(heldFromMs, shown.topMs, whole.toMs);
    if (toMs - fromMs < options.msPerPx()) return undefined;
    if (filled && filled.fromMs <= fromMs && filled.toMs >= toMs) return undefined;
    const marginMs = (shown.topMs - shown.bottomMs) / 2;
    return {
      fromMs: Math.max(whole.fromMs, fromMs - marginMs),
      toMs: Math.min(heldFromMs, whole.toMs, toMs + marginMs),
    };
  };
  const fillSoon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void fill();
    }, SETTLE_MS);
  };
  const fill = async () => {
    const id = recordingId.value;
    const span = missing();
    if (id === undefined || !span) return;
    const here = place;
    filled = span;
    const rows = Math.ceil((span.toMs - span.fromMs) / options.msPerPx());
    try {
      const read = await client.rows(id, span, Math.min(MOST_ROWS, Math.max(1, rows)));
      if (here !== place) {
        fillSoon();
        return;
      }
      setHistory(read.filter(({ frame }) => frame.capturedAtMs < span.toMs).map(({ bytes }) => bytes));
    } catch {
      // The waterfall stays open below its own frames; the next move asks again.
      if (here === place) filled = undefined;
    }
  };
  watch([report, recorded], () => {
    if (missing()) fillSoon();
  });
  onScopeDispose(() => clearTimeout(timer));
  return {
    begin(fromMs) {
      place += 1;
      heldFromMs = fromMs;
      filled = undefined;
      // A picture that stands still reports once, and that may have been before.
      fillSoon();
    },
  };
}
