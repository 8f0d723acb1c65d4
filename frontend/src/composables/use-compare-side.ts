import { messageOf } from "@pnmlab/kit";
import type { UpstreamChannel, UtscSession } from "@pnmlab/protocol";
import { computed, onScopeDispose, type Ref, ref, shallowRef, watch } from "vue";
import { type AveragedSide, SideAverage } from "../model/compare/averaged-side.ts";
import { framesOfCapture } from "../model/compare/capture-frames.ts";
import { type SideId, sideOfText } from "../model/compare/side-id.ts";
import type { TimeSpan } from "../model/compare/side-span.ts";
import { sessionOfRecording } from "../model/playback/recorded-session.ts";
import { portsOf } from "../model/ports.ts";
import { recordingTitle } from "../model/recordings/recording-name.ts";
import { sessionOfPort } from "../model/session-words.ts";
import { truthRows } from "../model/truth.ts";
import { useFrames } from "./use-frames.ts";
import { useLab } from "./use-lab.ts";

/** Frames that an average is made of at most. */
export const MOST_COMPARED = 600;
/** Frames that are read at once: what an average takes of memory besides its own bins. */
const CHUNK = 60;
const SHOW_EVERY_MS = 500;

/** Reads one side of a comparison and keeps its average; a live side goes on until its frames are complete. */
export function useCompareSide(text: Readonly<Ref<string | undefined>>) {
  const { snapshot, sync } = useLab();
  const side = shallowRef<AveragedSide>();
  const name = ref("");
  const failure = ref<string>();
  const progress = ref(0);
  const settings = shallowRef<{ name: string; value: string }[]>([]);
  const channels = shallowRef<readonly UpstreamChannel[]>([]);
  /** From the first to the last frame of the recording that the side is of. */
  const bounds = shallowRef<TimeSpan>();
  let average: SideAverage | undefined;
  let shownAtMs = 0;
  let boundsOf: string | undefined;
  let run = 0;

  const settle = (force = false) => {
    if (!average || (!force && Date.now() - shownAtMs < SHOW_EVERY_MS)) return;
    shownAtMs = Date.now();
    progress.value = average.frames;
    side.value = average.result();
  };
  const settingsOf = (session: UtscSession | undefined) =>
    session
      ? truthRows(session).map((row) => ({
          name: row.label,
          value: row.observed ?? row.accepted ?? row.requested ?? "not set",
        }))
      : [];

  async function readRecording(id: Extract<SideId, { kind: "recording" }>, mine: number) {
    const detail = await sync.client.recordings.detail(id.id);
    if (mine !== run) return;
    const held = detail.settings.findLast(({ fromMs }) => fromMs <= (id.fromMs ?? Number.POSITIVE_INFINITY));
    name.value = recordingTitle(detail);
    const { firstMs, lastMs } = detail;
    bounds.value = firstMs === null || lastMs === null ? undefined : { fromMs: firstMs, toMs: lastMs };
    channels.value = held?.channels ?? [];
    settings.value = settingsOf(sessionOfRecording(detail, held ?? detail.settings[0]));
    average = new SideAverage(channels.value);
    let from: { fromMs: number } | { fromSequence: number } =
      id.fromMs === undefined ? { fromSequence: detail.firstSequence } : { fromMs: id.fromMs };
    while (average.frames < MOST_COMPARED) {
      const limit = Math.min(CHUNK, MOST_COMPARED - average.frames);
      const frames = await sync.client.recordings.frames(id.id, from, limit);
      if (mine !== run) return;
      const wanted = frames.filter(({ frame }) => id.toMs === undefined || frame.capturedAtMs <= id.toMs);
      for (const { frame } of wanted) average.add(frame);
      settle();
      if (wanted.length < frames.length || frames.length < limit) break;
      from = { fromSequence: frames.at(-1)!.frame.sequence + 1 };
    }
  }

  async function readCapture(id: Extract<SideId, { kind: "capture" }>, mine: number) {
    const detail = await sync.client.capture(id.id);
    const bytes = await sync.client.captureBytes(id.id);
    if (mine !== run) return;
    name.value = detail.fileName;
    settings.value = detail.header.slice(0, 24).map((field) => ({
      name: field.name,
      value: `${field.value}${field.unit ? ` ${field.unit}` : ""}`,
    }));
    average = new SideAverage([]);
    for (const frame of framesOfCapture(detail.fileName, bytes, Date.parse(detail.receivedAt)))
      average.add(frame);
  }

  async function load(): Promise<void> {
    run += 1;
    const mine = run;
    side.value = undefined;
    failure.value = undefined;
    average = undefined;
    progress.value = 0;
    const id = sideOfText(text.value);
    const recordingId = id?.kind === "recording" ? id.id : undefined;
    if (recordingId !== boundsOf) bounds.value = undefined;
    boundsOf = recordingId;
    if (!id) return;
    try {
      if (id.kind === "recording") await readRecording(id, mine);
      else if (id.kind === "capture") await readCapture(id, mine);
      if (mine !== run) return;
      if (id.kind !== "live") {
        settle(true);
        if (!side.value) failure.value = "It holds no frames";
      }
    } catch (cause) {
      if (mine === run) failure.value = messageOf(cause);
    }
  }
  watch(text, () => void load(), { immediate: true });

  const live = computed(() => {
    const id = sideOfText(text.value);
    return id?.kind === "live" ? id : undefined;
  });
  const session = computed(() =>
    live.value
      ? sessionOfPort(snapshot.value.sessions ?? [], live.value.cmtsId, live.value.rfPortIfIndex)
      : undefined,
  );
  watch(
    [live, () => session.value?.id],
    ([id]) => {
      if (!id) return;
      const port = portsOf(snapshot.value).find(
        (known) => known.cmts.id === id.cmtsId && known.port.ifIndex === id.rfPortIfIndex,
      );
      name.value = `${id.cmtsId} ${port?.port.name ?? id.rfPortIfIndex}, live`;
      channels.value = port?.port.channels ?? [];
      settings.value = settingsOf(session.value);
      average = new SideAverage(channels.value);
      side.value = undefined;
      failure.value = session.value ? undefined : "No capture runs on this port; start one on its live page";
    },
    { immediate: true },
  );
  useFrames(session, (frame) => {
    if (!average || average.frames >= MOST_COMPARED) return;
    average.add(frame);
    settle(average.frames === MOST_COMPARED);
  });
  onScopeDispose(() => {
    run += 1;
  });

  /** Begins again with what is there now. */
  const again = () => {
    if (live.value) {
      average = new SideAverage(channels.value);
      side.value = undefined;
      progress.value = 0;
    } else void load();
  };
  return {
    side,
    name,
    failure,
    progress,
    settings,
    channels,
    bounds,
    /** Time of the first and the last frame in the average. */
    covered: computed<TimeSpan | undefined>(
      () => side.value && { fromMs: side.value.firstMs, toMs: side.value.lastMs },
    ),
    isLive: computed(() => live.value !== undefined),
    again,
  };
}
