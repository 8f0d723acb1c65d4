import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { DetectorEvent, WatchedMask } from "@pnmlab/pnm-analysis";
import type { Mute, PlantEvent } from "@pnmlab/protocol";
import type { Recorder } from "../contracts.ts";
import type { EventStore } from "../storage/index.ts";
import { haveCommonCause } from "./common-cause.ts";
import { packFrames } from "./frame-pack.ts";
import { isMuted } from "./mutes.ts";
import { type EventSource, NO_NOTES, plantEventOf } from "./plant-event.ts";
import { isWantedByTrigger } from "./trigger.ts";
import type { EventChange, EvidenceFrame } from "./worker-messages.ts";

/** Events that no detector follows are cleared after frames of this time: it would have been found again. */
const HELD_MS = 120_000;
/** Frames further apart count as this much time, or as two of their periods where those are longer. */
const LEAST_STEP_MS = 2000;
/** How long an event that was cleared may return as the same one: the longest cool-down there is. */
export const COOLING_MS = 3_600_000;
/** As near as events of one port are taken for one. */
const NEAR_HZ = 100_000;

/** A stream of events, with what they were judged by. */
export interface BookedSource extends EventSource {
  periodMs: number;
  /** Text that is stored with each event. */
  context: string;
  /** Masks of the port; the one that an event is of is stored with it. */
  masks?: readonly WatchedMask[] | undefined;
}

interface Entry {
  event: PlantEvent;
  source: BookedSource;
  /** The event that this one goes on, as it stood when its detectors ended. */
  base: PlantEvent | undefined;
  touchedMs: number;
}

interface Held {
  event: PlantEvent;
  sinceMs: number;
  /** Time in which frames of its port were judged since then, and when they were last. */
  judgedMs: number;
  judgedAtMs: number;
}

export interface EventBookOptions {
  store: EventStore;
  publish: (event: PlantEvent) => void;
  /** Keeps what lies around an event, where there is one. */
  recorder: Pick<Recorder, "trigger" | "keepAround"> | undefined;
  log: Logger;
  now: () => number;
}

/** Makes events of what detectors find: numbers, stores and publishes them, and knows those that are raised. */
export class EventBook {
  readonly #options: EventBookOptions;
  /** Events that detectors follow, by the detectors' ids. */
  readonly #followed = new Map<string, Entry>();
  /** Raised events that nobody follows for the moment. */
  readonly #held = new Map<string, Held>();
  /** Events that the database has refused, to be stored later. */
  readonly #unstored = new Map<string, { event: PlantEvent; context: string | undefined }>();
  #mutes: readonly Mute[];

  constructor(options: EventBookOptions) {
    this.#options = options;
    const { store } = options;
    this.#mutes = store.mutes();
    for (const event of store.list({ state: "raised", limit: 10_000 })) {
      this.#hold(event);
    }
  }

  take(source: BookedSource, change: EventChange, found: DetectorEvent): void {
    const known = this.#followed.get(found.id);
    if (known) this.#update(known, found);
    else if (change !== "cleared") this.#begin(source, found);
  }

  /** Stores the frames that prove an event. `peakFrame` is the number of the one at its peak. */
  prove(foundId: string, frames: readonly EvidenceFrame[], peakFrame: number): void {
    const entry = this.#followed.get(foundId);
    if (!entry || hasStrongerBase(entry)) return;
    const { store } = this.#options;
    store.saveEvidence(entry.event.id, packFrames(frames.map(({ bytes }) => bytes)));
    const evidence = { ...entry.event.evidence, frames: frames.map(({ sequence }) => sequence), peakFrame };
    entry.event = { ...entry.event, evidence };
    // Told with the next change, which is at most seconds away.
    this.#save(entry.event);
  }

  /** Nobody follows the events of a source any more: they wait to be found again, or are cleared at once. */
  release(source: BookedSource, isOver: boolean): void {
    for (const [foundId, entry] of this.#followed) {
      if (entry.source !== source) continue;
      this.#followed.delete(foundId);
      if (entry.event.state === "cleared") continue;
      if (isOver) this.#store({ ...entry.event, state: "cleared" });
      else this.#hold(entry.event);
    }
    if (isOver) this.#clearHeld(({ event }) => isOfPort(event, source));
  }

  /** Masks of a port are now these: what waits to be found again by one that is gone cannot be. */
  changeMasks(port: Pick<EventSource, "cmtsId" | "rfPortIfIndex">, masks: readonly WatchedMask[]): void {
    const isGone = ({ kind, classification }: PlantEvent) =>
      kind === "mask" && !masks.some(({ name }) => name === classification);
    this.#clearHeld(({ event }) => isOfPort(event, port) && isGone(event));
  }

  /** Noise before a rise that is still raised on a port: detectors that begin anew would learn the risen one. */
  noiseBaselineDbmv(port: Pick<EventSource, "cmtsId" | "rfPortIfIndex">): number | undefined {
    const raised = [...this.#held.values(), ...this.#followed.values()].map(({ event }) => event);
    return raised.find(
      (event) => event.kind === "noiseRise" && event.state === "raised" && isOfPort(event, port),
    )?.figures.baselineDbmv;
  }

  get(id: string): PlantEvent | undefined {
    return this.#unstored.get(id)?.event ?? this.#options.store.get(id);
  }

  /** Changes what is noted of an event; undefined where there is none. */
  note(id: string, notes: Partial<PlantEvent>): PlantEvent | undefined {
    const event = this.get(id);
    if (!event) return undefined;
    const noted = { ...event, ...notes };
    for (const entry of this.#followed.values()) if (entry.event.id === id) entry.event = noted;
    const held = this.#held.get(id);
    if (held) held.event = noted;
    this.#store(noted);
    return noted;
  }

  get mutes(): readonly Mute[] {
    return this.#mutes;
  }

  setMutes(mutes: readonly Mute[]): void {
    this.#mutes = mutes;
    this.#judgeMutes();
  }

  /** Frames of a source were judged: what is held of its port was not found in them. */
  judged({ cmtsId, rfPortIfIndex, periodMs }: BookedSource): void {
    const nowMs = this.#options.now();
    const mostMs = Math.max(LEAST_STEP_MS, 2 * periodMs);
    for (const held of this.#held.values()) {
      if (!isOfPort(held.event, { cmtsId, rfPortIfIndex })) continue;
      held.judgedMs += Math.min(mostMs, Math.max(0, nowMs - held.judgedAtMs));
      held.judgedAtMs = nowMs;
    }
  }

  /**
   * Clears what is held too long and forgets what cannot return; to be called now and then.
   *
   * @param isAwaited whether frames of an event's port are to come: then only time with frames counts
   */
  tick(isAwaited: (event: PlantEvent) => boolean = () => false): void {
    const nowMs = this.#options.now();
    for (const { event, context } of [...this.#unstored.values()]) this.#save(event, context);
    this.#clearHeld(
      ({ event, sinceMs, judgedMs }) => (isAwaited(event) ? judgedMs : nowMs - sinceMs) >= HELD_MS,
    );
    for (const [foundId, { event, touchedMs }] of this.#followed) {
      if (event.state === "cleared" && nowMs - touchedMs > COOLING_MS) this.#followed.delete(foundId);
    }
    this.#judgeMutes();
  }

  #begin(source: BookedSource, found: DetectorEvent): void {
    const { store, now } = this.#options;
    const base = this.#takeHeld(source, found);
    const notes = base ?? { ...NO_NOTES, number: store.nextNumber() };
    const event = plantEventOf(found, source, notes, []);
    const entry: Entry = { event, source, base, touchedMs: now() };
    entry.event = { ...continued(entry, event), muted: isMuted(event, this.#mutes, now()) };
    this.#followed.set(found.id, entry);
    if (base === undefined) this.#findCommonCause(entry);
    this.#store(entry.event, contextOf(source, found));
    if (base === undefined) this.#trigger(entry.event);
  }

  #update(entry: Entry, found: DetectorEvent): void {
    const { event, source } = entry;
    const { severity, recordingId } = event;
    const { frames, peakFrame } = event.evidence;
    entry.event = continued(entry, plantEventOf(found, source, event, frames, peakFrame));
    entry.touchedMs = this.#options.now();
    this.#store(entry.event);
    if (recordingId === null && severity !== entry.event.severity) this.#trigger(entry.event);
  }

  /** @param context of a new event: it is stored once, and may be long */
  #store(event: PlantEvent, context?: string): void {
    this.#save(event, context);
    this.#options.publish(event);
  }

  /** An event that the database refuses is told all the same, and stored when it takes it. */
  #save(event: PlantEvent, context = this.#unstored.get(event.id)?.context): void {
    const { store, log } = this.#options;
    try {
      store.save(event, context);
      this.#unstored.delete(event.id);
    } catch (error) {
      if (this.#unstored.size === 0) log.warn(`events cannot be stored now: ${messageOf(error)}`);
      this.#unstored.set(event.id, { event, context });
    }
  }

  /** The held event that a new one of the port goes on. */
  #takeHeld(source: BookedSource, found: DetectorEvent): PlantEvent | undefined {
    for (const { event } of this.#held.values()) {
      if (!isOfPort(event, source) || event.kind !== found.kind || !isSamePlace(event, found)) continue;
      this.#held.delete(event.id);
      return event;
    }
    return undefined;
  }

  #hold(event: PlantEvent): void {
    const nowMs = this.#options.now();
    this.#held.set(event.id, { event, sinceMs: nowMs, judgedMs: 0, judgedAtMs: nowMs });
  }

  #clearHeld(isWanted: (held: Held) => boolean): void {
    for (const [id, held] of this.#held) {
      if (!isWanted(held)) continue;
      this.#held.delete(id);
      this.#store({ ...held.event, state: "cleared" });
    }
  }

  #findCommonCause(entry: Entry): void {
    const { event, source } = entry;
    for (const other of this.#followed.values()) {
      const here = { event, periodMs: source.periodMs };
      if (!haveCommonCause(here, { event: other.event, periodMs: other.source.periodMs })) continue;
      entry.event = { ...entry.event, alsoOn: [...entry.event.alsoOn, other.event.id] };
      other.event = { ...other.event, alsoOn: [...other.event.alsoOn, event.id] };
      this.#store(other.event);
    }
  }

  #trigger(event: PlantEvent): void {
    const { recorder, log } = this.#options;
    if (recorder === undefined || !isWantedByTrigger(event, recorder.trigger)) return;
    const { preS, postS } = recorder.trigger;
    const { id, sessionId, title } = event;
    recorder
      .keepAround({ sessionId, atMs: event.lastMs, preS, postS, eventId: id, label: title })
      .then((recording) => void this.note(id, { recordingId: recording.id }))
      .catch((error: unknown) =>
        log.warn(`event ${event.number} could not be recorded: ${messageOf(error)}`),
      );
  }

  #judgeMutes(): void {
    const nowMs = this.#options.now();
    for (const { event } of [...this.#followed.values(), ...this.#held.values()]) {
      const muted = isMuted(event, this.#mutes, nowMs);
      if (event.state === "raised" && muted !== event.muted) this.note(event.id, { muted });
    }
  }
}

/** Masks lie over each other, and each of their bands is one event wherever in it the level is worst. */
function isSamePlace(
  event: PlantEvent,
  { kind, classification, f0Hz, bwHz, figures }: DetectorEvent,
): boolean {
  if (kind === "mask") {
    const { bandFromHz = f0Hz, bandToHz = f0Hz } = figures;
    return event.classification === classification && event.f0Hz >= bandFromHz && event.f0Hz <= bandToHz;
  }
  return Math.abs(event.f0Hz - f0Hz) <= Math.max(NEAR_HZ, bwHz / 2, event.bwHz / 2);
}

/** What an event is judged by again: of all masks, which may have thousands of points, its own. */
function contextOf({ context, masks = [] }: BookedSource, { kind, classification }: DetectorEvent): string {
  const own = masks.filter(({ name }) => kind === "mask" && name === classification);
  return own.length === 0 ? context : JSON.stringify({ ...(JSON.parse(context) as object), masks: own });
}

/** An event that goes on an earlier one keeps its name, its beginning, and its evidence where that was stronger. */
function continued(entry: Entry, event: PlantEvent): PlantEvent {
  const { base } = entry;
  if (base === undefined) return event;
  const evidence = base.evidence.value >= event.evidence.value ? base.evidence : event.evidence;
  return { ...event, id: base.id, firstMs: base.firstMs, count: base.count + event.count, evidence };
}

function hasStrongerBase({ base, event }: Entry): boolean {
  return base !== undefined && event.evidence === base.evidence && base.evidence.frames.length > 0;
}

function isOfPort(
  event: PlantEvent,
  { cmtsId, rfPortIfIndex }: Pick<EventSource, "cmtsId" | "rfPortIfIndex">,
): boolean {
  return event.cmtsId === cmtsId && event.rfPortIfIndex === rfPortIfIndex;
}
