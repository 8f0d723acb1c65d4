import { GRID_HZ, toGrid } from "./grid.ts";
import type { Personality } from "./personality.ts";
import { ASSUMPTION, MIB } from "./sources.ts";

const MAX_FREQUENCY_HZ = 1_000_000_000;
const MAX_SPAN_HZ = 409_600_000;
const MIN_BINS = 16;
const MAX_BINS = 8192;

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

const PORTS_PER_CARD = 4;
const place = (port: number) => `${Math.floor((port - 1) / PORTS_PER_CARD)}/${(port - 1) % PORTS_PER_CARD}`;

/** DOCS-PNM-MIB to the letter; what the MIB leaves open is chosen so that managers meet every case. */
export const generic: Personality = {
  name: "generic",
  title: "CCAP by the letter of the MIB",
  sysDescrMarker: "generic DOCSIS 3.1 CCAP",
  // No number is registered for this product: zeroDotZero says so.
  sysObjectId: [0, 0],
  quirks: [
    { what: "Rows are made by managers with RowStatus; CfgIndex is 1 on every RF port", source: MIB },
    { what: "Centre and span snap to 50 kHz and read back as used", source: ASSUMPTION },
    {
      what: "Destroying a row, or writing to it, while its test runs is inconsistentValue",
      source: ASSUMPTION,
    },
    { what: "A minislot number comes round every 65,536 minislots of 25 us", source: ASSUMPTION },
    {
      what: "QualifyThrshld is dBmV per bin; its default and -1000 or less keep every capture",
      source: ASSUMPTION,
    },
    { what: "A start on a card that runs 4 tests ends as resourceUnavailable(6)", source: ASSUMPTION },
    { what: "The file table lists files that were sent, as uploadCompleted(4)", source: MIB },
    { what: "The result row's Output holds the newest capture", source: MIB },
  ],
  interfaces: {
    macDomainIfIndex: (domain) => 100 + domain,
    downstreamIfIndex: (domain, channel) => 200_000 + 100 * domain + channel,
    ofdmDownIfIndex: (domain) => 900_000 + domain,
    rfPortIfIndex: (port) => 1000 + port,
    physicalIfIndex: (port, channel) => 20_000 + 100 * port + channel,
    logicalIfIndex: (port, channel) => 50_000 + 100 * port + channel,
    ofdmaIfIndex: (port, channel) => 80_000 + 100 * port + channel,
    rfPortDescr: (port) => `Upstream RF port ${place(port)}`,
    rfPortName: (port) => `us-rf-${place(port)}`,
  },
  provisioning: { rows: [], cfgIndices: [1], creation: "byManager", refusedActions: {}, rowKeys: "rfPort" },
  bulk: { tables: "current", steeredBy: "current", destinationRow: false, reportsUploads: true },
  capabilities: {
    triggerModes: [2, 3, 4, 5, 6, 7, 8, 9, 10],
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
    triggerTimeoutMs: { 4: 120_000, 5: 90_000, 6: 120_000, 7: 90_000, 8: 90_000, 10: 90_000 },
    grantIntervalMs: 200,
    checkedWhenWritten: true,
  },
  start: {
    filenameRequired: false,
    triggerChannelRequired: false,
    freeRunDurationRequired: false,
    maxFreeRunDurationMs: Infinity,
    minFileRepeatPeriodUs: 0,
    refusal: "inconsistentValue",
    inactiveRow: "inconsistentValue",
  },
  concurrency: {
    portsPerCard: PORTS_PER_CARD,
    testsPerCard: PORTS_PER_CARD,
    testsPerChassis: Infinity,
    beyond: "statusResourceUnavailable",
  },
  files: {
    form: "common-header-v2",
    naming: "configured",
    timeSeparator: ".",
    ownFolder: "",
    timestamp: "severalFiles",
    maxFilesPerRun: Infinity,
    maxFileBytes: 16 * 1024 * 1024,
  },
  sampleSize: "payload",
  resultOutput: true,
};
