import { messageOf } from "@pnmlab/kit";
import type { TimeSpan } from "../../api/recordings-client.ts";
import type { RecordedFrame } from "../frame-stream.ts";
import { FrameWindow, type ReadFrames } from "./frame-window.ts";
import {
  advance,
  loopWithin,
  newTransport,
  type PlaybackSpeed,
  type Transport,
  within,
} from "./transport.ts";

/** What a player needs of the world around it. */
export interface PlaybackHost {
  read: ReadFrames;
  /** Puts frames into the picture; `anew` empties it before. */
  show(frames: readonly RecordedFrame[], anew: boolean): void;
  /** How many frames the picture can take now without falling behind. */
  room(): number;
  /** Any clock that runs on, in milliseconds. */
  now(): number;
  changed(): void;
}

/** Frames of this long before a point go into the picture with it, so that its traces are right. */
const SETTLE_MS = 10_000;
/** The same while the point is being dragged. */
const SCRUB_SETTLE_MS = 2000;
/** A gap that would take longer is passed over, in time of the clock on the wall. */
const LONGEST_WAIT_MS = 2000;
/** The period is told from so many intervals up to the frame shown, and from no fewer than these. */
const PERIOD_INTERVALS = 32;
const LEAST_INTERVALS = 3;
/** Playing reads ahead so much, in time of the clock on the wall. */
const AHEAD_MS = 2500;

/**
 * Plays a recording into a picture: every frame once and in order, at the pace of its capture times and the
 * speed chosen. Going elsewhere empties the picture and puts in the frames before that point. Whoever owns it
 * calls `tick` many times a second.
 */
export class Playback {
  readonly #host: PlaybackHost;
  readonly #window: FrameWindow;
  #transport: Transport;
  #shown: RecordedFrame | undefined;
  #tickedAtMs: number;
  #seeking = false;
  #wanted: (() => Promise<void>) | undefined;
  #failure: string | undefined;
  #ended = false;
  #closed = false;

  constructor(host: PlaybackHost, bounds: TimeSpan, positionMs: number) {
    this.#host = host;
    this.#window = new FrameWindow(host.read);
    this.#transport = newTransport(bounds, positionMs);
    this.#tickedAtMs = host.now();
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** The frame that is shown now. */
  get shown(): RecordedFrame | undefined {
    return this.#shown;
  }

  /** It came to the end of the recording while it played, and was not sent elsewhere since. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Median time between captures up to the frame shown, in whole milliseconds; undefined while too few are known. */
  get periodMs(): number | undefined {
    const end = this.#shown ? this.#window.indexOfSequence(this.#shown.frame.sequence) : -1;
    const frames = this.#window.frames.slice(Math.max(0, end - PERIOD_INTERVALS), end + 1);
    const intervals = frames
      .slice(1)
      .map(({ frame }, k) => frame.capturedAtMs - frames[k]!.frame.capturedAtMs)
      .sort((a, b) => a - b);
    return intervals.length < LEAST_INTERVALS ? undefined : Math.round(intervals[intervals.length >> 1]!);
  }

  /** Frames are being fetched for another place. */
  get seeking(): boolean {
    return this.#seeking;
  }

  /** Why frames could not be fetched; undefined once they could again. */
  get failure(): string | undefined {
    return this.#failure;
  }

  play(): void {
    this.#ended = false;
    const { bounds, positionMs, loop } = this.#transport;
    const start = loop?.fromMs ?? bounds.fromMs;
    const end = loop?.toMs ?? bounds.toMs;
    this.#tickedAtMs = this.#host.now();
    this.#change({ playing: true });
    const isBehind = loop !== undefined && positionMs < loop.fromMs;
    if (positionMs >= end || isBehind) this.goTo(start);
  }

  pause(): void {
    this.#change({ playing: false });
  }

  setSpeed(speed: PlaybackSpeed): void {
    this.#change({ speed });
  }

  /** While playing goes on outside of it, the loop begins. */
  setLoop(span: TimeSpan | undefined): void {
    const loop = loopWithin(this.#transport.bounds, span);
    const { positionMs, playing } = this.#transport;
    this.#change({ loop });
    if (playing && loop && (positionMs < loop.fromMs || positionMs > loop.toMs)) this.goTo(loop.fromMs);
  }

  /** The recording has grown, or its oldest part has gone. */
  setBounds(bounds: TimeSpan): void {
    this.#change({ bounds });
  }

  /** Shows the newest frame at or before a time, with what lies before it. */
  goTo(timeMs: number, scrub = false): void {
    const positionMs = within(this.#transport.bounds, timeMs);
    this.#change({ positionMs });
    this.#seek(() => this.#settleAt(positionMs, scrub ? SCRUB_SETTLE_MS : SETTLE_MS));
  }

  goToSequence(sequence: number): void {
    this.#change({ playing: false });
    this.#seek(async () => {
      let index = this.#window.indexOfSequence(sequence);
      if (index < 0) {
        await this.#window.startAtSequence(sequence);
        index = 0;
      }
      const target = this.#window.frames[index];
      if (target) await this.#settleAt(target.frame.capturedAtMs, SETTLE_MS);
    });
  }

  /** Pauses and shows the next frame, or the one before. */
  step(direction: 1 | -1): void {
    this.#change({ playing: false });
    const earlier = this.#wanted;
    this.#seek(async () => {
      await earlier?.();
      if (!this.#shown) return;
      const { sequence } = this.#shown.frame;
      let index = this.#window.indexOfSequence(sequence) + direction;
      if (direction < 0 && index < 0) {
        await this.#window.readBack(this.#transport.bounds.fromMs);
        index = this.#window.indexOfSequence(sequence) - 1;
      }
      if (direction > 0 && index >= this.#window.frames.length) {
        await this.#window.readAhead(this.#transport.positionMs);
        index = this.#window.indexOfSequence(sequence) + 1;
      }
      const next = this.#window.frames[index];
      if (!next) return;
      if (direction > 0) this.#put([next], false);
      else await this.#settleAt(next.frame.capturedAtMs, SETTLE_MS);
    });
  }

  /** Moves on to now. */
  tick(): void {
    const nowMs = this.#host.now();
    const elapsedMs = nowMs - this.#tickedAtMs;
    this.#tickedAtMs = nowMs;
    if (!this.#transport.playing || this.#seeking) return;
    const next = advance(this.#transport, elapsedMs);
    if (next.wrapped) this.goTo(next.transport.positionMs);
    else this.#playUpTo(next.transport, next.ended);
  }

  close(): void {
    this.#closed = true;
    this.#wanted = undefined;
  }

  #playUpTo(target: Transport, ended: boolean): void {
    const { frames, reachesEnd } = this.#window;
    const first = this.#shown ? this.#window.indexOfSequence(this.#shown.frame.sequence) + 1 : 0;
    const due = this.#dueFrom(first, target.positionMs);
    const taken = frames.slice(first, first + Math.min(due, Math.max(0, this.#host.room())));
    const upcoming = frames[first + taken.length];
    let { positionMs } = target;
    // The picture is behind, or frames are still on their way: time waits for them.
    if (taken.length < due || (upcoming === undefined && !reachesEnd)) {
      const last = taken.at(-1) ?? this.#shown;
      positionMs = Math.min(positionMs, last?.frame.capturedAtMs ?? positionMs);
    } else if (
      upcoming?.frame.gapBefore &&
      upcoming.frame.capturedAtMs - positionMs > LONGEST_WAIT_MS * target.speed
    ) {
      const loopEndMs = target.loop?.toMs ?? Number.POSITIVE_INFINITY;
      positionMs = Math.min(upcoming.frame.capturedAtMs, Math.max(positionMs, loopEndMs));
    }
    const isAtEnd = ended && upcoming === undefined && reachesEnd && taken.length === due;
    this.#transport = { ...target, positionMs, playing: !isAtEnd };
    if (isAtEnd) this.#ended = true;
    if (taken.length > 0) this.#put(taken, false, positionMs);
    this.#readAheadOf(positionMs, target.speed);
    this.#host.changed();
  }

  #dueFrom(first: number, timeMs: number): number {
    return Math.max(0, this.#window.indexAt(timeMs) + 1 - first);
  }

  #readAheadOf(positionMs: number, speed: number): void {
    const last = this.#window.frames.at(-1);
    const aheadMs = (last?.frame.capturedAtMs ?? positionMs) - positionMs;
    const isEnough = aheadMs > AHEAD_MS * speed;
    const isWhole = this.#window.reachesEnd && (last?.frame.capturedAtMs ?? 0) >= this.#transport.bounds.toMs;
    if (isEnough || isWhole) return;
    this.#window.readAhead(positionMs).then(
      () => this.#fail(undefined),
      (cause: unknown) => this.#fail(messageOf(cause)),
    );
  }

  async #settleAt(timeMs: number, settleMs: number): Promise<void> {
    const { bounds } = this.#transport;
    await this.#window.cover(Math.max(bounds.fromMs, timeMs - settleMs), timeMs);
    let index = this.#window.indexAt(timeMs);
    // In a gap, what was captured last before it is shown.
    if (index < 0 && (await this.#window.readBack(bounds.fromMs))) index = this.#window.indexAt(timeMs);
    index = Math.max(0, index);
    const target = this.#window.frames[index];
    if (!target) {
      this.#shown = undefined;
      return;
    }
    const fromMs = target.frame.capturedAtMs - settleMs;
    const before = this.#window.frames.slice(0, index + 1);
    const settled = before.filter(({ frame }) => frame.capturedAtMs >= fromMs);
    this.#put(settled, true, this.#transport.playing ? timeMs : target.frame.capturedAtMs);
  }

  #put(frames: readonly RecordedFrame[], anew: boolean, positionMs?: number): void {
    if (this.#closed) return;
    this.#host.show(frames, anew);
    this.#shown = frames.at(-1);
    const shownMs = this.#shown?.frame.capturedAtMs ?? this.#transport.positionMs;
    this.#change({ positionMs: positionMs ?? shownMs });
  }

  /** Of several wishes that come while frames are fetched, the newest counts. */
  #seek(run: () => Promise<void>): void {
    this.#ended = false;
    this.#wanted = run;
    if (!this.#seeking) void this.#fetchWanted();
  }

  async #fetchWanted(): Promise<void> {
    this.#seeking = true;
    this.#host.changed();
    while (this.#wanted) {
      const run = this.#wanted;
      this.#wanted = undefined;
      try {
        await run();
        this.#fail(undefined);
      } catch (cause) {
        this.#fail(messageOf(cause));
        this.#change({ playing: false });
      }
    }
    this.#seeking = false;
    this.#tickedAtMs = this.#host.now();
    this.#host.changed();
  }

  #fail(message: string | undefined): void {
    if (this.#failure === message) return;
    this.#failure = message;
    this.#host.changed();
  }

  #change(part: Partial<Transport>): void {
    this.#transport = { ...this.#transport, ...part };
    if (!this.#closed) this.#host.changed();
  }
}
