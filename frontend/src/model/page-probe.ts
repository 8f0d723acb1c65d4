/** A spectrum as scripts and tests read it from the page. All arrays have one element per bin. */
export interface ProbeTrace {
  /** Centre of each bin, Hz, ascending. */
  frequencyHz: number[];
  /** Level of the newest frame, dBmV; null where the bin has no value. */
  levelDbmv: (number | null)[];
  /** Mean of the last frames in linear power, dBmV. */
  averageDbmv: (number | null)[];
  sequence: number;
  /** Unix milliseconds, by the clock of the CMTS. */
  capturedAtMs: number;
}

/**
 * `window.pnmlab`, read only: what the live page shows, for tests and scripts. Counts belong to the
 * port that is open now and start again when another one is opened.
 */
export interface PageProbe {
  /** The newest frame as of the last figures, which come a few times a second; null before the first. */
  readonly trace: () => ProbeTrace | null;
  /** Frames that went into a picture that was drawn. */
  readonly framesShown: number;
  /** Frames that exist but reach no picture: withheld by the backend because this browser was too slow. */
  readonly framesDropped: number;
}
