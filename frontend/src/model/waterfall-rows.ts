import { type FrameSource, firstAtOrAfter } from "./kept-frames.ts";

/** Row shows no frame because the stream was interrupted. */
export const ROW_GAP = -1;
/** Row lies before the first frame. */
export const ROW_EMPTY = -2;

/** For each row of the waterfall, newest first, the ring indices of the frames it shows. */
export interface WaterfallRows {
  first: Int32Array;
  last: Int32Array;
  /** Number of the time slot in row 0: slot n begins at n * msPerRow. */
  topSlot: number;
}

/**
 * Lays frames on rows of equal time. Frames in one slot share a row (the painter takes the peak); a
 * frame fills the slots up to the next one, except across a gap, whose slots stay `ROW_GAP`.
 *
 * @param topMs time at the upper edge, usually that of the newest frame shown.
 */
export function waterfallRows(
  ring: FrameSource,
  topMs: number,
  msPerRow: number,
  rowCount: number,
): WaterfallRows {
  const first = new Int32Array(rowCount).fill(ROW_EMPTY);
  const last = new Int32Array(rowCount).fill(ROW_EMPTY);
  const topSlot = Math.floor(topMs / msPerRow);
  const rowOf = (index: number) => topSlot - Math.floor(ring.timeAt(index) / msPerRow);

  let newerRow = -1;
  let newerIsAfterGap = false;
  // Frames newer than the upper edge are on no row.
  const end = firstAtOrAfter(ring, (topSlot + 1) * msPerRow);
  for (let index = end - 1; index >= ring.firstIndex; index -= 1) {
    const row = rowOf(index);
    if (row >= 0) {
      if (newerRow >= 0) {
        for (let between = newerRow + 1; between < Math.min(row, rowCount); between += 1) {
          first[between] = newerIsAfterGap ? ROW_GAP : index;
          last[between] = newerIsAfterGap ? ROW_GAP : index;
        }
      } else {
        // Nothing newer is on the screen: this frame is the latest picture up to the upper edge.
        for (let above = 0; above < Math.min(row, rowCount); above += 1) {
          first[above] = index;
          last[above] = index;
        }
      }
      if (row < rowCount) {
        if (last[row]! < 0) last[row] = index;
        first[row] = index;
      }
      newerRow = row;
      newerIsAfterGap = ring.gapBeforeAt(index);
      if (row >= rowCount) break;
    }
  }
  return { first, last, topSlot };
}
