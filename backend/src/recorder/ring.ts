import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { SpectrumFrame } from "@pnmlab/protocol";
import type { FrameOrigin, RecordingHead, SummaryHead } from "@pnmlab/recording";
import type { SummarySource } from "./rows.ts";
import { readSegmentHead, SegmentFolder } from "./segment-folder.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { settingsKey } from "./settings-key.ts";

export interface RingOptions {
  sessionId: string;
  path: string;
  /** What a segment that begins with this frame says of itself; undefined where the session is not known. */
  headOf(frame: SpectrumFrame): RecordingHead | undefined;
  originOf(frame: SpectrumFrame): FrameOrigin | undefined;
  /** Told of each segment that is closed, in their order, before anything else becomes of it. */
  onSegment(segment: SummaryHead): void;
  log: Logger;
}

/** The newest frames of one session, in segments. Everything that touches files happens in turn. */
export class Ring {
  readonly sessionId: string;
  readonly folder: SegmentFolder;
  readonly #options: RingOptions;
  #identity: RecordingHead | undefined;
  #writer: SegmentWriter | undefined;
  /** Segments that have ended and are not closed yet, oldest first. */
  #ended: SegmentWriter[] = [];
  #lastSequence: number | undefined;
  #newestMs: number | undefined;
  #isSettingsStale = false;
  #takenAtMs = 0;
  /** Files of which a write failed. */
  readonly #torn = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  /** Capture times from which on segments are held back. */
  readonly #pins = new Set<{ fromMs: number }>();

  private constructor(options: RingOptions, folder: SegmentFolder, identity: RecordingHead | undefined) {
    this.#options = options;
    this.sessionId = options.sessionId;
    this.folder = folder;
    this.#identity = identity;
    // What follows in another process is not seamless.
    const newest = folder.segments.at(-1);
    this.#lastSequence = newest?.lastSequence;
    this.#newestMs = newest?.lastMs;
  }

  static async open(options: RingOptions): Promise<Ring> {
    const folder = await SegmentFolder.open(options.path);
    const newest = folder.segments.at(-1);
    const identity = newest && (await readSegmentHead(folder.fileOf(newest)).catch(() => undefined));
    return new Ring(options, folder, identity);
  }

  /** Whose frames they are, as its newest segment tells; undefined before the first. */
  get identity(): RecordingHead | undefined {
    return this.#identity;
  }

  /** Capture time of the frame that was taken last: where the clock of a CMTS is set back, others lie after it. */
  get newestMs(): number | undefined {
    return this.#newestMs;
  }

  /** All segments, those that are being written included. */
  segments(): SummaryHead[] {
    return [...this.folder.segments, ...this.#openSegments().keys()];
  }

  /** When the newest frame was taken, by the clock of this machine; 0 before the first. */
  get takenAtMs(): number {
    return this.#takenAtMs;
  }

  get isWriting(): boolean {
    return this.#writer !== undefined;
  }

  /** Whether the disk is so far behind that frames cannot be taken. */
  get isBehind(): boolean {
    return this.#writer?.isBehind ?? false;
  }

  /** What held may have changed: the next frame looks. */
  settingsMayHaveChanged(): void {
    this.#isSettingsStale = true;
  }

  /** Takes a frame; false where it cannot be recorded. */
  take(frame: SpectrumFrame, nowMs: number): boolean {
    if (this.#writer && (!this.#writer.fits(frame) || this.#hasNewSettings(frame))) this.#endSegment();
    if (this.#writer === undefined) {
      const head = this.#options.headOf(frame);
      if (head === undefined) return false;
      this.#identity = head;
      const path = this.folder.fileOf({ firstMs: frame.capturedAtMs, firstSequence: frame.sequence });
      this.#writer = new SegmentWriter(path, head, frame);
    }
    const isJump = this.#lastSequence !== undefined && frame.sequence !== this.#lastSequence + 1;
    this.#writer.append(frame, frame.gapBefore || isJump, this.#options.originOf(frame));
    this.#lastSequence = frame.sequence;
    this.#newestMs = frame.capturedAtMs;
    this.#takenAtMs = nowMs;
    return true;
  }

  /** Writes what was taken. Rejects where the disk refuses; what was being written is then given up. */
  async flush(): Promise<void> {
    const writer = this.#writer;
    await this.#work;
    try {
      await writer?.flush();
    } catch (error) {
      if (this.#writer === writer) this.#writer = undefined;
      await this.#giveUp(writer!);
      throw error;
    }
  }

  /** Closes the segment that is being written, so that all that was taken is in closed ones. */
  async rotate(): Promise<void> {
    this.#endSegment();
    await this.#work;
  }

  /** Removes what lies further back than `lengthMs` before the newest frame. */
  trim(lengthMs: number): Promise<void> {
    return this.#run(async () => {
      const oldestMs = (this.newestMs ?? 0) - lengthMs;
      while ((this.folder.segments[0]?.lastMs ?? Infinity) < oldestMs && !this.#isOldestHeld) {
        await this.folder.removeOldest();
      }
    });
  }

  /** Removes its oldest segment to make room, unless that is held back. */
  removeOldest(): Promise<void> {
    return this.#run(async () => {
      if (!this.#isOldestHeld) await this.folder.removeOldest();
    });
  }

  /** Keeps segments with frames at or after `fromMs` until the returned function is called. */
  pin(fromMs: number): () => void {
    const pin = { fromMs };
    this.#pins.add(pin);
    return () => void this.#pins.delete(pin);
  }

  get #isOldestHeld(): boolean {
    const lastMs = this.folder.segments[0]?.lastMs ?? 0;
    return [...this.#pins].some(({ fromMs }) => lastMs >= fromMs);
  }

  /** Mends what a failed write left, as soon as the disk takes it. */
  mendTorn(): Promise<void> {
    return this.#run(async () => {
      for (const path of [...this.#torn]) {
        const segment = await this.folder.mend(path);
        this.#torn.delete(path);
        if (segment) this.#options.onSegment(segment);
      }
    });
  }

  /** Everything that was taken, also what is in no closed segment yet. */
  async source(): Promise<SummarySource> {
    await this.flush().catch(() => undefined);
    const { folder } = this;
    const open = this.#openSegments();
    return {
      segments: [...folder.segments, ...open.keys()],
      fileOf: (segment) => folder.fileOf(segment),
      summaryOf: async (segment) => open.get(segment)?.summary() ?? folder.summaryOf(segment),
      blockSummaries: (block, segments) => folder.blockSummaries(block, segments),
    };
  }

  #openSegments(): Map<SummaryHead, SegmentWriter> {
    const open = new Map<SummaryHead, SegmentWriter>();
    for (const writer of [...this.#ended, this.#writer]) {
      const taken = writer?.taken;
      if (taken) open.set(taken, writer!);
    }
    return open;
  }

  #hasNewSettings(frame: SpectrumFrame): boolean {
    if (!this.#isSettingsStale) return false;
    this.#isSettingsStale = false;
    const head = this.#options.headOf(frame);
    return head !== undefined && settingsKey(head.settings) !== this.#writer?.settingsKey;
  }

  #endSegment(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    this.#ended.push(writer);
    void this.#run(async () => {
      try {
        const { max, mean, ...segment } = await writer.close().finally(() => {
          this.#ended = this.#ended.filter((one) => one !== writer);
        });
        await this.folder.adopt(segment);
        this.#options.onSegment(segment);
      } catch (error) {
        this.#torn.add(writer.path);
        this.#options.log.warn(`the segment ${writer.path} could not be closed: ${messageOf(error)}`);
      }
    });
  }

  async #giveUp(writer: SegmentWriter): Promise<void> {
    await writer.abandon();
    this.#torn.add(writer.path);
    // The frames after it have a gap before them.
    this.#lastSequence = -1;
  }

  #run(job: () => Promise<void>): Promise<void> {
    const done = this.#work.then(job);
    this.#work = done.catch(() => undefined);
    return done;
  }
}
