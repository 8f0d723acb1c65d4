/** CSS pixels of a tile: a column is never narrower than `leastWidth`, where the page is not. */
export interface TileSize {
  leastWidth: number;
  /** Of spectrum and waterfall. */
  height: number;
}

/** Few tiles get much room, many still fit. */
export function tileSize(count: number): TileSize {
  if (count <= 2) return { leastWidth: 600, height: 420 };
  return count <= 6 ? { leastWidth: 440, height: 260 } : { leastWidth: 320, height: 180 };
}

/**
 * Columns that lay tiles in rows as even as they can be: as few rows as the room allows, four tiles and more in two at
 * least, and in each as many tiles as in the others but for the last. 1 where not even one tile has its least width.
 *
 * @param roomPx width of the page for tiles, CSS pixels; gaps of `gapPx` lie between them
 */
export function tileColumns(count: number, roomPx: number, leastWidthPx: number, gapPx: number): number {
  const fitting = Math.max(1, Math.floor((roomPx + gapPx) / (leastWidthPx + gapPx)));
  const most = Math.min(fitting, count < 4 ? Math.max(1, count) : Math.ceil(count / 2));
  const rows = Math.ceil(count / most);
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}
