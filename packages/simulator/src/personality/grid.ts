/** Grid of centre frequencies and spans that CCAPs of several vendors share. */
export const GRID_HZ = 50_000;

/** The nearest frequency on the grid. */
export function toGrid(valueHz: number): number {
  return Math.round(valueHz / GRID_HZ) * GRID_HZ;
}
