import { PnmLabError } from "@pnmlab/kit";
import type { Recording, RecordingDetail, RecordingOverview } from "@pnmlab/protocol";
import type { FrameOrigin, SummaryHead } from "@pnmlab/recording";
import type { RecordedPart } from "../contracts.ts";
import { settingsOf } from "./kept-recordings.ts";
import { fineOverviewOf, type OverviewWanted, overviewOf } from "./overview.ts";
import { QuietLevelCache } from "./quiet-levels.ts";
import { findFrame, type RecordedFrame, readFrames } from "./read-frames.ts";
import { exportRecording } from "./recording-file.ts";
import { type RowsWanted, readRows, type SummarySource } from "./rows.ts";
import { SEGMENT_MS } from "./segment-writer.ts";

/** Where recordings and rings are found by their id. Both throw PnmLabError `RECORDING_UNKNOWN`. */
export interface RecordingLookup {
  recording(id: string): Recording;
  source(id: string): Promise<SummarySource>;
}

/** So many frames are read for one line at most; the index serves for more. */
const MOST_LINE_FRAMES = 20_000;

/** Unix milliseconds of captures; the ends of the recording where they are not given. */
type RecordedSpan = Pick<RecordedPart, "fromMs" | "toMs">;

/** Reads recordings and rings in every form. Errors are those of `RecordingLookup`. */
export class RecordingReader {
  readonly #recordings: RecordingLookup;
  readonly #quietLevels = new QuietLevelCache();

  constructor(recordings: RecordingLookup) {
    this.#recordings = recordings;
  }

  recording(id: string): Recording {
    return this.#recordings.recording(id);
  }

  async detail(id: string): Promise<RecordingDetail> {
    const source = await this.#recordings.source(id);
    const settings = await settingsOf(source.segments, (segment) => source.fileOf(segment));
    return { ...this.#recordings.recording(id), settings };
  }

  async *frames(id: string, part: RecordedPart = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const { bytes } of readFrames(await this.#recordings.source(id), part)) yield bytes;
  }

  /**
   * A frame with where it comes from; of several that have the number, the one captured nearest to `atMs`, or the newest.
   *
   * @throws PnmLabError `RECORDING_FRAME_UNKNOWN`, `RECORDING_ORIGIN_NOT_FOUND` where the recording does not tell it
   */
  async frame(
    id: string,
    sequence: number,
    atMs?: number,
  ): Promise<Omit<RecordedFrame, "origin"> & { origin: FrameOrigin }> {
    const source = await this.#recordings.source(id);
    const found = await findFrame(source, sequence, atMs);
    if (found === undefined) {
      throw new PnmLabError("RECORDING_FRAME_UNKNOWN", `recording ${id} holds no frame ${sequence}`);
    }
    const { origin } = found;
    if (origin === undefined) {
      throw new PnmLabError(
        "RECORDING_ORIGIN_NOT_FOUND",
        `this recording does not tell which file frame ${sequence} comes from; recordings of earlier versions do not hold it`,
      );
    }
    return { ...found, origin };
  }

  async *rows(id: string, wanted: RecordedSpan & Pick<RowsWanted, "rows" | "mode">) {
    const source = await this.#recordings.source(id);
    const span = spanOf(source.segments, wanted);
    if (span) yield* readRows(source, { ...wanted, ...span });
  }

  async overview(id: string, wanted: RecordedSpan & { steps: number }): Promise<RecordingOverview> {
    const source = await this.#recordings.source(id);
    const span = spanOf(source.segments, wanted);
    if (!span) return { stepMs: 0, steps: [] };
    return this.#line(source, { ...span, steps: wanted.steps });
  }

  /** Steps shorter than a segment are made from frames, as far as these are not too many. */
  async #line(source: SummarySource, wanted: OverviewWanted): Promise<RecordingOverview> {
    const { fromMs, toMs, steps } = wanted;
    const inside = source.segments.filter(({ firstMs, lastMs }) => lastMs >= fromMs && firstMs < toMs);
    const frames = inside.reduce((sum, segment) => sum + segment.frames, 0);
    if ((toMs - fromMs) / steps >= SEGMENT_MS || frames > MOST_LINE_FRAMES)
      return overviewOf(source.segments, wanted);
    const read = [];
    for (const segment of inside) {
      read.push({ segment, levels: await this.#quietLevels.of(source, segment) });
    }
    return fineOverviewOf(read, wanted);
  }

  /** A recording as the bytes of one file, and its name. */
  async file(id: string): Promise<{ fileName: string; chunks: AsyncIterable<Uint8Array> }> {
    const { label, note, createdAt, rfPortName } = this.#recordings.recording(id);
    const source = await this.#recordings.source(id);
    if (source.segments.length === 0) {
      throw new PnmLabError("RECORDING_EMPTY_CONFLICT", `recording ${id} holds no frame yet`);
    }
    const at = new Date(source.segments[0]!.firstMs).toISOString().slice(0, 19).replaceAll(":", "-");
    const fileName = `${`${label || rfPortName}-${at}`.replaceAll(/[^\w.-]+/g, "_")}.pnmrec`;
    return { fileName, chunks: exportRecording(source, { label, note, createdAt }) };
  }
}

/** The part that was asked for, its ends those of the recording where none are given; undefined where it is empty. */
function spanOf(
  segments: readonly SummaryHead[],
  wanted: RecordedSpan,
): { fromMs: number; toMs: number } | undefined {
  const [first] = segments;
  if (first === undefined) return undefined;
  const fromMs = wanted.fromMs ?? first.firstMs;
  // The newest frame lies within the last part, not at its open end.
  const toMs = wanted.toMs ?? segments.reduce((newest, { lastMs }) => Math.max(newest, lastMs), 0) + 1;
  return toMs > fromMs ? { fromMs, toMs } : undefined;
}
