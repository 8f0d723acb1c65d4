import { messageOf } from "@pnmlab/kit";
import type { RecordingDetail, RecordingSettings } from "@pnmlab/protocol";
import {
  type ComputedRef,
  computed,
  onScopeDispose,
  type Ref,
  type ShallowRef,
  shallowRef,
  watch,
} from "vue";
import { ApiError } from "../api/api-error.ts";
import type { RecordingsClient, TimeSpan } from "../api/recordings-client.ts";
import type { RecordedFrame } from "../model/frame-stream.ts";
import { Playback } from "../model/playback/playback.ts";
import { type PlaybackSpeed, stepSpeed, type Transport } from "../model/playback/transport.ts";
import { recordedSpan } from "../model/ring-of-session.ts";

export interface PlaybackOptions {
  client: RecordingsClient;
  /** The recording that can be played here; undefined where nothing is recorded. */
  recordingId: Readonly<Ref<string | undefined>>;
  show(frames: readonly RecordedFrame[], anew: boolean): void;
  /** Called where live frames are to be drawn again. */
  showLive(): void;
  /** Sequence number of the newest frame that the picture has taken in. */
  drawnSequence(): number;
}

/** The recorder's part of the live page: what can be played, and where it is played now. */
export interface PlaybackControl {
  recording: ShallowRef<RecordingDetail | undefined>;
  /** Why there is nothing to play, where the backend said so. */
  unavailable: ShallowRef<string | undefined>;
  active: ComputedRef<boolean>;
  /** Undefined while live frames are shown. */
  transport: ShallowRef<Transport | undefined>;
  /** Follows the frame shown, four times a second while playing, more often where it plays faster. */
  shown: ShallowRef<{ sequence: number; capturedAtMs: number } | undefined>;
  /** Median time between the captures up to the frame shown, whole milliseconds; undefined while it is not known. */
  periodMs: ShallowRef<number | undefined>;
  /** It has played to the end of what is recorded so far. */
  ended: ShallowRef<boolean>;
  /** What held when the shown frame was recorded. */
  settings: ComputedRef<RecordingSettings | undefined>;
  seeking: ShallowRef<boolean>;
  failure: ShallowRef<string | undefined>;
  bounds: ComputedRef<TimeSpan | undefined>;
  /** Goes into playback at a time; without one at the newest frame. Resolves once that is shown or failed. */
  open(atMs?: number): Promise<boolean>;
  close(): void;
  goTo(timeMs: number, scrub?: boolean): void;
  /** Goes to the frame with a sequence number, or to the first where the recording begins after it. */
  goToFrame(sequence: number): void;
  step(direction: 1 | -1): void;
  toggle(): void;
  changeSpeed(direction: 1 | -1): void;
  setSpeed(speed: PlaybackSpeed): void;
  setLoop(span: TimeSpan | undefined): void;
  /** Reads again what there is to play. */
  refresh(): Promise<void>;
}

const TICK_MS = 33;
const TEXT_EVERY_MS = 250;
const REFRESH_EVERY_MS = 5000;
/** The picture has at most so many frames before it that it has not taken in. */
const MOST_WAITING = 300;

/** Plays the recording of a page into its picture. */
export function usePlayback(options: PlaybackOptions): PlaybackControl {
  const { client, recordingId } = options;
  const recording = shallowRef<RecordingDetail>();
  const unavailable = shallowRef<string>();
  const transport = shallowRef<Transport>();
  const shown = shallowRef<{ sequence: number; capturedAtMs: number }>();
  const periodMs = shallowRef<number>();
  const ended = shallowRef(false);
  const seeking = shallowRef(false);
  const failure = shallowRef<string>();
  let playback: Playback | undefined;
  let lastSequence = 0;
  let textAtMs = 0;
  let isLeft = false;

  const bounds = computed(() => recordedSpan(recording.value));

  const follow = () => {
    if (!playback) return;
    transport.value = playback.transport;
    seeking.value = playback.seeking;
    failure.value = playback.failure;
    ended.value = playback.ended;
    const nowMs = performance.now();
    const { playing, speed } = playback.transport;
    const frame = playback.shown?.frame;
    // A turn of a loop, or a jump, is not a frame further.
    const isBack = (frame?.capturedAtMs ?? 0) < (shown.value?.capturedAtMs ?? 0);
    // The picture goes on with every tick: text that is behind by much of its time would tell another frame.
    if (playing && !isBack && nowMs - textAtMs < TEXT_EVERY_MS / Math.max(1, speed)) return;
    textAtMs = nowMs;
    periodMs.value = playback.periodMs;
    if (frame?.sequence !== shown.value?.sequence) {
      shown.value = frame && { sequence: frame.sequence, capturedAtMs: frame.capturedAtMs };
    }
  };
  /** Runs while something is played, and not beside what comes live. */
  let ticker: ReturnType<typeof setInterval> | undefined;

  const refresh = async () => {
    const id = recordingId.value;
    if (id === undefined) {
      recording.value = undefined;
      return;
    }
    try {
      const detail = await client.detail(id);
      if (id !== recordingId.value) return;
      recording.value = detail;
      unavailable.value = undefined;
      const now = recordedSpan(detail);
      if (now) playback?.setBounds(now);
    } catch (cause) {
      if (id !== recordingId.value) return;
      // What was known stays while the backend is away.
      if (cause instanceof ApiError && cause.status === 404) recording.value = undefined;
      unavailable.value = messageOf(cause);
    }
  };
  const refresher = setInterval(() => {
    if (recording.value?.isOpen !== false) void refresh();
  }, REFRESH_EVERY_MS);

  const close = () => {
    if (!playback) return;
    clearInterval(ticker);
    playback.close();
    playback = undefined;
    transport.value = undefined;
    shown.value = undefined;
    periodMs.value = undefined;
    ended.value = false;
    seeking.value = false;
    failure.value = undefined;
    options.showLive();
  };

  const open = async (atMs?: number): Promise<boolean> => {
    if (playback) {
      if (atMs !== undefined) playback.goTo(atMs);
      return true;
    }
    await refresh();
    const id = recordingId.value;
    const span = bounds.value;
    if (id === undefined || !span || isLeft) return false;
    // Another wish came first while this one waited.
    if (playback) return open(atMs);
    const made = new Playback(
      {
        read: (from, limit) => client.frames(id, from, limit),
        show: (frames, anew) => {
          options.show(frames, anew);
          lastSequence = frames.at(-1)?.frame.sequence ?? lastSequence;
        },
        room: () => MOST_WAITING - Math.max(0, lastSequence - options.drawnSequence()),
        now: () => performance.now(),
        changed: follow,
      },
      span,
      atMs ?? span.toMs,
    );
    playback = made;
    clearInterval(ticker);
    ticker = setInterval(() => made.tick(), TICK_MS);
    made.goTo(atMs ?? span.toMs);
    follow();
    return true;
  };

  watch(
    recordingId,
    (id, before) => {
      if (before !== undefined && id !== before) close();
      recording.value = undefined;
      void refresh();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearInterval(ticker);
    clearInterval(refresher);
    isLeft = true;
    playback?.close();
  });

  return {
    recording,
    unavailable,
    active: computed(() => transport.value !== undefined),
    transport,
    shown,
    periodMs,
    ended,
    settings: computed(() => settingsAt(recording.value, shown.value?.sequence)),
    seeking,
    failure,
    bounds,
    open,
    close,
    goTo: (timeMs, scrub) => playback?.goTo(timeMs, scrub),
    goToFrame: (sequence) => {
      if (recording.value) playback?.goToSequence(Math.max(recording.value.firstSequence, sequence));
    },
    step: (direction) => playback?.step(direction),
    toggle: () => (playback?.transport.playing ? playback.pause() : playback?.play()),
    changeSpeed: (direction) => playback?.setSpeed(stepSpeed(playback.transport.speed, direction)),
    setSpeed: (speed) => playback?.setSpeed(speed),
    setLoop: (span) => playback?.setLoop(span),
    refresh,
  };
}

/** The stretch of settings that a frame lies in; the first one before any. */
function settingsAt(
  recording: RecordingDetail | undefined,
  sequence: number | undefined,
): RecordingSettings | undefined {
  const all = recording?.settings ?? [];
  return all.findLast(({ firstSequence }) => sequence !== undefined && firstSequence <= sequence) ?? all[0];
}
