import type { Recording, UpstreamChannel, UtscSession } from "@pnmlab/protocol";
import {
  type ComputedRef,
  computed,
  onMounted,
  onScopeDispose,
  type Ref,
  type ShallowRef,
  shallowRef,
  watch,
} from "vue";
import { useRoute } from "vue-router";
import { onNextBeat } from "../model/beat.ts";
import type { PlotReport } from "../model/plot-report.ts";
import { ringIdOf } from "../model/ring-of-session.ts";
import { QuietLine } from "../model/timeline/quiet-line.ts";
import type { HeardFrames } from "../render/commands.ts";
import { announce } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";
import { type PlaybackControl, usePlayback } from "./use-playback.ts";
import type { Plot } from "./use-plot.ts";
import { useRecorder } from "./use-recorder.ts";
import { type Timeline, useTimeline } from "./use-timeline.ts";
import { useWaterfallHistory } from "./use-waterfall-history.ts";

export interface MonitorPlaybackOptions {
  session: Readonly<Ref<UtscSession | undefined>>;
  /** The recording that the page is of; undefined on the page of a port, which plays the ring of its session. */
  recordingId: string | undefined;
  channels: Readonly<Ref<readonly UpstreamChannel[]>>;
  plot: Plot;
  report: ShallowRef<PlotReport | undefined>;
  frozen: Ref<boolean>;
  /** Time that a row of the waterfall stands for. */
  msPerPx(): number;
}

/** What of the page of a port, or of a recording, goes back in time. */
export interface MonitorPlayback {
  playback: PlaybackControl;
  timeline: Timeline;
  quietLine: QuietLine;
  /** The recording that is played here; undefined before the first frame of a session. */
  recordingId: ComputedRef<string | undefined>;
  /** The page is that of a recording, not of a port. */
  isRecordingPage: boolean;
  /** Kept recordings of what the timeline shows. */
  keptHere: ComputedRef<readonly Recording[]>;
  /** Why nothing can be played, in words. */
  noPlayback: ComputedRef<string>;
  /** Goes to a time of the recording. @returns whether there is one */
  openPlayback(atMs?: number): Promise<boolean>;
  /** A time as this page writes it into its own address, which is then no wish to go there. */
  atOfAddress(atMs: number): string;
  /** Takes note of what came live. */
  noteLive(heard: HeardFrames): void;
}

export function useMonitorPlayback(options: MonitorPlaybackOptions): MonitorPlayback {
  const { session, recordingId: ofPage, plot, report, frozen } = options;
  const { sync } = useLab();
  const route = useRoute();
  const client = sync.client.recordings;
  const { recordings } = useRecorder();
  const recordingId = computed(() => ofPage ?? ringIdOf(session.value));

  const playback = usePlayback({
    client,
    recordingId,
    show(frames, anew) {
      if (anew) plot.show("recording");
      for (const { bytes } of frames) plot.addFrame(bytes);
      // Rows are put in front of frames, not into a picture without an axis.
      if (anew) history.begin(frames[0]?.frame.capturedAtMs, frames.at(-1)?.frame.capturedAtMs);
    },
    showLive() {
      plot.show("live");
      plot.setHistory([]);
      history.begin();
    },
    drawnSequence: () => report.value?.sequence ?? 0,
  });
  const history = useWaterfallHistory({
    client,
    recordingId,
    recorded: playback.bounds,
    frames: () => playback.recording.value?.frames ?? 0,
    report,
    msPerPx: options.msPerPx,
    setHistory: plot.setHistory,
  });

  const quietLine = new QuietLine();
  const newestMs = shallowRef(0);
  let heardMs = 0;
  let stopHeard = () => {};
  const showHeard = () => {
    newestMs.value = heardMs;
  };
  onScopeDispose(() => stopHeard());
  const timeline = useTimeline({
    client,
    recordingId,
    recorded: playback.bounds,
    frames: computed(() => playback.recording.value?.frames ?? 0),
    channels: options.channels,
    isGrowing: computed(() => ofPage === undefined),
    newestMs,
  });

  const noPlayback = computed(() => {
    if (playback.bounds.value) return "";
    if (playback.unavailable.value !== undefined) return `Nothing to play. ${playback.unavailable.value}`;
    return session.value ? "Nothing is recorded here yet" : "Nothing is recorded here: no capture has run";
  });
  const openPlayback = async (atMs?: number) => {
    frozen.value = false;
    const isOpen = await playback.open(atMs);
    if (isOpen && atMs !== undefined) timeline.reveal(atMs);
    return isOpen;
  };

  /** Time in the address; the page goes there when it is opened with one, or is sent to another one. */
  const asked = computed(() => timeOf(route.query.at));
  let writtenMs: number | undefined;
  const goToAsked = async (atMs: number | undefined) => {
    const shownMs = playback.transport.value?.positionMs;
    // The picture may have gone on since the page wrote its address.
    const isOwn = atMs === writtenMs;
    writtenMs = undefined;
    if (atMs === undefined || isOwn || (shownMs !== undefined && Math.abs(shownMs - atMs) < 1)) return;
    if (!(await openPlayback(atMs))) announce(noPlayback.value);
  };
  onMounted(() => {
    if (asked.value === undefined && ofPage !== undefined) {
      const stop = watch(
        playback.bounds,
        (bounds) => {
          if (!bounds) return;
          queueMicrotask(() => stop());
          void openPlayback(bounds.fromMs);
        },
        { immediate: true },
      );
      return;
    }
    // The session, and with it its ring, may be known only in a moment.
    if (asked.value !== undefined && recordingId.value === undefined) {
      const stop = watch(recordingId, () => {
        stop();
        void goToAsked(asked.value);
      });
    } else void goToAsked(asked.value);
  });
  watch(asked, (atMs) => void goToAsked(atMs));

  return {
    playback,
    timeline,
    quietLine,
    recordingId,
    isRecordingPage: ofPage !== undefined,
    keptHere: computed(() => {
      const id = ofPage === undefined ? session.value?.id : undefined;
      return recordings.value.filter((kept) => kept.kind !== "ring" && kept.sessionId === id);
    }),
    noPlayback,
    openPlayback,
    atOfAddress(atMs) {
      writtenMs = atMs;
      return String(atMs);
    },
    noteLive({ newestMs: toMs, steps }) {
      quietLine.append(steps);
      heardMs = Math.max(heardMs, toMs);
      stopHeard = onNextBeat(showHeard);
    },
  };
}

/** Unix milliseconds, or a time as ISO 8601. */
function timeOf(text: unknown): number | undefined {
  if (typeof text !== "string" || text === "") return undefined;
  const timeMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(timeMs) ? timeMs : undefined;
}
