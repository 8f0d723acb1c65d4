import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@pnmlab/kit";
import type { SpectrumFrame } from "@pnmlab/protocol";
import type { RecordingHead, SummaryHead } from "@pnmlab/recording";
import { ChannelMemory } from "./channel-memory.ts";
import type { RecorderOptions } from "./recorder-options.ts";
import type { RecordingCondition } from "./recording-condition.ts";
import { Ring } from "./ring.ts";

/** A segment of which no frame comes any more is closed. */
const IDLE_MS = 15_000;
/** Rings of sessions that rest go after this. */
const REST_MS = 24 * 3_600_000;
/** Frames that wait for a ring to be opened: some seconds. */
const MAX_WAITING = 200;

/** The rings of all sessions: takes their frames, writes them, and removes what is too old or too much. */
export class Rings {
  readonly #path: string;
  readonly #options: RecorderOptions;
  readonly #condition: RecordingCondition;
  readonly #onSegment: (ring: Ring, segment: SummaryHead) => void;
  readonly #channels: ChannelMemory;
  readonly #rings = new Map<string, Ring>();
  /** Frames that came while their ring was being opened. */
  readonly #opening = new Map<string, SpectrumFrame[]>();
  #isClosed = false;

  /** @param onSegment told of each segment that is closed, before the ring is cut to its length */
  constructor(
    path: string,
    options: RecorderOptions,
    condition: RecordingCondition,
    onSegment: (ring: Ring, segment: SummaryHead) => void,
  ) {
    this.#path = path;
    this.#options = options;
    this.#condition = condition;
    this.#onSegment = onSegment;
    this.#channels = new ChannelMemory(options, ({ id }) => this.#rings.get(id)?.settingsMayHaveChanged());
  }

  /** Opens those that an earlier process left. */
  async pickUp(): Promise<void> {
    await mkdir(this.#path, { recursive: true });
    for (const sessionId of await readdir(this.#path)) {
      try {
        const ring = await Ring.open(this.#ringOptions(sessionId));
        if (ring.folder.segments.length > 0) this.#rings.set(sessionId, ring);
      } catch (error) {
        this.#options.log.warn(`the ring of session ${sessionId} cannot be read: ${messageOf(error)}`);
      }
    }
  }

  get(sessionId: string): Ring | undefined {
    return this.#rings.get(sessionId);
  }

  list(): Ring[] {
    return [...this.#rings.values()];
  }

  get sizeBytes(): number {
    let bytes = 0;
    for (const ring of this.#rings.values()) bytes += ring.folder.sizeBytes;
    return bytes;
  }

  /** Takes a frame at once; counts one that cannot be recorded. */
  take(sessionId: string, frame: SpectrumFrame): void {
    if (this.#isClosed) return;
    const { isHindered } = this.#condition;
    const ring = isHindered ? undefined : this.#rings.get(sessionId);
    if (ring?.isBehind) this.#condition.failed(new Error("the disk does not keep up"));
    else if (ring?.take(frame, this.#options.now())) return;
    if (!isHindered && ring === undefined && this.#waitForRing(sessionId, frame)) return;
    this.#condition.missed();
  }

  /** Writes what was taken, and closes segments of which nothing comes any more. */
  async flush(): Promise<void> {
    const nowMs = this.#options.now();
    if (this.#condition.isWaiting) return;
    const rings = this.list();
    const results = await Promise.allSettled(
      rings.map(async (ring) => {
        await ring.mendTorn();
        await ring.flush();
        if (ring.isWriting && nowMs - ring.takenAtMs > IDLE_MS) await ring.rotate();
      }),
    );
    const refused = results.find((result) => result.status === "rejected");
    if (refused) this.#condition.failed(refused.reason);
    else if (rings.some((ring) => ring.isWriting)) this.#condition.written();
  }

  /** Removes rings of sessions that have rested for a day. */
  async removeRested(): Promise<void> {
    const nowMs = this.#options.now();
    for (const [sessionId, ring] of this.#rings) {
      if (this.#options.sessions.get(sessionId)?.desired === "running" || ring.isWriting) continue;
      if (nowMs - Math.max(ring.takenAtMs, ring.newestMs ?? 0) < REST_MS) continue;
      this.#rings.delete(sessionId);
      await rm(ring.folder.path, { recursive: true, force: true });
    }
  }

  /** Rings give way, the oldest segment of all first. */
  makeRoom(excessBytes: number): void {
    const rings = this.list();
    let excess = excessBytes;
    const removed = new Map<Ring, number>();
    while (excess > 0) {
      let oldest: { ring: Ring; segment: SummaryHead } | undefined;
      for (const ring of rings) {
        const segment = ring.folder.segments[removed.get(ring) ?? 0];
        if (segment && (oldest === undefined || segment.firstMs < oldest.segment.firstMs))
          oldest = { ring, segment };
      }
      if (oldest === undefined) break;
      excess -= oldest.segment.sizeBytes;
      removed.set(oldest.ring, (removed.get(oldest.ring) ?? 0) + 1);
    }
    for (const [ring, count] of removed) {
      for (let k = 0; k < count; k += 1)
        void ring.removeOldest().catch((error: unknown) => this.#condition.failed(error));
    }
  }

  /** Takes nothing more, and closes every segment. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.list().map((ring) => ring.rotate()));
  }

  /** Holds a frame until the ring of its session is open; false where too many wait. */
  #waitForRing(sessionId: string, frame: SpectrumFrame): boolean {
    const waiting = this.#opening.get(sessionId);
    if (waiting) return waiting.length < MAX_WAITING && waiting.push(frame) > 0;
    const frames = [frame];
    this.#opening.set(sessionId, frames);
    Ring.open(this.#ringOptions(sessionId))
      .then((ring) => {
        this.#rings.set(sessionId, ring);
        for (const one of frames) this.take(sessionId, one);
      })
      .catch((error: unknown) => this.#condition.failed(error))
      .finally(() => void this.#opening.delete(sessionId));
    return true;
  }

  #ringOptions(sessionId: string) {
    return {
      sessionId,
      path: join(this.#path, sessionId),
      headOf: (frame: SpectrumFrame) => this.#headOf(sessionId, frame),
      originOf: (frame: SpectrumFrame) => this.#options.origins.origin(sessionId, frame),
      onSegment: (segment: SummaryHead) => this.#closed(sessionId, segment),
      log: this.#options.log,
    };
  }

  #headOf(sessionId: string, frame: SpectrumFrame): RecordingHead | undefined {
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined) return undefined;
    const { cmtsId, rfPortIfIndex, rfPortName, requested, accepted, observed, kHundredthsDb } = session;
    return {
      sessionId,
      cmtsId,
      rfPortIfIndex,
      rfPortName,
      label: "",
      note: "",
      createdAt: new Date(this.#options.now()).toISOString(),
      settings: {
        fromMs: frame.capturedAtMs,
        firstSequence: frame.sequence,
        requested,
        accepted,
        observed,
        kHundredthsDb,
        channels: this.#channels.of(session),
        software: this.#options.build,
      },
    };
  }

  #closed(sessionId: string, segment: SummaryHead): void {
    const ring = this.#rings.get(sessionId);
    if (ring === undefined) return;
    this.#onSegment(ring, segment);
    void ring
      .trim(this.#options.ringMinutes * 60_000)
      .catch((error: unknown) => this.#condition.failed(error));
  }
}
