import type { UtscOutputFormat, UtscTriggerMode, UtscWindow } from "@pnmlab/protocol";

/** Names of windows as engineers write them; the MIB's names stand in set-up beside them. */
export const WINDOW_WORDS: Record<UtscWindow, string> = {
  other: "Other",
  rectangular: "Rect",
  hann: "Hann",
  blackmanHarris: "BH-4",
  hamming: "Hamming",
  flatTop: "Flat top",
  gaussian: "Gaussian",
  chebyshev: "Chebyshev",
};

export const FORMAT_WORDS: Record<UtscOutputFormat, string> = {
  timeIQ: "timeIQ",
  fftPower: "fftPower",
  rawAdc: "rawAdc",
  fftIQ: "fftIQ",
  fftAmplitude: "fftAmplitude",
  fftDb: "fftDb",
};

export const TRIGGER_WORDS: Record<UtscTriggerMode, string> = {
  other: "Other",
  freeRunning: "Free run",
  miniSlotCount: "Minislot count",
  sid: "SID",
  idleSid: "Idle SID",
  cmMac: "CM MAC",
  quietProbeSymbol: "Quiet probe",
  burstIuc: "Burst IUC",
  timestamp: "Timestamp",
  activeProbeSymbol: "Active probe",
};
