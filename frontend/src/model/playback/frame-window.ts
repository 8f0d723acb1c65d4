import type { FramesFrom } from "../../api/recordings-client.ts";
import type { RecordedFrame } from "../frame-stream.ts";

export type ReadFrames = (from: FramesFrom, limit: number) => Promise<RecordedFrame[]>;

/** Frames that one request brings. */
const CHUNK = 200;
/** Memory of the frames that are held; what lies farthest from the position is let go first. */
const MOST_BYTES = 32_000_000;

/**
 * The part of a recording that the page holds: frames without a hole between them, in the order of their
 * sequence numbers, read in chunks as they are needed. Memory is bounded however long the recording.
 */
export class FrameWindow {
  readonly #read: ReadFrames;
  readonly #mostBytes: number;
  #frames: RecordedFrame[] = [];
  #bytes = 0;
  #reachesEnd = false;
  #ahead: Promise<void> | undefined;
  /** Grows with every start at another place, so that what was asked for before is not taken. */
  #place = 0;

  constructor(read: ReadFrames, mostBytes = MOST_BYTES) {
    this.#read = read;
    this.#mostBytes = mostBytes;
  }

  get frames(): readonly RecordedFrame[] {
    return this.#frames;
  }

  /** Whether the newest frame held was the last of the recording when it was read. */
  get reachesEnd(): boolean {
    return this.#reachesEnd;
  }

  /** Sees to it that all frames of a stretch are held, as far as they exist and memory allows. */
  async cover(fromMs: number, toMs: number): Promise<void> {
    const first = timeOf(this.#frames[0]);
    const last = timeOf(this.#frames.at(-1));
    const isNear = fromMs >= first && fromMs <= last;
    if (!isNear) await this.#startAt({ fromMs });
    const place = this.#place;
    while (place === this.#place && timeOf(this.#frames.at(-1)) < toMs) {
      const newest = this.#frames.at(-1);
      await this.readAhead(toMs);
      if (this.#frames.at(-1) === newest) return;
    }
  }

  /** Begins anew at a frame. */
  startAtSequence(fromSequence: number): Promise<void> {
    return this.#startAt({ fromSequence });
  }

  /** Reads the next chunk; frames far behind `positionMs` make room for it. */
  async readAhead(positionMs: number): Promise<void> {
    this.#ahead ??= this.#readNext(positionMs).finally(() => {
      this.#ahead = undefined;
    });
    await this.#ahead;
  }

  /** Reads frames in front of the first one. @returns whether there were any at or after `firstMs` */
  async readBack(firstMs: number): Promise<boolean> {
    const first = this.#frames[0];
    if (!first) return false;
    const place = this.#place;
    const firstHeldMs = first.frame.capturedAtMs;
    const endMs = timeOf(this.#frames.at(-1));
    const intervalMs = this.#frames.length > 1 ? (endMs - firstHeldMs) / (this.#frames.length - 1) : 100;
    // Over a gap nothing is found near by, so each try looks farther.
    for (let spanMs = Math.max(1, intervalMs) * (CHUNK / 2); ; spanMs *= 8) {
      const fromMs = Math.max(firstMs, firstHeldMs - spanMs);
      const older = await this.#readUpTo({ fromMs }, first.frame.sequence);
      if (place !== this.#place) return false;
      if (older.length > 0) {
        this.#frames = [...older, ...this.#frames];
        this.#bytes += bytesOf(older);
        this.#letGo(firstHeldMs);
        return true;
      }
      if (fromMs <= firstMs) return false;
    }
  }

  /** Index of the newest frame at or before a time; −1 where all are later. */
  indexAt(timeMs: number): number {
    return this.#frames.findLastIndex(({ frame }) => frame.capturedAtMs <= timeMs);
  }

  indexOfSequence(sequence: number): number {
    return this.#frames.findIndex(({ frame }) => frame.sequence === sequence);
  }

  async #startAt(from: FramesFrom): Promise<void> {
    this.#place += 1;
    const place = this.#place;
    const frames = await this.#read(from, CHUNK);
    if (place !== this.#place) return;
    this.#frames = frames;
    this.#bytes = bytesOf(frames);
    this.#reachesEnd = frames.length < CHUNK;
  }

  async #readNext(positionMs: number): Promise<void> {
    const place = this.#place;
    const last = this.#frames.at(-1);
    if (!last) {
      this.#reachesEnd = true;
      return;
    }
    const next = await this.#read({ fromSequence: last.frame.sequence + 1 }, CHUNK);
    if (place !== this.#place || this.#frames.at(-1) !== last) return;
    this.#frames = [...this.#frames, ...next];
    this.#bytes += bytesOf(next);
    this.#reachesEnd = next.length < CHUNK;
    this.#letGo(positionMs);
  }

  async #readUpTo(from: FramesFrom, endSequence: number): Promise<RecordedFrame[]> {
    const read: RecordedFrame[] = [];
    for (let next = from; ; ) {
      const chunk = await this.#read(next, CHUNK);
      const older = chunk.filter(({ frame }) => frame.sequence < endSequence);
      read.push(...older);
      if (older.length < chunk.length || chunk.length < CHUNK) return read;
      next = { fromSequence: chunk.at(-1)!.frame.sequence + 1 };
    }
  }

  /** Drops frames at the end that lies farther from the position, until memory is within its bound. */
  #letGo(positionMs: number): void {
    let begin = 0;
    let end = this.#frames.length;
    while (this.#bytes > this.#mostBytes && end - begin > 1) {
      const isFront = positionMs - timeOf(this.#frames[begin]) >= timeOf(this.#frames[end - 1]) - positionMs;
      const gone = isFront ? this.#frames[begin]! : this.#frames[end - 1]!;
      this.#bytes -= gone.bytes.byteLength;
      if (isFront) begin += 1;
      else {
        end -= 1;
        this.#reachesEnd = false;
      }
    }
    if (begin > 0 || end < this.#frames.length) this.#frames = this.#frames.slice(begin, end);
  }
}

function timeOf(held: RecordedFrame | undefined): number {
  return held?.frame.capturedAtMs ?? Number.NaN;
}

function bytesOf(frames: readonly RecordedFrame[]): number {
  return frames.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
