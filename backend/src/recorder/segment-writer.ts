import { type FileHandle, open } from "node:fs/promises";
import { bandPlanOf } from "@pnmlab/pnm-analysis";
import { encodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol";
import {
  encodeHead,
  encodeRecord,
  encodeSummary,
  type FrameOrigin,
  OriginEncoder,
  RECORD_HEADER_BYTES,
  type RecordingHead,
  RecordKind,
  SUMMARY_HEAD_BYTES,
  type Summary,
  SummaryBuilder,
  type SummaryHead,
  sameAxis,
} from "@pnmlab/recording";
import { settingsKey } from "./settings-key.ts";

/** How long a segment lasts, by the capture times of its frames. */
export const SEGMENT_MS = 10_000;
/** Capture times that come from files lie about each other a little; further back, the clock was set. */
const JITTER_MS = 1000;
/** A segment is read whole where it must be mended. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** What waits for a disk that does not keep up. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** Bytes of the record that ends a segment. */
export function footerBytes(bins: number): number {
  return RECORD_HEADER_BYTES + SUMMARY_HEAD_BYTES + bins * 4;
}

/**
 * Writes one segment. Frames are taken at once and written by `flush`; a write that fails rejects `flush` and
 * `close` and leaves a torn tail, which `SegmentFolder` cuts.
 */
export class SegmentWriter {
  readonly path: string;
  readonly head: RecordingHead;
  readonly settingsKey: number;
  readonly #builder: SummaryBuilder;
  readonly #origins = new OriginEncoder();
  readonly #opening: Promise<FileHandle>;
  #chunks: Uint8Array[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(path: string, head: RecordingHead, first: SpectrumFrame) {
    this.path = path;
    this.head = head;
    this.settingsKey = settingsKey(head.settings);
    this.#builder = new SummaryBuilder({ ...first, bins: first.levelsHundredthsDbmv.length });
    this.#opening = open(path, "wx");
    // Whoever flushes or closes is told.
    this.#opening.catch(() => undefined);
    this.#push(encodeHead(head));
  }

  /** What was taken so far, written or not; undefined before the first frame. */
  get taken(): Readonly<SummaryHead> | undefined {
    const head = this.#builder.head;
    return head && { ...head, sizeBytes: this.#bytes, settingsKey: this.settingsKey };
  }

  /** Whether the disk is so far behind that nothing more may wait. */
  get isBehind(): boolean {
    return this.#pendingBytes > MAX_PENDING_BYTES;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether a frame belongs into this segment; where not, the next one begins with it. */
  fits(frame: SpectrumFrame): boolean {
    const taken = this.#builder.head;
    if (taken === undefined) return true;
    return (
      frame.capturedAtMs >= Math.max(taken.firstMs, taken.lastMs - JITTER_MS) &&
      frame.capturedAtMs - taken.firstMs < SEGMENT_MS &&
      frame.sequence > taken.lastSequence &&
      frame.streamId === taken.streamId &&
      this.#bytes < SEGMENT_BYTES &&
      sameAxis(this.#builder.axis, { ...frame, bins: frame.levelsHundredthsDbmv.length })
    );
  }

  /** @param origin left out where it is not known */
  append(frame: SpectrumFrame, isGap: boolean, origin?: FrameOrigin): void {
    this.#builder.addFrame(frame, isGap);
    if (origin) for (const record of this.#origins.encode(frame.sequence, origin)) this.#push(record);
    this.#push(encodeRecord(RecordKind.frame, encodeSpectrumFrame(frame)));
  }

  /** What was taken, with its levels. */
  summary(): Summary {
    const { channels } = this.head.settings;
    return this.#builder.build({
      sizeBytes: this.#bytes + footerBytes(this.#builder.axis.bins),
      settingsKey: this.settingsKey,
      plan: bandPlanOf(channels),
    });
  }

  /** Writes what was taken. */
  flush(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length === 0) return this.#work;
    const bytes = Buffer.concat(chunks);
    this.#work = this.#work.then(async () => {
      const file = await this.#opening;
      await file.appendFile(bytes);
      this.#pendingBytes -= bytes.length;
    });
    this.#work.catch(() => undefined);
    return this.#work;
  }

  /** Ends the segment with its summary. */
  async close(): Promise<Summary> {
    const summary = this.summary();
    this.#push(encodeRecord(RecordKind.summary, encodeSummary(summary)));
    try {
      await this.flush();
    } finally {
      await this.abandon();
    }
    return summary;
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    await this.#work.catch(() => undefined);
    const file = await this.#opening.catch(() => undefined);
    await file?.close().catch(() => undefined);
  }

  #push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#bytes += bytes.length;
  }
}
