/** A QAM order and the MER in dB that it needs. */
export interface RequiredMer {
  order: number;
  merDb: number;
}

/** Downstream OFDM: defaults of CmDsOfdmRequiredQamMer (DOCS-PNM-MIB), highest order first. */
export const REQUIRED_MER_DOWNSTREAM: readonly RequiredMer[] = [
  { order: 16384, merDb: 52 },
  { order: 8192, merDb: 46 },
  { order: 4096, merDb: 41 },
  { order: 2048, merDb: 37 },
  { order: 1024, merDb: 34 },
  { order: 512, merDb: 30.5 },
  { order: 256, merDb: 27 },
  { order: 128, merDb: 24 },
  { order: 64, merDb: 21 },
  { order: 16, merDb: 15 },
];

/** Upstream OFDMA: least CNR of the CMTS in white noise (DOCSIS 3.1 physical layer), highest order first. */
export const REQUIRED_MER_UPSTREAM: readonly RequiredMer[] = [
  { order: 4096, merDb: 43 },
  { order: 2048, merDb: 39 },
  { order: 1024, merDb: 35.5 },
  { order: 512, merDb: 32.5 },
  { order: 256, merDb: 29 },
  { order: 128, merDb: 26 },
  { order: 64, merDb: 23 },
  { order: 32, merDb: 20 },
  { order: 16, merDb: 17 },
  { order: 8, merDb: 14 },
  { order: 4, merDb: 11 },
];
