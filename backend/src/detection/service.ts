import { randomUUID } from "node:crypto";
import type { Worker } from "node:worker_threads";
import type { Logger } from "@pnmlab/config";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { DownstreamCarrier, WatchedMask } from "@pnmlab/pnm-analysis";
import type {
  ChangeDetection,
  DetectionSettings,
  DetectionState,
  Mute,
  PlantEvent,
  PortLevels,
  Rehearsal,
  RehearsalRequest,
  Replay,
  SpectrumFrame,
  UpstreamChannel,
  UtscSession,
} from "@pnmlab/protocol";
import type { LivePublisher, Recorder } from "../contracts.ts";
import type { LabMasks, MaskPort } from "../masks/lab-masks.ts";
import type { EventStore, NoiseHourStore } from "../storage/index.ts";
import { DetectorThread } from "./detector-thread.ts";
import { type BookedSource, EventBook } from "./event-book.ts";
import { unpackFrames } from "./frame-pack.ts";
import { judgeOptionsOf } from "./judge-options.ts";
import { NO_NOTES, plantEventOf } from "./plant-event.ts";
import { PortLevelsBook, portLevelsOf } from "./port-levels.ts";
import { CapturedTimes, firstOptionsOf, recordedFrames } from "./recorded-frames.ts";
import { replayEvent } from "./replay.ts";
import { selectingTriggerOf } from "./selecting-trigger.ts";
import { SessionStream } from "./session-stream.ts";
import { changedDetection, detectionSettingsOf } from "./settings.ts";
import { TrialRunner } from "./trial-runner.ts";
import type { FromDetectors, JudgeOptions } from "./worker-messages.ts";

/** Between two looks at what has to end, and before channels are asked for again: at once, and where they are known. */
const TICK_MS = 10_000;
const ASK_AGAIN_MS = 10_000;
const CHANNELS_AGE_MS = 600_000;
/** Pause after an error of a stream: it may return with the next frame. */
const AFTER_ERROR_MS = 10_000;

export interface DetectionOptions {
  store: EventStore;
  noise: NoiseHourStore;
  session: (id: string) => UtscSession | undefined;
  /** Channels of an RF port. Rejects where the CMTS cannot be asked. */
  channels: (cmtsId: string, rfPortIfIndex: number) => Promise<readonly UpstreamChannel[]>;
  /** Downstream channels that reach the modems of an RF port; none where they are not known. May reject. */
  downstream?: (cmtsId: string, rfPortIfIndex: number) => Promise<readonly DownstreamCarrier[]>;
  publish: (event: PlantEvent) => void;
  /** What is recorded; without it events are not recorded, and recordings cannot be gone through. */
  recorder?: Recorder | undefined;
  /** Masks that are judged beside what the detectors find. */
  masks?: LabMasks | undefined;
  log: Logger;
  now: () => number;
  /** Makes the thread of the detectors; its own unless given. */
  startWorker?: () => Worker;
}

/**
 * Detectors of all sessions, in one worker thread: every frame that a session publishes is judged, whether a browser
 * watches or not, and what is found is numbered, stored and told.
 */
export class DetectionService implements LivePublisher, AsyncDisposable {
  readonly #options: DetectionOptions;
  readonly #book: EventBook;
  readonly #thread: DetectorThread;
  readonly #trials: TrialRunner;
  readonly #sessions = new Map<string, SessionStream>();
  /** By number; also those that are being closed. */
  readonly #streams = new Map<number, { session: SessionStream; source: BookedSource; isOver: boolean }>();
  readonly #levels: PortLevelsBook;
  readonly #timer: NodeJS.Timeout;
  #detection: ChangeDetection;
  readonly #downstream = new Map<string, readonly DownstreamCarrier[]>();
  #lastStream = 0;
  #frames = 0;
  #cpuUs = 0;

  constructor(options: DetectionOptions) {
    const { store, publish, recorder, log, now, startWorker } = options;
    this.#options = options;
    this.#detection = store.settings();
    this.#book = new EventBook({ store, publish, recorder, log, now });
    this.#levels = new PortLevelsBook(now);
    this.#thread = new DetectorThread({
      onMessage: (message) => this.#guard(() => this.#take(message)),
      onStart: () => this.#guard(() => this.#openAll()),
      onLost: (reason) => this.#guard(() => this.#lost(reason)),
      log,
      ...(startWorker === undefined ? {} : { startWorker }),
    });
    this.#trials = new TrialRunner(this.#thread);
    if (options.masks) options.masks.onChange = (port) => this.#changeMasks(port);
    this.#thread.start();
    this.#timer = setInterval(() => this.#guard(() => this.#tick()), TICK_MS);
    this.#timer.unref();
  }

  publishSession(session: UtscSession): void {
    const known = this.#sessions.get(session.id);
    if (!known) return;
    if (session.state === "stopped" || session.state === "failed") {
      this.#end(known, session.desired === "stopped");
      this.#sessions.delete(session.id);
      if (known.levels) this.#levels.keep(session, known.levels, known.capturedAtMs);
      this.#tellMasks(session);
    } else this.#open(known, session);
  }

  publishFrame(sessionId: string, frame: SpectrumFrame): void {
    const known = this.#sessions.get(sessionId);
    const stream = known ?? new SessionStream(this.#thread);
    const isNew = known === undefined || stream.isUncalibrated !== frame.uncalibrated;
    stream.isUncalibrated = frame.uncalibrated;
    stream.capturedAtMs = frame.capturedAtMs;
    if (isNew || stream.open === undefined) {
      const session = this.#options.session(sessionId);
      // What comes after the end belongs to nobody.
      if (session === undefined || session.state === "stopped") return;
      this.#sessions.set(sessionId, stream);
      this.#open(stream, session);
      if (known === undefined) this.#tellMasks(session);
    }
    stream.push(frame);
  }

  state(): DetectionState {
    const { isRunning, restarts, lastLoss } = this.#thread;
    const sessions = [...this.#sessions].map(([sessionId, stream]) => ({
      sessionId,
      trafficRestsFor: selectingTriggerOf(this.#options.session(sessionId)) ?? null,
      hasPlan: stream.channels !== undefined,
      framesAnalysed: stream.analysed,
      framesSkipped: stream.skipped,
      framesWaiting: stream.waiting,
      hiddenMainsHz: stream.hiddenMainsHz,
      cpuMsPerFrame: stream.cpuMsPerFrame,
    }));
    const after = restarts === 0 ? "" : `, started again ${times(restarts)} after: ${lastLoss}`;
    return {
      worker: isRunning ? "running" : "restarting",
      sentence: isRunning
        ? `the detectors judge ${count(sessions.length, "session")}${after}`
        : `the detectors are being started again, because their thread was lost: ${lastLoss}`,
      restarts,
      cpuMsPerFrame: this.#frames === 0 ? null : this.#cpuUs / 1000 / this.#frames,
      sessions,
      levels: this.#portLevels(),
    };
  }

  get settings(): DetectionSettings {
    return detectionSettingsOf(this.#detection);
  }

  /** Holds for all sessions at once. @throws PnmLabError `DETECTION_INVALID` */
  changeSettings(change: ChangeDetection): DetectionSettings {
    this.#detection = changedDetection(this.#detection, change);
    this.#options.store.saveSettings(this.#detection);
    this.#openAll();
    return this.settings;
  }

  /** Acknowledges or comments an event. @throws PnmLabError `EVENT_UNKNOWN` */
  edit(
    id: string,
    { acknowledged, comment }: { acknowledged?: boolean | undefined; comment?: string | undefined },
    user: string,
  ): PlantEvent {
    const at = new Date(this.#options.now()).toISOString();
    const edited = this.#book.note(id, {
      ...(acknowledged === undefined ? {} : { acknowledged: acknowledged ? { by: user, at } : null }),
      ...(comment === undefined ? {} : { comment }),
    });
    if (!edited) throw unknownEvent(id);
    return edited;
  }

  get mutes(): readonly Mute[] {
    return this.#book.mutes;
  }

  mute(wanted: Omit<Mute, "id">): Mute {
    const mute = { id: randomUUID(), ...wanted };
    this.#options.store.addMute(mute);
    this.#book.setMutes([...this.#book.mutes, mute]);
    return mute;
  }

  /** @throws PnmLabError `MUTE_UNKNOWN` */
  unmute(id: string): Mute {
    const mute = this.#book.mutes.find((known) => known.id === id);
    if (!mute) throw new PnmLabError("MUTE_UNKNOWN", `there is no mute ${id}`);
    this.#options.store.removeMute(id);
    this.#book.setMutes(this.#book.mutes.filter((known) => known !== mute));
    return mute;
  }

  /**
   * What a recording, or the part of it between two times, would have raised with other settings than the present ones.
   *
   * @throws PnmLabError `RECORDING_UNKNOWN`, `DETECTION_INVALID`, and as `TrialRunner.run`
   */
  async rehearse(
    recordingId: string,
    { fromMs, toMs, ...change }: RehearsalRequest,
    signal?: AbortSignal,
  ): Promise<Rehearsal> {
    const detection = changedDetection(this.#detection, change);
    const { recorder } = this.#options;
    if (recorder === undefined) {
      throw new PnmLabError("RECORDING_UNKNOWN", "this backend records nothing");
    }
    const detail = await recorder.detail(recordingId);
    // A recording does not tell the downstream: it is taken as it was read last for its port.
    const judged = {
      detection,
      downstream: this.#downstream.get(portKey(detail)) ?? [],
      masks: this.#masksOf(detail),
    };
    const times = new CapturedTimes();
    const frames = recordedFrames(detail, times.of(recorder.frames(recordingId, { fromMs, toMs })), judged);
    const { events, ...result } = await this.#trials.run(firstOptionsOf(detail, judged), frames, {
      signal,
    });
    const channels = detail.settings.flatMap((settings) => settings.channels);
    return {
      ...result,
      firstMs: times.firstMs,
      lastMs: times.lastMs,
      events: events.map((event, k) =>
        plantEventOf(event, { ...detail, channels }, { ...NO_NOTES, number: k + 1 }, []),
      ),
    };
  }

  /**
   * Whether an event is raised again by the frames around it.
   *
   * @throws PnmLabError `EVENT_UNKNOWN`, and as `replayEvent`
   */
  async replay(id: string, signal?: AbortSignal): Promise<Replay> {
    const { store, recorder } = this.#options;
    const event = store.get(id);
    if (!event) throw unknownEvent(id);
    const known = store.context(id)!;
    if (known === "") {
      throw new PnmLabError(
        "EVENT_EVIDENCE_NOT_FOUND",
        `what event ${event.number} was judged by has left the log with the oldest events`,
      );
    }
    const context = JSON.parse(known) as JudgeOptions;
    // What the noise was before it rose is known from the event; frames around its peak may not show it.
    const { baselineDbmv } = event.figures;
    if (event.kind === "noiseRise" && baselineDbmv !== undefined) context.noiseBaselineDbmv = baselineDbmv;
    const evidence = unpackFrames(store.evidence(id) ?? new Uint8Array());
    return replayEvent(event, context, evidence, { trials: this.#trials, recorder, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#trials.fail("the backend is stopping");
    await this.#thread[Symbol.asyncDispose]();
  }

  #openAll(): void {
    for (const [id, stream] of this.#sessions) {
      const session = this.#options.session(id);
      if (session) this.#open(stream, session);
    }
  }

  /** Opens a stream in the thread, or another where what frames are judged by has changed. */
  #open(stream: SessionStream, session: UtscSession): void {
    this.#askForChannels(stream, session);
    const waitMs = stream.notBeforeMs - this.#options.now();
    // Further away it lies where the clock was set back.
    const isHeldBack = waitMs > 0 && waitMs <= AFTER_ERROR_MS;
    if (stream.channels === undefined || isHeldBack || !this.#thread.isRunning) return;
    const { cmtsId, rfPortIfIndex, rfPortName, requested, accepted, observed } = session;
    const { channels, downstream, isUncalibrated } = stream;
    const captured = { requested, accepted, channels, downstream, isUncalibrated };
    const options = judgeOptionsOf(captured, this.#detection);
    const key = JSON.stringify(options);
    const periodMs =
      (observed?.repeatPeriodUs ?? accepted?.repeatPeriodUs ?? requested.repeatPeriodUs) / 1000;
    if (stream.open?.key === key) {
      stream.open.source.periodMs = periodMs;
      this.#changeBaseline(stream);
      return;
    }
    this.#end(stream, false);
    const noiseBaselineDbmv = this.#book.noiseBaselineDbmv(session);
    const noiseBaselineDbmvPerHz = this.#baselineDbmvPerHz(stream, session);
    const judged = {
      ...options,
      ...(noiseBaselineDbmv === undefined ? {} : { noiseBaselineDbmv }),
      ...(noiseBaselineDbmvPerHz === undefined ? {} : { noiseBaselineDbmvPerHz }),
    };
    const port = { sessionId: session.id, cmtsId, rfPortIfIndex, rfPortName };
    const masks = this.#masksOf(session);
    const source = { ...port, channels, periodMs, context: JSON.stringify(judged), masks };
    this.#lastStream += 1;
    this.#streams.set(this.#lastStream, { session: stream, source, isOver: false });
    stream.begin(this.#lastStream, { ...judged, masks }, source, key);
  }

  #masksOf({ cmtsId, rfPortIfIndex }: MaskPort): WatchedMask[] {
    return (this.#options.masks?.of({ cmtsId, rfPortIfIndex }) ?? []).map(
      ({ id, name, source, trace, consecutiveFrames, severity }) => ({
        id,
        name,
        source,
        trace,
        consecutiveFrames,
        severity,
      }),
    );
  }

  /** Detectors go on with what they know where only masks change. */
  #changeMasks(port: MaskPort): void {
    const masks = this.#masksOf(port);
    this.#book.changeMasks(port, masks);
    for (const { open } of this.#sessions.values()) {
      if (open === undefined || portKey(open.source) !== portKey(port)) continue;
      open.source.masks = masks;
      this.#thread.send({ type: "masks", stream: open.stream, masks });
    }
  }

  /** Tells how the masks of a port stand, or that nothing is captured there any more. */
  #tellMasks(port: MaskPort): void {
    const { masks, session } = this.#options;
    const watching = [...this.#sessions].find(([id]) => {
      const found = session(id);
      return found !== undefined && portKey(found) === portKey(port);
    })?.[1];
    masks?.tell(
      { cmtsId: port.cmtsId, rfPortIfIndex: port.rfPortIfIndex },
      watching && { states: watching.maskStates ?? [], channels: watching.channels ?? [] },
    );
  }

  /** With each hour its own baseline; one over which a rise is raised stays until that is over. */
  #changeBaseline(stream: SessionStream): void {
    const { open, hour } = stream;
    if (open === undefined || open.baselineHour === hour) return;
    if (this.#book.noiseBaselineDbmv(open.source) !== undefined) return;
    open.baselineHour = hour;
    const dbmvPerHz = this.#baselineDbmvPerHz(stream, open.source);
    if (dbmvPerHz !== undefined) this.#thread.send({ type: "baseline", stream: open.stream, dbmvPerHz });
  }

  /** Levels of unknown calibration are not compared with those of other days. */
  #baselineDbmvPerHz(
    { isUncalibrated, hour }: SessionStream,
    { cmtsId, rfPortIfIndex }: Pick<BookedSource, "cmtsId" | "rfPortIfIndex">,
  ): number | undefined {
    const { noise } = this.#options;
    return isUncalibrated ? undefined : noise.baselineDbmvPerHz(cmtsId, rfPortIfIndex, hour);
  }

  /** @param isOver nobody captures on the port any more */
  #end(stream: SessionStream, isOver: boolean): void {
    const known = stream.open && this.#streams.get(stream.open.stream);
    if (known) known.isOver = isOver;
    stream.end();
  }

  #askForChannels(stream: SessionStream, { cmtsId, rfPortIfIndex, id }: UtscSession): void {
    const { channels, downstream, log } = this.#options;
    const nowMs = this.#options.now();
    const isFresh =
      Math.abs(nowMs - stream.askedAtMs) < (stream.channels === undefined ? ASK_AGAIN_MS : CHANNELS_AGE_MS);
    if (stream.isAsking || isFresh) return;
    stream.isAsking = true;
    stream.askedAtMs = nowMs;
    Promise.all([channels(cmtsId, rfPortIfIndex), downstream?.(cmtsId, rfPortIfIndex) ?? []])
      .then(([found, downstreamFound]) => {
        stream.channels = found;
        stream.downstream = downstreamFound;
        this.#downstream.set(portKey({ cmtsId, rfPortIfIndex }), downstreamFound);
      })
      .catch((error: unknown) => {
        log.warn(
          `the channels of ${cmtsId} port ${rfPortIfIndex} are not known to the detectors: ${messageOf(error)}`,
        );
      })
      .finally(() => {
        stream.isAsking = false;
        const session = this.#options.session(id);
        if (session && this.#sessions.get(id) === stream) this.#open(stream, session);
      });
  }

  #take(message: FromDetectors): void {
    if ("trial" in message) {
      this.#trials.take(message);
      return;
    }
    const known = this.#streams.get(message.stream);
    if (!known) return;
    const { session, source } = known;
    switch (message.type) {
      case "analysed":
        session.through(message.frames, message.cpuUs);
        this.#book.judged(source);
        this.#frames += message.frames;
        this.#cpuUs += message.cpuUs;
        break;
      case "event":
        this.#book.take(source, message.change, message.event);
        break;
      case "evidence":
        this.#book.prove(message.eventId, message.frames, message.peakFrame);
        break;
      case "maskStates":
        session.maskStates = message.states;
        this.#tellMasks(source);
        break;
      case "levels":
        // A stream that is being closed may tell of frames that its successor is to judge anew.
        if (session.open?.stream !== message.stream) break;
        session.levels = message.levels;
        this.#levels.forget(source);
        break;
      case "noise": {
        const { hour, dbmvPerHz, samples } = message;
        const { cmtsId, rfPortIfIndex } = source;
        if (!session.isUncalibrated)
          this.#options.noise.save({ cmtsId, rfPortIfIndex, hour, dbmvPerHz, samples });
        break;
      }
      case "released":
        this.#book.release(source, false);
        break;
      case "closed":
        this.#streams.delete(message.stream);
        this.#book.release(source, known.isOver);
        break;
      case "failed":
        this.#failed(message.stream, message.message);
    }
  }

  /** The frames from then on wait for another stream. */
  #failed(stream: number, message: string): void {
    const known = this.#streams.get(stream)!;
    this.#options.log.error(`the detectors of ${known.source.rfPortName} failed and begin anew: ${message}`);
    known.session.notBeforeMs = this.#options.now() + AFTER_ERROR_MS;
    if (known.session.open?.stream === stream) known.session.end();
    known.session.maskStates = undefined;
    this.#tellMasks(known.source);
  }

  #portLevels(): PortLevels[] {
    const running = [...this.#sessions.values()].flatMap(({ open, levels }) =>
      open && levels ? [portLevelsOf(open.source, levels, null)] : [],
    );
    return [...running, ...this.#levels.ended()];
  }

  #lost(reason: string): void {
    this.#trials.fail(reason);
    for (const { source, isOver } of this.#streams.values()) this.#book.release(source, isOver);
    this.#streams.clear();
    for (const [id, stream] of this.#sessions) {
      stream.lost();
      const session = this.#options.session(id);
      if (session) this.#tellMasks(session);
    }
  }

  /** What comes from the thread and the clock has no caller: an error there would end the backend. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log.error({ err: error }, `the detectors came upon an error: ${messageOf(error)}`);
    }
  }

  #tick(): void {
    this.#book.tick((event) => this.#isAwaited(event));
    this.#openAll();
  }

  /** A capture of its port goes on, or is to: one that is stalled or failed may show it again. */
  #isAwaited(event: PlantEvent): boolean {
    const { session } = this.#options;
    const ids = [event.sessionId, ...this.#sessions.keys()];
    return ids.some((id) => {
      const found = session(id);
      return found?.desired === "running" && portKey(found) === portKey(event);
    });
  }
}

function portKey({ cmtsId, rfPortIfIndex }: MaskPort): string {
  return `${cmtsId}:${rfPortIfIndex}`;
}

function unknownEvent(id: string): PnmLabError {
  return new PnmLabError("EVENT_UNKNOWN", `there is no event ${id}`);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function times(n: number): string {
  return n === 1 ? "once" : `${n} times`;
}
