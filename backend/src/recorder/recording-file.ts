import { PnmLabError } from "@pnmlab/kit";
import {
  encodeHead,
  encodeJson,
  encodeRecord,
  OriginEncoder,
  type RecordingHead,
  RecordingParser,
  RecordKind,
} from "@pnmlab/recording";
import { readFrames, type SegmentSource } from "./read-frames.ts";
import { readSegmentHead, type SegmentFolder } from "./segment-folder.ts";
import { SegmentWriter } from "./segment-writer.ts";

/** What waits to be written while a file comes in. */
const FLUSH_BYTES = 1024 * 1024;

/** A recording as one file, `.pnmrec`: its frames with where they come from, and their settings where these change. */
export async function* exportRecording(
  source: SegmentSource,
  identity: Pick<RecordingHead, "label" | "note" | "createdAt">,
): AsyncGenerator<Uint8Array> {
  const origins = new OriginEncoder();
  let key: number | undefined;
  for (const segment of source.segments) {
    if (segment.settingsKey !== key) {
      const head = await headOf(source.fileOf(segment));
      if (head === undefined) continue;
      const { firstMs: fromMs, firstSequence } = segment;
      const settings = { ...head.settings, fromMs, firstSequence };
      yield key === undefined
        ? encodeHead({ ...head, ...identity, settings })
        : encodeRecord(RecordKind.settings, encodeJson(settings));
      key = segment.settingsKey;
    }
    const recorded = readFrames({ segments: [segment], fileOf: (one) => source.fileOf(one) });
    for await (const { bytes, frame, origin } of recorded) {
      if (origin) yield* origins.encode(frame.sequence, origin);
      yield encodeRecord(RecordKind.frame, bytes);
    }
  }
}

/** Head of a segment; undefined where it has gone, as the oldest of a ring do while it is read. */
async function headOf(path: string): Promise<RecordingHead | undefined> {
  try {
    return await readSegmentHead(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Reads such a file into a folder of segments as it comes in.
 *
 * @throws PnmLabError `RECORDING_FILE_INVALID` or `RECORDING_FILE_UNSUPPORTED` in the words of the parser, or where
 *   it is torn or empty; as `checkRoom`
 * @param checkRoom told now and then how many bytes it takes as segments, each of which has a head of its own; throws
 *   where that is too much
 */
export async function importRecording(
  chunks: AsyncIterable<Uint8Array>,
  folder: SegmentFolder,
  checkRoom: (bytes: number) => void,
): Promise<RecordingHead> {
  const parser = new RecordingParser();
  let head: RecordingHead | undefined;
  let settings: RecordingHead["settings"] | undefined;
  let writer: SegmentWriter | undefined;
  let lastSequence: number | undefined;
  const endSegment = async () => {
    const ended = writer;
    writer = undefined;
    if (!ended) return;
    const { max, mean, ...segment } = await ended.close();
    await folder.adopt(segment);
    checkRoom(folder.sizeBytes);
  };
  try {
    for await (const chunk of chunks) {
      for (const piece of parser.push(chunk)) {
        if (piece.kind === "head") {
          head = piece.head;
          settings = head.settings;
        } else if (piece.kind === "settings") {
          settings = piece.settings;
          await endSegment();
        } else if (piece.kind === "frame") {
          const { frame, origin } = piece;
          if (writer && !writer.fits(frame)) await endSegment();
          if (writer === undefined) {
            const path = folder.fileOf({ firstMs: frame.capturedAtMs, firstSequence: frame.sequence });
            writer = new SegmentWriter(path, { ...head!, settings: settings! }, frame);
          }
          const isJump = lastSequence !== undefined && frame.sequence !== lastSequence + 1;
          writer.append(frame, frame.gapBefore || isJump, origin);
          lastSequence = frame.sequence;
          if (writer.pendingBytes > FLUSH_BYTES) await writer.flush();
        }
      }
      checkRoom(folder.sizeBytes + (writer?.taken?.sizeBytes ?? 0));
    }
    if (parser.tornBytes > 0 || head === undefined) {
      const at = parser.wholeBytes;
      throw new PnmLabError(
        "RECORDING_FILE_INVALID",
        `the recording is not whole: it breaks off after byte ${at}`,
      );
    }
    await endSegment();
    if (folder.segments.length === 0) {
      throw new PnmLabError("RECORDING_FILE_INVALID", "the recording holds no frame");
    }
    return head;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new PnmLabError("RECORDING_FILE_INVALID", "the recording holds the same frame twice", {
      cause: error,
    });
  } finally {
    await writer?.abandon();
  }
}
