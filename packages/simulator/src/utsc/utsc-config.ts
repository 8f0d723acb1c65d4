/** One row of docsPnmCmtsUtscCfgTable. Columns without a default are undefined until they are written. */
export interface UtscConfig {
  logicalChIfIndex: number;
  triggerMode: number;
  minislotCount: number;
  sid: number;
  cmMacAddr: Uint8Array;
  timestamp: number;
  centerFreqHz: number | undefined;
  spanHz: number | undefined;
  numBins: number | undefined;
  averaging: number;
  filename: string;
  qualifyCenterFreqHz: number;
  qualifyBwHz: number;
  qualifyThresholdTenthDb: number;
  window: number;
  outputFormat: number;
  repeatPeriodUs: number;
  freeRunDurationMs: number;
  triggerCount: number;
  burstIuc: number;
  maxResultsPerFile: number;
  destinationIndex: number;
}
