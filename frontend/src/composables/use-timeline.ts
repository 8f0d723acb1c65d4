import type { RecordingStep, UpstreamChannel } from "@pnmlab/protocol";
import {
  type ComputedRef,
  computed,
  onScopeDispose,
  type Ref,
  type ShallowRef,
  shallowRef,
  watch,
} from "vue";
import type { FramesFrom, RecordingsClient, TimeSpan } from "../api/recordings-client.ts";
import { QuietLine } from "../model/timeline/quiet-line.ts";
import { clampSpan, scrollSpan, zoomSpan } from "../model/timeline/timeline-span.ts";

export interface TimelineOptions {
  client: RecordingsClient;
  recordingId: Readonly<Ref<string | undefined>>;
  /** What the recording holds; undefined where nothing is recorded. */
  recorded: Readonly<Ref<TimeSpan | undefined>>;
  /** Frames of the recording. */
  frames: Readonly<Ref<number>>;
  channels: Readonly<Ref<readonly UpstreamChannel[]>>;
  /** Grows by itself, or stands still. */
  isGrowing: Readonly<Ref<boolean>>;
  newestMs: Readonly<Ref<number>>;
}

/** The timeline under the picture: which time it shows, and the line in it. */
export interface Timeline {
  span: ComputedRef<TimeSpan>;
  /** What can be scrolled to. */
  bounds: ComputedRef<TimeSpan>;
  /** Its right end moves along with what comes in. */
  follows: ComputedRef<boolean>;
  steps: ShallowRef<readonly RecordingStep[]>;
  stepMs: ShallowRef<number>;
  /** Single frames in the place of steps, where few enough are shown. */
  fine: ShallowRef<readonly RecordingStep[]>;
  /** Stretch chosen by dragging. */
  selection: ShallowRef<TimeSpan | undefined>;
  zoom(anchorMs: number, factor: number): void;
  scroll(share: number): void;
  /** Shows a moment, without a change of the zoom. */
  reveal(timeMs: number): void;
  fit(): void;
}

const MOVES_EVERY_MS = 1000;
/** Shown at first, as far as there is so much. */
const USUAL_MS = 600_000;
const MOST_STEPS = 1200;
/** The recorder sums frames up in stretches of this length; in shorter steps it has the highest of single frames. */
const COARSE_MS = 10_000;
/** So many frames the recorder reads for a line at most. */
const MOST_LINE_FRAMES = 20_000;
/** A step has this many frames, or it would seem to be a gap where one comes a little late. */
const FRAMES_A_STEP = 4;
const LEAST_STEP_MS = 1000;
const MOST_FINE_FRAMES = 1200;
const FRAMES_A_REQUEST = 600;
const DEBOUNCE_MS = 150;
/** While it follows, what came in since is taken from the frames themselves for so long. */
const REFRESH_EVERY_MS = 30_000;

export function useTimeline(options: TimelineOptions): Timeline {
  const { client, recordingId, recorded, isGrowing, newestMs } = options;
  /** Undefined: the usual length up to the newest. */
  const chosen = shallowRef<TimeSpan>();
  const steps = shallowRef<readonly RecordingStep[]>([]);
  const stepMs = shallowRef(0);
  const fine = shallowRef<readonly RecordingStep[]>([]);
  const selection = shallowRef<TimeSpan>();
  let read: { id: string; span: TimeSpan; atMs: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const bounds = computed<TimeSpan>(() => {
    const newest = Math.max(recorded.value?.toMs ?? 0, isGrowing.value ? newestMs.value : 0);
    const toMs = newest > 0 ? newest : Date.now();
    const fromMs = recorded.value?.fromMs ?? toMs - USUAL_MS;
    return { fromMs: isGrowing.value ? Math.min(fromMs, toMs - USUAL_MS) : fromMs, toMs };
  });
  /** Ten minutes move by two pixels in a second: the strip needs no picture for less. */
  const endMs = computed(() => Math.ceil(bounds.value.toMs / MOVES_EVERY_MS) * MOVES_EVERY_MS);
  const follows = computed(() => chosen.value === undefined && isGrowing.value);
  const span = computed<TimeSpan>(() => {
    if (chosen.value) return chosen.value;
    if (!isGrowing.value) return bounds.value;
    return { fromMs: endMs.value - USUAL_MS, toMs: endMs.value };
  });

  const fetchSteps = async () => {
    const id = recordingId.value;
    const whole = recorded.value;
    if (id === undefined || !whole) {
      read = undefined;
      steps.value = [];
      fine.value = [];
      return;
    }
    const lengthMs = span.value.toMs - span.value.fromMs;
    const fromMs = Math.max(whole.fromMs, span.value.fromMs - lengthMs / 2);
    const toMs = Math.min(whole.toMs, span.value.toMs + lengthMs / 2);
    if (toMs <= fromMs) return;
    const wanted = { id, span: { fromMs, toMs }, atMs: Date.now() };
    const share = (toMs - fromMs) / Math.max(1, whole.toMs - whole.fromMs);
    try {
      if (options.frames.value * share <= MOST_FINE_FRAMES) {
        const line = await readLine(id, wanted.span);
        if (recordingId.value !== id) return;
        fine.value = line;
      } else {
        const framesHere = options.frames.value * share;
        const wantedMs =
          framesHere > MOST_LINE_FRAMES
            ? COARSE_MS
            : Math.max(LEAST_STEP_MS, (FRAMES_A_STEP * (toMs - fromMs)) / framesHere);
        const count = Math.min(MOST_STEPS, Math.ceil((toMs - fromMs) / wantedMs));
        const overview = await client.overview(id, wanted.span, count);
        if (recordingId.value !== id) return;
        fine.value = [];
        steps.value = overview.steps;
        stepMs.value = overview.stepMs;
      }
      read = wanted;
    } catch {
      // The line of this page's own frames stays; the next change of the time shown asks again.
    }
  };
  const readLine = async (id: string, { fromMs, toMs }: TimeSpan) => {
    const line = new QuietLine();
    line.setChannels(options.channels.value);
    for (let from: FramesFrom = { fromMs: Math.round(fromMs) }; ; ) {
      const frames = await client.frames(id, from, FRAMES_A_REQUEST);
      for (const { frame } of frames) line.add(frame);
      const last = frames.at(-1)?.frame;
      if (!last || frames.length < FRAMES_A_REQUEST || last.capturedAtMs >= toMs) return line.steps;
      from = { fromSequence: last.sequence + 1 };
    }
  };
  const needsRead = () => {
    const whole = recorded.value;
    if (recordingId.value !== read?.id || !read || !whole) return recordingId.value !== undefined;
    const fromMs = Math.max(whole.fromMs, span.value.fromMs);
    const toMs = Math.min(whole.toMs, span.value.toMs);
    const lengthMs = toMs - fromMs;
    const isOutside = fromMs < read.span.fromMs || toMs > read.span.toMs;
    const isCoarse = read.span.toMs - read.span.fromMs > 4 * Math.max(1, lengthMs);
    return isOutside ? !follows.value || Date.now() - read.atMs > REFRESH_EVERY_MS : isCoarse;
  };
  watch(
    [recordingId, recorded, span],
    () => {
      if (timer !== undefined || !needsRead()) return;
      timer = setTimeout(() => {
        timer = undefined;
        void fetchSteps();
      }, DEBOUNCE_MS);
    },
    { immediate: true },
  );
  watch(recordingId, () => {
    chosen.value = undefined;
    selection.value = undefined;
  });
  onScopeDispose(() => clearTimeout(timer));

  /** A span that reaches the newest end follows it again, where it has the usual length. */
  const choose = (next: TimeSpan) => {
    const isUsual = Math.abs(next.toMs - next.fromMs - USUAL_MS) < 1;
    chosen.value = isGrowing.value && isUsual && next.toMs >= bounds.value.toMs ? undefined : next;
  };
  return {
    span,
    bounds,
    follows,
    steps,
    stepMs,
    fine,
    selection,
    zoom: (anchorMs, factor) => choose(zoomSpan(span.value, anchorMs, factor, bounds.value)),
    scroll: (share) => choose(scrollSpan(span.value, share, bounds.value)),
    reveal(timeMs) {
      const { fromMs, toMs } = span.value;
      if (timeMs >= fromMs && timeMs <= toMs) return;
      const half = (toMs - fromMs) / 2;
      choose(clampSpan({ fromMs: timeMs - half, toMs: timeMs + half }, bounds.value));
    },
    fit() {
      const { fromMs, toMs } = bounds.value;
      const isWhole = chosen.value !== undefined && Math.abs(span.value.fromMs - fromMs) < 1;
      chosen.value = isWhole || toMs - fromMs <= USUAL_MS ? undefined : { fromMs, toMs };
    },
  };
}
