import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type {
  KeepRecording,
  RecorderState,
  Recording,
  RecordingDetail,
  RecordingTrigger,
  SpectrumFrame,
  UtscSession,
} from "@pnmlab/protocol";
import type { SummaryHead } from "@pnmlab/recording";
import type { KeepAround, LivePublisher, RecordedPart, Recorder } from "../contracts.ts";
import type { StoredRecording } from "../storage/recordings.ts";
import { figuresOf, KeptRecordings } from "./kept-recordings.ts";
import { DEFAULT_TRIGGER, type RecorderOptions } from "./recorder-options.ts";
import { RecordingCondition } from "./recording-condition.ts";
import { importRecording } from "./recording-file.ts";
import { RecordingReader } from "./recording-reader.ts";
import type { Ring } from "./ring.ts";
import { Rings } from "./rings.ts";
import type { SummarySource } from "./rows.ts";

const TICK_MS = 1000;
/** Frames of the end of a recording may still be on their way. */
const LATE_MS = 2000;
const RING_PREFIX = "ring-";
/** After every capture that can be. */
const NO_END_MS = Number.MAX_SAFE_INTEGER;

/** A recording that grows until somebody ends it. */
export interface OpenRecording {
  sessionId: string;
  kind: Exclude<Recording["kind"], "ring">;
  label: string;
  note: string;
  fromMs: number;
  toMs: number;
  /** When it ends by the clock of this machine; null where it is ended by `finish`. */
  endsAtMs: number | null;
  eventId: string | null;
}

/**
 * Records every frame of every session into rings on the disk, and keeps of them what is asked for. Frames are
 * taken at once and written a second later at most; a disk that fails or is full holds up nothing but the recording.
 */
export class FlightRecorder implements LivePublisher, Recorder, AsyncDisposable {
  readonly reader: RecordingReader;
  readonly #options: RecorderOptions;
  readonly #rings: Rings;
  readonly #kept: KeptRecordings;
  /** Recordings that grow, by id, with the moment at which they end. */
  readonly #growing = new Map<string, number | null>();
  readonly #condition: RecordingCondition;
  #timer: NodeJS.Timeout | undefined;
  /** Recordings that are being ended: nothing prolongs them any more. */
  readonly #ending = new Set<string>();
  /** Bytes of files that are being taken in. */
  #incomingBytes = 0;
  #keeping: Promise<unknown> = Promise.resolve();
  #isTicking = false;

  private constructor(options: RecorderOptions) {
    const path = join(options.dataDir, "recordings");
    this.#options = options;
    this.#kept = new KeptRecordings(join(path, "kept"), options.store.recordings, options.log);
    this.#condition = new RecordingCondition(options);
    this.#rings = new Rings(join(path, "ring"), options, this.#condition, (ring, segment) =>
      this.#onSegment(ring, segment),
    );
    this.reader = new RecordingReader({
      recording: (id) => this.#require(id),
      source: (id) => this.#source(id),
    });
  }

  /** Picks up the rings and the open recordings that an earlier process left. */
  static async open(options: RecorderOptions): Promise<FlightRecorder> {
    const recorder = new FlightRecorder(options);
    await recorder.#pickUp();
    recorder.#timer = setInterval(() => void recorder.#tick(), TICK_MS);
    return recorder;
  }

  /** Why nothing is recorded now, in one sentence; null where all is well. */
  get failure(): string | null {
    return this.#condition.failure;
  }

  get trigger(): RecordingTrigger {
    return this.#options.store.trigger() ?? DEFAULT_TRIGGER;
  }

  setTrigger(trigger: RecordingTrigger): void {
    this.#options.store.setTrigger(trigger);
  }

  state(): RecorderState {
    const { ringMinutes, maxBytes } = this.#options;
    return {
      ringMinutes,
      storedBytes: this.#storedBytes,
      limitBytes: maxBytes,
      trigger: this.trigger,
      failure: this.failure,
    };
  }

  publishSession(session: UtscSession): void {
    this.#rings.get(session.id)?.settingsMayHaveChanged();
  }

  publishFrame(sessionId: string, frame: SpectrumFrame): void {
    this.#rings.take(sessionId, frame);
  }

  /** Rings and recordings, the newest first. */
  list(): Recording[] {
    return [
      ...this.#rings.list().flatMap((ring) => this.#ofRing(ring) ?? []),
      ...this.#kept.list().map(shown),
    ];
  }

  detail(id: string): Promise<RecordingDetail> {
    return this.reader.detail(id);
  }

  frames(id: string, part?: RecordedPart): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    return this.reader.frames(id, part);
  }

  /** Takes a recording that was saved as a file. @throws PnmLabError as `importRecording` */
  async importFile(chunks: AsyncIterable<Uint8Array>, label: string): Promise<RecordingDetail> {
    const id = randomUUID();
    this.#requireRoom();
    const folder = await this.#kept.unfinished(id);
    let incomingBytes = 0;
    const countIncoming = (bytes: number) => {
      this.#incomingBytes += bytes - incomingBytes;
      incomingBytes = bytes;
    };
    try {
      const { settings, createdAt, ...head } = await importRecording(chunks, folder, (bytes) => {
        countIncoming(bytes);
        this.#requireRoom();
        const roomBytes = this.#options.maxBytes - this.#kept.keptBytes - this.#incomingBytes;
        if (roomBytes < 0) {
          throw new PnmLabError(
            "RECORDINGS_NO_ROOM",
            "the recording is larger than the room that is left for recordings",
          );
        }
      });
      this.#kept.save({
        ...head,
        id,
        kind: "imported",
        label: label || head.label,
        isOpen: false,
        eventId: null,
        createdAt: this.#nowText(),
        fromMs: 0,
        toMs: NO_END_MS,
        ...figuresOf(folder.segments),
      });
    } catch (error) {
      await this.#kept.remove(id);
      throw error;
    } finally {
      countIncoming(0);
    }
    await this.#kept.finished(id);
    this.#makeRoom();
    return this.detail(id);
  }

  /** @throws PnmLabError `RECORDING_UNKNOWN`, `RECORDING_RING_CONFLICT` */
  edit(id: string, change: { label?: string | undefined; note?: string | undefined }): void {
    const recording = this.#requireKept(id);
    const { label = recording.label, note = recording.note } = change;
    this.#kept.save({ ...recording, label, note });
  }

  /** @throws PnmLabError `RECORDING_UNKNOWN`, `RECORDING_RING_CONFLICT` */
  async remove(id: string): Promise<void> {
    this.#requireKept(id);
    this.#growing.delete(id);
    await this.#kept.remove(id);
    this.#makeRoom();
  }

  /**
   * Keeps a part of the ring of a session. Where the end lies ahead, the recording grows up to it.
   *
   * @throws PnmLabError `RECORDING_UNKNOWN` where nothing of the session is recorded, `RECORDING_RANGE_INVALID` where
   *   nothing was recorded in the part, `RECORDINGS_NO_ROOM`
   */
  async keep(sessionId: string, wanted: KeepRecording): Promise<RecordingDetail> {
    const ring = this.#requireRing(sessionId);
    const nowMs = this.#options.now();
    const newestMs = ring.newestMs ?? nowMs;
    const { minutes, label = "", note = "" } = wanted;
    const fromMs = wanted.fromMs ?? (minutes === undefined ? 0 : newestMs - minutes * 60_000);
    const toMs = wanted.toMs ?? Math.max(newestMs, nowMs);
    if (toMs < fromMs)
      throw new PnmLabError("RECORDING_RANGE_INVALID", "the recording ends before it begins");
    const isAhead = wanted.toMs !== undefined && toMs > Math.max(newestMs, nowMs);
    const endsAtMs = isAhead ? toMs : nowMs;
    const kept = await this.begin({
      sessionId,
      kind: "kept",
      label,
      note,
      fromMs,
      toMs,
      endsAtMs,
      eventId: null,
    });
    if (!isAhead) {
      await this.finish(kept.id);
      if (this.#require(kept.id).frames === 0) {
        await this.#kept.remove(kept.id);
        throw new PnmLabError("RECORDING_RANGE_INVALID", "nothing was recorded in the time to be kept");
      }
    }
    return this.detail(kept.id);
  }

  /** One after the other, so that two events of a moment are one recording. */
  keepAround(wanted: KeepAround): Promise<Recording> {
    const kept = this.#keeping.then(() => this.#keepAround(wanted));
    this.#keeping = kept.catch(() => undefined);
    return kept;
  }

  async #keepAround({ sessionId, atMs, preS, postS, eventId, label }: KeepAround): Promise<Recording> {
    const ring = this.#requireRing(sessionId);
    const toMs = atMs + postS * 1000;
    const endsAtMs = this.#options.now() + Math.max(0, toMs - (ring.newestMs ?? atMs));
    const running = this.#kept
      .list()
      .find(
        (one) =>
          one.isOpen &&
          one.kind === "triggered" &&
          one.sessionId === sessionId &&
          atMs <= one.toMs &&
          !this.#ending.has(one.id),
      );
    if (running) {
      const prolonged = {
        ...running,
        toMs: Math.max(running.toMs, toMs),
        fromMs: Math.min(running.fromMs, atMs),
      };
      this.#kept.save(prolonged);
      this.#growing.set(running.id, Math.max(this.#growing.get(running.id) ?? 0, endsAtMs));
      return shown(prolonged);
    }
    const fromMs = atMs - preS * 1000;
    return this.begin({ sessionId, kind: "triggered", label, note: "", fromMs, toMs, endsAtMs, eventId });
  }

  /**
   * Begins a recording of what the ring holds from `fromMs` on and of what comes. Of a session that has no ring yet,
   * it begins with its first frame.
   */
  async begin({ endsAtMs, ...wanted }: OpenRecording): Promise<Recording> {
    this.#requireRoom();
    const ring = this.#rings.get(wanted.sessionId);
    const session = this.#options.sessions.get(wanted.sessionId) ?? ring?.identity;
    const unpin = ring?.pin(wanted.fromMs);
    try {
      await ring?.rotate();
      const recording: StoredRecording = {
        ...wanted,
        id: randomUUID(),
        cmtsId: session?.cmtsId ?? "",
        rfPortIfIndex: session?.rfPortIfIndex ?? 0,
        rfPortName: session?.rfPortName ?? "",
        isOpen: true,
        createdAt: this.#nowText(),
        ...figuresOf([]),
      };
      this.#kept.save(recording);
      // From here on, segments that are closed come by themselves.
      this.#growing.set(recording.id, endsAtMs);
      if (ring) await this.#addFromRing(recording.id, ring);
      return shown(this.#kept.get(recording.id) ?? recording);
    } finally {
      unpin?.();
    }
  }

  /** Ends a recording that grows, with all that has come. */
  async finish(id: string): Promise<Recording | undefined> {
    const recording = this.#kept.get(id);
    if (!recording?.isOpen) return recording && shown(recording);
    this.#ending.add(id);
    try {
      await this.#rings.get(recording.sessionId)?.rotate();
      await this.#kept.settled(id);
      const ended = this.#kept.get(id);
      if (ended) this.#kept.save({ ...ended, isOpen: false });
      this.#growing.delete(id);
      return ended && shown({ ...ended, isOpen: false });
    } finally {
      this.#ending.delete(id);
    }
  }

  /** Capture time of the newest frame of a session; undefined where there is none. */
  newestMs(sessionId: string): number | undefined {
    return this.#rings.get(sessionId)?.newestMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#rings.close();
    await Promise.all([...this.#growing.keys()].map((id) => this.#kept.settled(id)));
  }

  get #storedBytes(): number {
    return this.#kept.keptBytes + this.#incomingBytes + this.#rings.sizeBytes;
  }

  async #pickUp(): Promise<void> {
    await this.#kept.pickUp();
    await this.#rings.pickUp();
    for (const recording of this.#kept.list().filter(({ isOpen }) => isOpen)) {
      const isScheduled = recording.kind === "scheduled";
      this.#growing.set(recording.id, isScheduled ? null : recording.toMs);
      const ring = this.#rings.get(recording.sessionId);
      if (ring) await this.#addFromRing(recording.id, ring);
    }
    await this.#condition.look(this.#kept.keptBytes);
  }

  #onSegment(ring: Ring, segment: SummaryHead): void {
    for (const id of this.#growing.keys()) {
      if (this.#kept.get(id)?.sessionId !== ring.sessionId) continue;
      const unpin = ring.pin(segment.firstMs);
      void this.#kept.add(id, [segment], (one) => ring.folder.fileOf(one)).finally(unpin);
    }
    this.#makeRoom();
  }

  #addFromRing(id: string, ring: Ring): Promise<void> {
    return this.#kept.add(id, [...ring.folder.segments], (segment) => ring.folder.fileOf(segment));
  }

  async #tick(): Promise<void> {
    if (this.#isTicking) return;
    this.#isTicking = true;
    try {
      await this.#condition.look(this.#kept.keptBytes);
      await this.#rings.flush();
      await this.#finishDue();
      await this.#rings.removeRested();
    } catch (error) {
      this.#options.log.error({ err: error }, `the recorder failed: ${messageOf(error)}`);
    } finally {
      this.#isTicking = false;
    }
  }

  async #finishDue(): Promise<void> {
    const nowMs = this.#options.now();
    for (const [id, endsAtMs] of this.#growing) {
      if (endsAtMs !== null && nowMs > endsAtMs + LATE_MS) await this.finish(id);
    }
  }

  #makeRoom(): void {
    this.#rings.makeRoom(this.#storedBytes - this.#options.maxBytes);
  }

  #ofRing(ring: Ring): Recording | undefined {
    const { identity } = ring;
    if (identity === undefined) return undefined;
    const { settings, ...head } = identity;
    const figures = figuresOf(ring.segments());
    const createdAt = figures.firstMs === null ? head.createdAt : new Date(figures.firstMs).toISOString();
    const id = `${RING_PREFIX}${ring.sessionId}`;
    return { ...head, ...figures, id, kind: "ring", isOpen: true, eventId: null, createdAt };
  }

  async #source(id: string): Promise<SummarySource> {
    if (id.startsWith(RING_PREFIX)) {
      const sessionId = id.slice(RING_PREFIX.length);
      const isAwaited = this.#rings.get(sessionId)?.identity === undefined && this.#isSession(sessionId);
      return isAwaited ? NOTHING_YET : this.#requireRing(sessionId).source();
    }
    const kept = this.#kept.get(id);
    if (kept === undefined) throw unknown(id);
    await this.#kept.settled(id);
    const folder = await this.#kept.folder(id);
    if (kept.frames > 0 && folder.segments.length === 0) {
      const { dataDir } = this.#options;
      throw new PnmLabError(
        "RECORDING_FILES_NOT_FOUND",
        `the spectra of recording ${id} are not in ${dataDir}: put them back from a backup that was made with --recordings`,
      );
    }
    return folder;
  }

  #require(id: string): Recording {
    if (!id.startsWith(RING_PREFIX)) {
      const kept = this.#kept.get(id);
      if (kept) return shown(kept);
    }
    const sessionId = id.slice(RING_PREFIX.length);
    const ring = this.#rings.get(sessionId);
    const recording =
      id.startsWith(RING_PREFIX) && ((ring && this.#ofRing(ring)) ?? this.#awaitedRing(sessionId));
    if (!recording) throw unknown(id);
    return recording;
  }

  /** The ring of a session of which no frame has been recorded yet. */
  #awaitedRing(sessionId: string): Recording | undefined {
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined) return undefined;
    const { cmtsId, rfPortIfIndex, rfPortName, createdAt } = session;
    const place = { sessionId, cmtsId, rfPortIfIndex, rfPortName, label: "", note: "" };
    const id = `${RING_PREFIX}${sessionId}`;
    return { ...place, ...figuresOf([]), id, kind: "ring", isOpen: true, eventId: null, createdAt };
  }

  #isSession(sessionId: string): boolean {
    return this.#options.sessions.get(sessionId) !== undefined;
  }

  #requireKept(id: string): StoredRecording {
    if (id.startsWith(RING_PREFIX)) {
      throw new PnmLabError(
        "RECORDING_RING_CONFLICT",
        "a ring cannot be changed or removed: keep a part of it",
      );
    }
    const kept = this.#kept.get(id);
    if (kept === undefined) throw unknown(id);
    return kept;
  }

  #requireRing(sessionId: string): Ring {
    const ring = this.#rings.get(sessionId);
    if (ring?.identity === undefined) {
      throw new PnmLabError("RECORDING_UNKNOWN", `nothing of session ${sessionId} is recorded`);
    }
    return ring;
  }

  #requireRoom(): void {
    const { noRoom } = this.#condition;
    if (noRoom !== undefined) throw new PnmLabError("RECORDINGS_NO_ROOM", noRoom);
  }

  #nowText(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

/** A session that runs has a ring from its first frame on, and before that an empty one. */
const NOTHING_YET: SummarySource = {
  segments: [],
  fileOf: ({ firstMs }) => {
    throw new Error(`there is no segment of ${firstMs}`);
  },
  summaryOf: async () => undefined,
  blockSummaries: async () => undefined,
};

function unknown(id: string): PnmLabError {
  return new PnmLabError("RECORDING_UNKNOWN", `there is no recording ${id}`);
}

/** A recording without what only the store needs. */
function shown({ fromMs, toMs, ...recording }: StoredRecording): Recording {
  return recording;
}
