import type { WindowName } from "@pnmlab/pnm-analysis";

/** How the receiver of an RF port looks at the signal. */
export interface Receiver {
  centerFrequencyHz: number;
  spanHz: number;
  /** Bins of a spectrum, or samples of a time capture. */
  bins: number;
  /** Rate of time samples, and of the samples behind a spectrum. */
  sampleRateHz: number;
  window: WindowName;
  /** Spectra averaged into one; 1 for none. */
  averaging: number;
}
