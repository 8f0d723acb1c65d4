/** A band whose level is followed over time. */
export interface WatchedBand {
  id: number;
  label: string;
  lowerHz: number;
  upperHz: number;
}

export const MOST_WATCHED = 8;
/** How long levels are kept. */
export const WATCH_MS = 600_000;
/** Width of a cell of the histogram of levels, and the level where the first one begins. */
export const HISTOGRAM_CELL_DB = 0.5;
export const HISTOGRAM_LOWEST_DBMV = -100;

/** Power of a band over time. */
export interface BandPower {
  /** Moments of the points, Unix milliseconds. */
  timesMs: Float64Array;
  /** dBmV per point, NaN where nothing is known: a gap is never drawn over. */
  levelsDbmv: Float32Array;
}

/** Power of a band that is followed; the moments are the same for all bands of an answer. */
export interface LevelHistory extends WatchedBand, BandPower {
  /** Frames per level, in cells of `HISTOGRAM_CELL_DB` from `HISTOGRAM_LOWEST_DBMV` upwards. */
  histogram: Uint32Array;
  newestDbmv: number;
  frames: number;
  /** No part of the band lies in the spectrum. */
  isOutside: boolean;
}
