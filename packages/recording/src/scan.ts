import { isPnmLabError } from "@pnmlab/kit";
import type { RecordingHead } from "./layout.ts";
import { RecordingParser } from "./parser.ts";
import type { Summary } from "./summary.ts";
import { SummaryBuilder } from "./summary-builder.ts";

/** What a segment file holds, told from its bytes alone. */
export interface SegmentScan {
  head: RecordingHead;
  /** Of its frames; undefined where there is none. */
  built: SummaryBuilder | undefined;
  /** That which ends a segment that was closed; undefined where the program died while it was written. */
  summary: Summary | undefined;
  /** Length up to the end of the last whole record; what lies beyond is torn or damaged. */
  wholeBytes: number;
}

/** Reads a whole segment. Undefined where not even its head is whole. */
export function scanSegment(bytes: Uint8Array): SegmentScan | undefined {
  const parser = new RecordingParser();
  let head: RecordingHead | undefined;
  let built: SummaryBuilder | undefined;
  let summary: Summary | undefined;
  try {
    for (const piece of parser.push(bytes)) {
      if (piece.kind === "head") head = piece.head;
      else if (piece.kind === "summary") summary = piece.summary;
      else if (piece.kind === "frame") {
        const { frame } = piece;
        const lastSequence = built?.head?.lastSequence;
        const isGap = frame.gapBefore || (lastSequence !== undefined && frame.sequence !== lastSequence + 1);
        built ??= new SummaryBuilder({ ...frame, bins: frame.levelsHundredthsDbmv.length });
        built.addFrame(frame, isGap);
      }
    }
  } catch (error) {
    if (!isPnmLabError(error)) throw error;
  }
  return head && { head, built, summary, wholeBytes: parser.wholeBytes };
}
