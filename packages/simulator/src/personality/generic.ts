import type { Personality } from "./personality.ts";

const GRID_HZ = 50_000;
const MAX_FREQUENCY_HZ = 1_000_000_000;
const MAX_SPAN_HZ = 409_600_000;
const MIN_BINS = 16;
const MAX_BINS = 8192;

function toGrid(valueHz: number): number {
  return Math.round(valueHz / GRID_HZ) * GRID_HZ;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** DOCS-PNM-MIB to the letter; what the MIB leaves open is chosen so that managers meet every case. */
export const generic: Personality = {
  name: "generic",
  sysDescrMarker: "generic DOCSIS 3.1 CCAP",
  interfaces: {
    macDomainIfIndex: (domain) => 100 + domain,
    rfPortIfIndex: (port) => 1000 + port,
    physicalIfIndex: (port, channel) => 2000 + 100 * port + channel,
    logicalIfIndex: (port, channel) => 3000 + 100 * port + channel,
    ofdmaIfIndex: (port, channel) => 4000 + 100 * port + channel,
    rfPortDescr: (port) => `Upstream RF port 0/${port - 1}`,
    rfPortName: (port) => `us-rf-0/${port - 1}`,
  },
  provisioning: { utscRows: "byManager", destinationRow: false },
  capabilities: {
    triggerModes: [2, 5, 6],
    outputFormats: ["timeIQ", "fftPower", "rawAdc", "fftIQ", "fftAmplitude", "fftDb"],
    windows: [2, 3, 4, 5, 6, 7, 8],
    description:
      "Centre and span in steps of 50 kHz, span to 409.6 MHz, 16 to 8192 bins, averaging to 255, repeat period from 10 ms; values between are read back as used",
  },
  columns: {
    centerFreqHz: { ranges: [[0, MAX_FREQUENCY_HZ]], refusal: "wrongValue", adjust: toGrid },
    spanHz: {
      ranges: [[1, MAX_FREQUENCY_HZ]],
      refusal: "wrongValue",
      adjust: (spanHz) => clamp(toGrid(spanHz), GRID_HZ, MAX_SPAN_HZ),
    },
    numBins: {
      ranges: [[1, 65_535]],
      refusal: "wrongValue",
      adjust: (bins) => clamp(bins, MIN_BINS, MAX_BINS),
    },
  },
  timing: {
    minRepeatPeriodUs: 10_000,
    triggerTimeoutMs: { 5: 90_000, 6: 120_000 },
    grantIntervalMs: 200,
  },
  start: {
    filenameRequired: false,
    freeRunDurationRequired: false,
    maxFreeRunDurationMs: Infinity,
    minFileRepeatPeriodUs: 0,
  },
  concurrency: { portsPerCard: 4, testsPerCard: 4, beyond: "statusResourceUnavailable" },
  files: {
    form: "common-header-v2",
    ownFolder: "",
    timestamp: "severalFiles",
    maxFilesPerRun: Infinity,
    maxFileBytes: 16 * 1024 * 1024,
  },
  sampleSize: "payload",
};
