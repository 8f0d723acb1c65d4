import { open } from "node:fs/promises";
import { isPnmLabError } from "@pnmlab/kit";
import type { SpectrumFrame } from "@pnmlab/protocol";
import { type FrameOrigin, RecordingParser, type SummaryHead } from "@pnmlab/recording";
import type { RecordedPart } from "../contracts.ts";

/** Segments of a recording, oldest first; of a ring, the one that is being written included. */
export interface SegmentSource {
  readonly segments: readonly SummaryHead[];
  fileOf(segment: SummaryHead): string;
}

export interface RecordedFrame {
  frame: SpectrumFrame;
  /** Its bytes on the wire, in a buffer of their own. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Left out where the recording does not tell it. */
  origin?: FrameOrigin;
}

const CHUNK_BYTES = 256 * 1024;

/** Frames of a part of a recording, oldest first. Holds a chunk of one segment at a time. */
export async function* readFrames(
  source: SegmentSource,
  part: RecordedPart = {},
): AsyncGenerator<RecordedFrame> {
  const { fromMs = -Infinity, toMs = Infinity, fromSequence, limit = Infinity } = part;
  const first = fromSequence === undefined ? 0 : segmentOfSequence(source.segments, fromSequence);
  let left = limit;
  for (const [at, segment] of [...source.segments.entries()].slice(first)) {
    if (segment.lastMs < fromMs || segment.firstMs > toMs) continue;
    const leastSequence = at === first ? (fromSequence ?? 0) : 0;
    for await (const recorded of readSegment(source.fileOf(segment))) {
      const { capturedAtMs, sequence } = recorded.frame;
      if (capturedAtMs < fromMs || capturedAtMs > toMs || sequence < leastSequence) continue;
      if (left <= 0) return;
      left -= 1;
      yield recorded;
    }
    if (left <= 0) return;
  }
}

/**
 * The frame of a number; undefined where there is none. Of several, as a session that is resumed numbers anew, the one
 * that was captured nearest to `atMs`, or the newest where no time is given.
 */
export async function findFrame(
  source: SegmentSource,
  sequence: number,
  atMs = Infinity,
): Promise<RecordedFrame | undefined> {
  const away = ({ firstMs, lastMs }: SummaryHead) =>
    atMs === Infinity ? -lastMs : Math.max(firstMs - atMs, atMs - lastMs, 0);
  const spanning = source.segments
    .filter(({ firstSequence, lastSequence }) => firstSequence <= sequence && sequence <= lastSequence)
    .sort((a, b) => away(a) - away(b));
  for (const segment of spanning) {
    for await (const recorded of readSegment(source.fileOf(segment))) {
      if (recorded.frame.sequence === sequence) return recorded;
    }
  }
  return undefined;
}

/** Frames of a segment file up to its end or to damage in it; none where it has gone. */
export async function* readSegment(path: string): AsyncGenerator<RecordedFrame> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return;
  await using _ = file;
  const parser = new RecordingParser();
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES));
    if (bytesRead === 0) return;
    const pieces = parser.push(buffer.subarray(0, bytesRead));
    for (;;) {
      const next = nextPiece(pieces);
      if (next === "damaged") return;
      if (next.done) break;
      if (next.value.kind === "frame") yield next.value;
    }
  }
}

/** One bad segment does not keep the others from being read. */
function nextPiece(pieces: ReturnType<RecordingParser["push"]>) {
  try {
    return pieces.next();
  } catch (error) {
    if (isPnmLabError(error)) return "damaged";
    throw error;
  }
}

/**
 * Where a sequence number lies: the newest segment that spans it, because a session that is resumed numbers anew;
 * else the first segment after it.
 */
function segmentOfSequence(segments: readonly SummaryHead[], sequence: number): number {
  const spanning = segments.findLastIndex(
    ({ firstSequence, lastSequence }) => firstSequence <= sequence && sequence <= lastSequence,
  );
  if (spanning >= 0) return spanning;
  const after = segments.findIndex(({ firstSequence }) => firstSequence > sequence);
  return after < 0 ? segments.length : after;
}
