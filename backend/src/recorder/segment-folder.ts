import {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { bandPlanOf } from "@pnmlab/pnm-analysis";
import {
  crc32,
  decodeSummary,
  decodeSummaryHead,
  encodeRecord,
  encodeSummary,
  encodeSummaryHead,
  RECORD_HEADER_BYTES,
  type RecordingHead,
  RecordingParser,
  RecordKind,
  SUMMARY_HEAD_BYTES,
  type Summary,
  SummaryBuilder,
  type SummaryHead,
  sameAxis,
  scanSegment,
} from "@pnmlab/recording";
import { footerBytes } from "./segment-writer.ts";
import { settingsKey } from "./settings-key.ts";

const SEGMENT_ENDING = ".pls";
const INDEX = "index.pli";

/** Summaries of this much time are put together in a file, so that a week is read in a thousand pieces. */
const BLOCK_MS = 600_000;

/** Number of the block in which a segment begins. */
export function blockOf(segment: Pick<SummaryHead, "firstMs">): number {
  return Math.floor(segment.firstMs / BLOCK_MS);
}

/**
 * A folder of segments, oldest first, with their index and the summaries of whole blocks. The index is what the
 * segments tell: where it lacks one, or was lost, `open` reads the segment itself.
 */
export class SegmentFolder {
  readonly path: string;
  #segments: SummaryHead[];
  #sizeBytes: number;

  private constructor(path: string, segments: SummaryHead[]) {
    this.path = path;
    this.#segments = segments;
    this.#sizeBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Makes the folder where it is absent, cuts torn tails and closes what a program that died left open. */
  static async open(path: string): Promise<SegmentFolder> {
    await mkdir(path, { recursive: true });
    const names = new Set((await readdir(path)).filter((name) => name.endsWith(SEGMENT_ENDING)));
    const indexed = (await readIndex(join(path, INDEX))).filter((segment) => names.delete(nameOf(segment)));
    const folder = new SegmentFolder(path, indexed);
    for (const name of names) {
      const segment = await mendSegment(join(path, name));
      if (segment) folder.#insert(segment);
    }
    folder.#segments.sort((a, b) => a.firstMs - b.firstMs);
    if (names.size > 0) await folder.#writeIndex();
    return folder;
  }

  get segments(): readonly SummaryHead[] {
    return this.#segments;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Whether it holds a segment that begins so. */
  has({ firstMs, firstSequence }: Pick<SummaryHead, "firstMs" | "firstSequence">): boolean {
    let at = this.#segments.findLastIndex((one) => one.firstMs <= firstMs);
    for (; at >= 0 && this.#segments[at]!.firstMs === firstMs; at -= 1) {
      if (this.#segments[at]!.firstSequence === firstSequence) return true;
    }
    return false;
  }

  fileOf(segment: Pick<SummaryHead, "firstMs" | "firstSequence">): string {
    return join(this.path, nameOf(segment));
  }

  /** Takes in a segment whose file is in its place. */
  async adopt(segment: SummaryHead): Promise<void> {
    const before = this.#segments.at(-1);
    // It is there already where the index could not be written the first time.
    if (!this.has(segment)) this.#insert(segment);
    await appendFile(join(this.path, INDEX), encodeSummaryHead(segment));
    if (before && blockOf(before) < blockOf(segment)) await this.#writeBlock(blockOf(before));
  }

  /** Takes in a segment that was being written when a write failed, as far as it is whole. */
  async mend(path: string): Promise<SummaryHead | undefined> {
    const segment = await mendSegment(path);
    if (segment) await this.adopt(segment);
    return segment;
  }

  /** Removes the oldest segment. */
  async removeOldest(): Promise<void> {
    const oldest = this.#segments.shift();
    if (oldest === undefined) return;
    this.#sizeBytes -= oldest.sizeBytes;
    await rm(this.fileOf(oldest), { force: true });
    const next = this.#segments[0];
    if (next && blockOf(next) === blockOf(oldest)) return;
    await rm(this.#blockFile(blockOf(oldest)), { force: true });
    // What was removed is left out of the index when it is next written.
    await this.#writeIndex();
  }

  /** The summary that ends a segment; undefined where it was removed meanwhile or is damaged. */
  async summaryOf(segment: SummaryHead): Promise<Summary | undefined> {
    const length = footerBytes(segment.bins);
    try {
      await using file = await open(this.fileOf(segment));
      const bytes = new Uint8Array(length);
      await file.read(bytes, 0, length, segment.sizeBytes - length);
      return decodeSummary(bytes.subarray(RECORD_HEADER_BYTES));
    } catch {
      return undefined;
    }
  }

  /**
   * The summaries of a block, one per axis, where they hold as many segments as the folder has of it; undefined
   * where there are none yet, or segments have gone since.
   */
  async blockSummaries(block: number, segments: number): Promise<Summary[] | undefined> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#blockFile(block));
      const summaries: Summary[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(4, true);
        const from = at + RECORD_HEADER_BYTES;
        summaries.push(decodeSummary(bytes.subarray(from, from + length)));
        at = from + length;
      }
      const held = summaries.reduce((sum, summary) => sum + summary.segments, 0);
      return held === segments ? summaries : undefined;
    } catch {
      return undefined;
    }
  }

  async #writeBlock(block: number): Promise<void> {
    const builders: SummaryBuilder[] = [];
    for (const segment of this.#segments.filter((one) => blockOf(one) === block)) {
      const summary = await this.summaryOf(segment);
      if (summary === undefined) continue;
      let builder = builders.find(({ axis }) => sameAxis(axis, summary));
      if (builder === undefined) {
        builder = new SummaryBuilder(summary);
        builders.push(builder);
      }
      builder.addSummary(summary);
    }
    const records = builders.map((builder) => {
      const summary = builder.build({ sizeBytes: builder.head!.sizeBytes, settingsKey: 0 });
      return encodeRecord(RecordKind.summary, encodeSummary(summary));
    });
    await writeWhole(this.#blockFile(block), Buffer.concat(records));
  }

  #blockFile(block: number): string {
    return join(this.path, `block-${block}.plb`);
  }

  #insert(segment: SummaryHead): void {
    const { firstMs } = segment;
    const at = this.#segments.findLastIndex((one) => one.firstMs <= firstMs);
    this.#segments.splice(at + 1, 0, headOf(segment));
    this.#sizeBytes += segment.sizeBytes;
  }

  async #writeIndex(): Promise<void> {
    await writeWhole(join(this.path, INDEX), Buffer.concat(this.#segments.map(encodeSummaryHead)));
  }
}

/** Head of the segment file at `path`. @throws where it cannot be read */
export async function readSegmentHead(path: string): Promise<RecordingHead> {
  await using file = await open(path);
  const parser = new RecordingParser();
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024));
    for (const piece of parser.push(buffer.subarray(0, bytesRead))) {
      if (piece.kind === "head") return piece.head;
    }
    if (bytesRead === 0) throw new Error(`${path} ends within its head`);
  }
}

/** The summary of a segment that was closed, from its first frame and its end alone. */
async function closedSummary(path: string): Promise<SummaryHead | undefined> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const parser = new RecordingParser();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(256 * 1024));
    for (const piece of parser.push(buffer.subarray(0, bytesRead))) {
      if (piece.kind !== "frame") continue;
      const length = footerBytes(piece.frame.levelsHundredthsDbmv.length);
      const end = new Uint8Array(length);
      await file.read(end, 0, length, size - length);
      const view = new DataView(end.buffer);
      const content = end.subarray(RECORD_HEADER_BYTES);
      if (view.getUint32(0, true) !== RecordKind.summary || view.getUint32(8, true) !== crc32(content)) break;
      const summary = decodeSummary(content);
      return summary.sizeBytes === size ? headOf(summary) : undefined;
    }
  } catch {
    // Whatever is wrong with it, the whole of it tells.
  }
  return undefined;
}

/** Cuts a segment to what is whole of it and ends it with its summary; removes one that holds no frame. */
async function mendSegment(path: string): Promise<SummaryHead | undefined> {
  const closed = await closedSummary(path);
  if (closed) return closed;
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    // It could not even be made.
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const scan = scanSegment(bytes);
  if (scan?.built === undefined) {
    await rm(path, { force: true });
    return undefined;
  }
  if (scan.summary && scan.wholeBytes === bytes.length) return headOf(scan.summary);
  const { channels } = scan.head.settings;
  const wholeBytes = scan.summary ? scan.wholeBytes - footerBytes(scan.summary.bins) : scan.wholeBytes;
  const summary = scan.built.build({
    sizeBytes: wholeBytes + footerBytes(scan.built.axis.bins),
    settingsKey: settingsKey(scan.head.settings),
    plan: bandPlanOf(channels),
  });
  await truncate(path, wholeBytes);
  await appendFile(path, encodeRecord(RecordKind.summary, encodeSummary(summary)));
  return headOf(summary);
}

function nameOf({ firstMs, firstSequence }: Pick<SummaryHead, "firstMs" | "firstSequence">): string {
  return `${String(Math.round(firstMs)).padStart(13, "0")}-${firstSequence}${SEGMENT_ENDING}`;
}

function headOf(summary: SummaryHead & Partial<Summary>): SummaryHead {
  const { max, mean, ...head } = summary;
  return head;
}

async function readIndex(path: string): Promise<SummaryHead[]> {
  const bytes = await readFile(path).catch(() => new Uint8Array(0));
  const segments = new Map<string, SummaryHead>();
  for (let at = 0; at + SUMMARY_HEAD_BYTES <= bytes.length; at += SUMMARY_HEAD_BYTES) {
    const segment = decodeSummaryHead(bytes.subarray(at, at + SUMMARY_HEAD_BYTES));
    if (segment) segments.set(nameOf(segment), segment);
  }
  return [...segments.values()];
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
