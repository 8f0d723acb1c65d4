import { encodeSpectrumFrame } from "@pnmlab/protocol";
import { type Summary, SummaryBuilder, type SummaryHead, sameAxis } from "@pnmlab/recording";
import { readFrames, type SegmentSource } from "./read-frames.ts";
import { blockOf } from "./segment-folder.ts";
import { SEGMENT_MS } from "./segment-writer.ts";

export interface RowsWanted {
  fromMs: number;
  toMs: number;
  rows: number;
  mode: "max" | "mean";
}

/** Where summaries come from. */
export interface SummarySource extends SegmentSource {
  summaryOf(segment: SummaryHead): Promise<Summary | undefined>;
  blockSummaries(block: number, segments: number): Promise<Summary[] | undefined>;
}

/**
 * A stretch of time as rows of equal length, each one frame with every bin's maximum, or its mean in linear power.
 * Rows without a frame are left out. Rows as long as a segment are put together from summaries; a segment then
 * belongs to the row in which it begins. Where the axis changes within a row, it is one frame per axis.
 *
 * Of the frames, `capturedAtMs` is the start of the row, `receivedAtMs` the newest capture in it, `sequence` the
 * first, `withheld` how many more there are, `gapBefore` whether captures are missing in it.
 */
export async function* readRows(
  source: SummarySource,
  wanted: RowsWanted,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const rowMs = (wanted.toMs - wanted.fromMs) / wanted.rows;
  const isCoarse = rowMs >= SEGMENT_MS;
  let row = -1;
  let builders: SummaryBuilder[] = [];
  const finished = () => {
    const done = builders.map((builder) => rowFrame(builder, wanted.fromMs + row * rowMs, wanted.mode));
    builders = [];
    return done;
  };
  for await (const stretch of isCoarse ? summaries(source, wanted, rowMs) : frames(source, wanted, rowMs)) {
    if (stretch.row > row) {
      yield* finished();
      row = stretch.row;
    }
    let builder = builders.find(({ axis }) => sameAxis(axis, stretch.axis));
    if (builder === undefined) {
      builder = new SummaryBuilder(stretch.axis);
      builders.push(builder);
    }
    stretch.addTo(builder);
  }
  yield* finished();
}

interface Stretch {
  row: number;
  axis: Pick<SummaryHead, "bins" | "firstBinHz" | "binSpacingHz">;
  addTo(builder: SummaryBuilder): void;
}

async function* frames(
  source: SegmentSource,
  { fromMs, toMs }: RowsWanted,
  rowMs: number,
): AsyncGenerator<Stretch> {
  for await (const { frame } of readFrames(source, { fromMs, toMs })) {
    if (frame.capturedAtMs >= toMs) continue;
    yield {
      row: Math.floor((frame.capturedAtMs - fromMs) / rowMs),
      axis: { ...frame, bins: frame.levelsHundredthsDbmv.length },
      addTo: (builder) => {
        const before = builder.head?.lastSequence;
        const isJump = before !== undefined && frame.sequence !== before + 1;
        builder.addFrame(frame, frame.gapBefore || isJump);
      },
    };
  }
}

/** Summaries of segments, or of whole blocks where all of a block lies in one row. */
async function* summaries(
  source: SummarySource,
  { fromMs, toMs }: RowsWanted,
  rowMs: number,
): AsyncGenerator<Stretch> {
  const rowOf = ({ firstMs }: SummaryHead) => Math.max(0, Math.floor((firstMs - fromMs) / rowMs));
  const all = source.segments;
  for (let at = 0; at < all.length; ) {
    const block = blockOf(all[at]!);
    let end = at + 1;
    while (end < all.length && blockOf(all[end]!) === block) end += 1;
    const members = all.slice(at, end);
    const inside = members.filter(({ firstMs, lastMs }) => firstMs < toMs && lastMs >= fromMs);
    at = end;
    const [first] = inside;
    if (first === undefined) continue;
    const row = rowOf(first);
    const isWhole = inside.length === members.length && row === rowOf(inside.at(-1)!);
    const whole = isWhole ? await source.blockSummaries(block, members.length) : undefined;
    for (const summary of whole ?? []) yield stretchOf(row, summary);
    if (whole) continue;
    for (const segment of inside) {
      const summary = await source.summaryOf(segment);
      if (summary) yield stretchOf(rowOf(segment), summary);
    }
  }
}

function stretchOf(row: number, summary: Summary): Stretch {
  return { row, axis: summary, addTo: (builder) => builder.addSummary(summary) };
}

function rowFrame(
  builder: SummaryBuilder,
  startMs: number,
  mode: RowsWanted["mode"],
): Uint8Array<ArrayBuffer> {
  const summary = builder.build({ sizeBytes: 0, settingsKey: 0 });
  return encodeSpectrumFrame({
    streamId: summary.streamId,
    sequence: summary.firstSequence,
    capturedAtMs: startMs,
    receivedAtMs: summary.lastMs,
    firstBinHz: summary.firstBinHz,
    binSpacingHz: summary.binSpacingHz,
    resolutionBandwidthHz: summary.resolutionBandwidthHz,
    kHundredthsDb: summary.kHundredthsDb,
    gapBefore: summary.gaps > 0,
    uncalibrated: (summary.flags & 2) !== 0,
    ...((summary.flags & 4) === 0 ? {} : { source: "snmp" as const }),
    withheld: summary.frames - 1,
    levelsHundredthsDbmv: mode === "max" ? summary.max : summary.mean,
  });
}
