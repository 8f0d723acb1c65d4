import { messageOf } from "@pnmlab/kit";
import type { UpstreamChannel, UtscRequest } from "@pnmlab/protocol";
import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  provide,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from "vue";
import { useRoute } from "vue-router";
import { openedView } from "../model/kept-views.ts";
import { naturalRange } from "../model/natural-range.ts";
import { channelsOfRecording } from "../model/playback/recorded-port.ts";
import { sessionOfRecording } from "../model/playback/recorded-session.ts";
import type { PlotReport } from "../model/plot-report.ts";
import type { PortOfCmts } from "../model/ports.ts";
import {
  isActive,
  lastKnownWords,
  type StateWords,
  sessionOfPort,
  sessionWords,
} from "../model/session-words.ts";
import type { SetupIssue } from "../model/setup/draft.ts";
import type { SetupField } from "../model/setup/fields.ts";
import { issuesOfError } from "../model/setup/refusal.ts";
import { defaultRequest } from "../model/utsc-form.ts";
import { type DrawerTab, viewOfQuery } from "../model/view-query.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";
import { provideLevels } from "./use-levels.ts";
import { useMedia } from "./use-media.ts";
import { type MonitorPlayback, useMonitorPlayback } from "./use-monitor-playback.ts";
import { useNow } from "./use-now.ts";
import { usePageProbe } from "./use-page-probe.ts";
import { type PaneChoice, usePanes } from "./use-panes.ts";
import { type Plot, usePlot } from "./use-plot.ts";
import { usePlotFrames } from "./use-plot-frames.ts";
import { type PlotViewControl, usePlotView } from "./use-plot-view.ts";
import { provideQualify, type Qualify } from "./use-qualify.ts";
import { useReducedMotion } from "./use-reduced-motion.ts";
import { type ReferenceLink, useReferenceLink } from "./use-reference-link.ts";

/** Gutters of the plot in CSS pixels; the tokens --width-plot-left and -right say the same to the lanes. */
export const PLOT_GUTTERS = { left: 68, right: 58 };

type Session = ReturnType<typeof sessionOfPort>;

/** Everything the parts of the live page share: one port, its session, its picture. */
export interface LiveMonitor extends MonitorPlayback {
  target: ComputedRef<PortOfCmts>;
  session: ComputedRef<Session>;
  /** The session that the picture is of: in playback as it was when the shown frame was recorded. */
  shownSession: ComputedRef<Session>;
  words: ComputedRef<StateWords>;
  active: ComputedRef<boolean>;
  /** Backend time, so that ages are right where the browser's clock is not. */
  serverNow: ComputedRef<number>;
  /** Age of the newest frame in milliseconds; undefined before the first. */
  ageMs: ComputedRef<number | undefined>;
  stale: ComputedRef<boolean>;
  hasPicture: ComputedRef<boolean>;
  control: PlotViewControl;
  panes: PaneChoice;
  reference: ReferenceLink;
  plot: Plot;
  plotCanvas: ShallowRef<HTMLCanvasElement | null>;
  report: ShallowRef<PlotReport | undefined>;
  frozen: Ref<boolean>;
  tab: Ref<DrawerTab>;
  drawerOpen: Ref<boolean>;
  timelineOpen: Ref<boolean>;
  selectedChannel: Ref<number | undefined>;
  showServices: Ref<boolean>;
  qualify: Qualify;
  /** Whether the result table is set beside the files now. */
  comparing: Ref<boolean>;
  /** There is a capture whose result table can be read. */
  canCompare: ComputedRef<boolean>;
  working: Ref<"start" | "single" | "stop" | undefined>;
  failure: Ref<string | undefined>;
  /** What the newest start that failed said of single columns. */
  refused: ShallowRef<ReadonlyMap<SetupField, SetupIssue>>;
  start(request?: UtscRequest): Promise<void>;
  /** One capture, then the port is stopped. */
  single(): Promise<void>;
  /** A single capture has been asked for and has not ended. */
  singleUnderWay: ComputedRef<boolean>;
  /** Single ends, or has ended, a capture that ran: what it comes to, until the capture is started again. */
  singleEnding: ComputedRef<"underWay" | "ended" | undefined>;
  stop(): Promise<void>;
}

const monitorKey: InjectionKey<LiveMonitor> = Symbol("live monitor");

/** The monitor that the page around this component made. */
export function useLiveMonitor(): LiveMonitor {
  const monitor = inject(monitorKey);
  if (!monitor) throw new Error("useLiveMonitor is for the parts of the live page");
  return monitor;
}

/** Makes the monitor of a port, or of a recording of it, and hands it to the components below. */
export function provideLiveMonitor(target: ComputedRef<PortOfCmts>, recordingId?: string): LiveMonitor {
  const route = useRoute();
  const { snapshot, sync } = useLab();
  const now = useNow();
  const session = computed(() =>
    sessionOfPort(snapshot.value.sessions ?? [], target.value.cmts.id, target.value.port.ifIndex),
  );
  const query =
    recordingId === undefined ? openedView(target.value, session.value, route.query) : route.query;
  const shared = viewOfQuery(query);
  const serverNow = computed(() => now.value + snapshot.value.clockOffsetMs);
  const frozen = ref(false);
  const calm = useReducedMotion();
  const report = shallowRef<PlotReport>();
  const hasPicture = computed(() => report.value !== undefined);
  const inPlayback = shallowRef(recordingId !== undefined);
  const stale = computed(
    () =>
      hasPicture.value &&
      !inPlayback.value &&
      (session.value?.state !== "receiving" || snapshot.value.connection.status !== "open"),
  );
  const plotHeight = shallowRef(0);
  const panes = usePanes(plotHeight);
  const control = usePlotView(
    report,
    computed(() => ({
      frozen: frozen.value,
      stale: stale.value,
      calm: calm.value,
      past: inPlayback.value,
      panes: panes.shown.value,
    })),
    shared.palette ? { ...shared.view, palette: shared.palette } : shared.view,
  );
  provideLevels(control.view, report);
  const plotCanvas = shallowRef<HTMLCanvasElement | null>(null);
  const recordedChannels = shallowRef<readonly UpstreamChannel[]>();
  const channels = computed(() => recordedChannels.value ?? target.value.port.channels);
  const plot = usePlot({
    kind: "monitor",
    subject: recordingId ?? `${target.value.cmts.id}/${target.value.port.ifIndex}`,
    plot: plotCanvas,
    view: control.view,
    channels,
    gutters: PLOT_GUTTERS,
    onHeard: (heard) => past.noteLive(heard),
  });
  watch(plot.size, ({ height }) => {
    plotHeight.value = height;
  });
  usePageProbe(plot.report);
  const past: MonitorPlayback = useMonitorPlayback({
    session,
    recordingId,
    channels,
    plot,
    report: plot.report,
    frozen,
    msPerPx: () => control.view.value.msPerPx,
  });
  const recordedSession = computed(() => {
    const { recording, settings, periodMs } = past.playback;
    const periodUs = periodMs.value === undefined ? undefined : 1000 * periodMs.value;
    return sessionOfRecording(recording.value, settings.value, periodUs);
  });
  const reference = useReferenceLink({
    asked: query.ref,
    plot,
    control,
    report,
    recordingId: past.recordingId,
    shownMs: () => past.playback.shown.value?.capturedAtMs ?? plot.report.value?.waterfall.topMs,
    periodMs: () => {
      const shown = inPlayback.value ? recordedSession.value : session.value;
      const periodUs = shown?.observed?.repeatPeriodUs ?? shown?.accepted?.repeatPeriodUs;
      return (periodUs ?? 100_000) / 1000;
    },
  });
  watch(
    [past.playback.active, past.playback.settings],
    ([active, settings]) => {
      inPlayback.value = active || recordingId !== undefined;
      recordedChannels.value = active
        ? channelsOfRecording(past.playback.recording.value, settings)
        : undefined;
    },
    { flush: "sync" },
  );
  // Live frames go on into the picture that is set aside while a recording is played.
  usePlotFrames(recordingId === undefined ? session : shallowRef(undefined), plot);
  watch(
    () => session.value?.rearms ?? 0,
    (rearms) => plot.setRearms(rearms),
    { immediate: true },
  );
  // Levels are set once for a new kind of picture, never while one is looked at.
  let levelled = "";
  watch(plot.report, (next) => {
    const isNew = next && (next.bins !== report.value?.bins || next.startHz !== report.value.startHz);
    report.value = next;
    if (!next) return;
    if (isNew && !control.ranged.value) control.fit(naturalRange(session.value, next));
    const kind = `${next.startHz}/${next.stopHz}/${next.bins}`;
    if (levelled !== kind && next.averagedFrames >= FRAMES_TO_LEVEL) {
      levelled = kind;
      control.firstLevels(next, shared.view.scale !== undefined);
    }
  });

  const isWide = useMedia(WIDE);
  const drawerOpen = ref(isWide.value || shared.tab !== "channels");
  watch(isWide, (wide) => {
    drawerOpen.value = wide;
  });

  const working = ref<"start" | "single" | "stop">();
  const singleId = ref<string>();
  /** The session that ran when Single was pressed. */
  const cutId = ref<string>();
  const failure = ref<string>();
  const refused = shallowRef<ReadonlyMap<SetupField, SetupIssue>>(new Map());
  const attempt = async (what: "start" | "single" | "stop", run: () => Promise<unknown>) => {
    if (recordingId !== undefined) {
      announce("This page is of a recording. Captures are started and stopped on the page of the port.");
      return;
    }
    working.value = what;
    failure.value = undefined;
    refused.value = new Map();
    try {
      await run();
    } catch (cause) {
      failure.value = messageOf(cause);
      refused.value = issuesOfError(cause);
      announceFailure(failure.value);
    } finally {
      working.value = undefined;
    }
  };

  watch(
    () => session.value?.state,
    (state, before) => {
      const words = sessionWords(session.value, serverNow.value).text;
      if (state === "failed") announceFailure(`${words}. ${session.value?.failure?.message ?? ""}`);
      else if (before !== undefined && state !== undefined) announce(`${target.value.port.name}: ${words}`);
    },
  );

  const startOf = (request: UtscRequest) => ({
    cmtsId: target.value.cmts.id,
    rfPortIfIndex: target.value.port.ifIndex,
    ...request,
  });
  const monitor: LiveMonitor = {
    ...past,
    target,
    session,
    shownSession: computed(() => (inPlayback.value ? recordedSession.value : session.value)),
    words: computed(() => {
      const words = sessionWords(session.value, serverNow.value);
      return snapshot.value.connection.status === "lost" ? lastKnownWords(words) : words;
    }),
    active: computed(() => isActive(session.value)),
    serverNow,
    ageMs: computed(() => {
      const newest = session.value?.newestFrameAt;
      return newest ? Math.max(0, serverNow.value - Date.parse(newest)) : undefined;
    }),
    stale,
    hasPicture,
    control,
    panes,
    reference,
    plot,
    plotCanvas,
    report,
    frozen,
    tab: ref(shared.tab),
    drawerOpen,
    timelineOpen: ref(true),
    selectedChannel: ref(),
    showServices: ref(true),
    qualify: provideQualify(target, session),
    comparing: ref(false),
    canCompare: computed(() => session.value?.state === "receiving" || session.value?.state === "stalled"),
    working,
    failure,
    refused,
    start: (request = defaultRequest(target.value.port.utsc)) =>
      attempt("start", () => {
        singleId.value = undefined;
        cutId.value = undefined;
        return sync.startSession(startOf(request));
      }),
    single: () =>
      attempt("single", async () => {
        const request = session.value?.requested ?? defaultRequest(target.value.port.utsc);
        const running =
          isActive(session.value) && !monitor.singleUnderWay.value ? session.value?.id : undefined;
        if (running !== undefined) announce("Single: the capture ends with its next frame");
        singleId.value = (await sync.singleCapture(startOf(request))).id;
        if (singleId.value === running) cutId.value = running;
        else if (!monitor.singleUnderWay.value) cutId.value = undefined;
      }),
    singleUnderWay: computed(
      () => singleId.value !== undefined && singleId.value === session.value?.id && isActive(session.value),
    ),
    singleEnding: computed(() => {
      if (cutId.value === undefined || cutId.value !== session.value?.id) return undefined;
      if (isActive(session.value)) return "underWay";
      return session.value.state === "stopped" ? "ended" : undefined;
    }),
    stop: () =>
      attempt("stop", () => (session.value ? sync.stopSession(session.value.id) : Promise.resolve())),
  };
  provide(monitorKey, monitor);
  return monitor;
}

/** Average over this many frames decides about levels, so that a burst does not. */
const FRAMES_TO_LEVEL = 8;

/** Below this width the drawer lies over the plot and begins closed. */
const WIDE = "(min-width: 1500px)";
