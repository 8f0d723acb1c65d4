import { onScopeDispose, type Ref, type ShallowRef, watch } from "vue";
import type { RecordingsClient, TimeSpan } from "../api/recordings-client.ts";
import type { RecordedFrame } from "../model/frame-stream.ts";
import type { PlotReport } from "../model/plot-report.ts";
import { type RowsOf, rowsNeeded, type WaterfallNeed } from "../model/waterfall-fill.ts";

export interface WaterfallHistoryOptions {
  client: Pick<RecordingsClient, "rows">;
  recordingId: Readonly<Ref<string | undefined>>;
  recorded: Readonly<Ref<TimeSpan | undefined>>;
  /** Frames of the recording. */
  frames: () => number;
  report: ShallowRef<Pick<PlotReport, "waterfall"> | undefined>;
  msPerPx: () => number;
  /** How much is read at once; what is usual for a monitor unless given. */
  limits?: () => Pick<WaterfallNeed, "marginShare" | "mostRows">;
  setHistory(frames: ArrayBuffer[]): void;
}

const SETTLE_MS = 250;
/** Rows that could not be read are asked for again so much later: reports come all the time. */
const AGAIN_MS = 5000;

/**
 * Fills the waterfall with rows of the recording where it shows a time before the frames that the page has. What was
 * read is kept: it is put into every picture that shows that time, and is read again only where it does not reach, or
 * is too coarse. `begin` says that the picture was emptied and that the frames it holds again from a time on were
 * handed to it, up to `topMs` where that is known; without a time, the picture itself tells.
 */
export function useWaterfallHistory(options: WaterfallHistoryOptions): {
  begin(heldFromMs?: number, topMs?: number): void;
} {
  const { client, recordingId, recorded, report, setHistory } = options;
  let read: (RowsOf & { id: string; rows: readonly RecordedFrame[] }) | undefined;
  /** The picture has what was read. */
  let isPut = false;
  let isReading = false;
  let isOver = false;
  /** What the picture holds, until it tells by itself. */
  let began: { fromMs: number; topMs: number | undefined; told: unknown } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const needed = (have: RowsOf | undefined) => {
    const whole = recorded.value;
    const shown = report.value?.waterfall;
    if (!whole || !shown) return undefined;
    const untold = began && began.told === report.value ? began : undefined;
    const heldFromMs = untold?.fromMs ?? shown.heldFromMs;
    // The picture went elsewhere, as at a turn of a loop: its edges with it.
    const movedMs = (untold?.topMs ?? shown.topMs) - shown.topMs;
    const framesPerMs = options.frames() / Math.max(1, whole.toMs - whole.fromMs);
    return rowsNeeded(
      {
        topMs: shown.topMs + movedMs,
        bottomMs: shown.bottomMs + movedMs,
        heldFromMs,
        recorded: whole,
        framesPerMs,
        msPerPx: options.msPerPx(),
        ...options.limits?.(),
      },
      have,
    );
  };
  const ofThis = () => (read?.id === recordingId.value ? read : undefined);
  const fillSoon = (afterMs = SETTLE_MS) => {
    if (isOver) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void fill();
    }, afterMs);
  };
  const put = () => {
    isPut = true;
    // The bytes change hands, and the next picture needs them too.
    setHistory(read!.rows.map(({ bytes }) => bytes.slice(0)));
  };
  const fill = async () => {
    const id = recordingId.value;
    if (id === undefined || isReading || !needed(undefined)) return;
    const wanted = needed(ofThis());
    if (!wanted) {
      if (!isPut) put();
      return;
    }
    isReading = true;
    const { span, rowMs } = wanted;
    try {
      const rows = await client.rows(id, span, Math.max(1, Math.ceil((span.toMs - span.fromMs) / rowMs)));
      // Rows are of the recording, whichever of its times the picture has gone to meanwhile.
      if (id === recordingId.value) {
        read = { id, span, rowMs, rows };
        put();
      }
      isReading = false;
      // The next report may be a while, where the picture stands still.
      if (needed(ofThis())) fillSoon();
    } catch {
      // The waterfall stays open below its own frames meanwhile.
      isReading = false;
      clearTimeout(timer);
      timer = undefined;
      fillSoon(AGAIN_MS);
    }
  };
  watch([report, recorded, recordingId], () => {
    if (needed(undefined) && (!isPut || needed(ofThis()))) fillSoon();
  });
  onScopeDispose(() => {
    isOver = true;
    clearTimeout(timer);
  });
  return {
    begin(fromMs, topMs) {
      began = fromMs === undefined ? undefined : { fromMs, topMs, told: report.value };
      isPut = false;
      // A loop of a moment would be over before what is known already were shown again.
      if (needed(undefined) && ofThis() && !needed(ofThis())) put();
      // A picture that stands still reports once, and that may have been before.
      else fillSoon();
    },
  };
}
