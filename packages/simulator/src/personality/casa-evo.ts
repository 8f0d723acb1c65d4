import { FFT_BINS } from "./e6000.ts";
import { GRID_HZ } from "./grid.ts";
import type { Personality } from "./personality.ts";
import { ASSUMPTION, LAB_EVO } from "./sources.ts";

const MHZ = 1_000_000;
const PORTS_PER_NODE = 2;

const place = (port: number) => `${Math.floor((port - 1) / PORTS_PER_NODE)}/${(port - 1) % PORTS_PER_NODE}.0`;

/** EVO vCCAP 10.10, once Casa's, now CommScope's. */
export const casaEvo: Personality = {
  name: "casa-evo",
  title: "EVO vCCAP 10.10 (Casa, CommScope)",
  sysDescrMarker: "CASA DCTS VCCAP 10.10",
  // Below Casa's products, as the C100G; the number is an assumption.
  sysObjectId: [1, 3, 6, 1, 4, 1, 20858, 2, 700],
  quirks: [
    {
      what: "No rows from boot; CfgIndex 2 and 3 can be created, 1 is noCreation",
      source: `${LAB_EVO}; sources disagree`,
    },
    { what: "createAndGo is commitFailed", source: `${LAB_EVO}; another report has it accepted` },
    { what: "createAndWait is accepted", source: ASSUMPTION },
    { what: "CfgIndex 2 is bound to idleSid(5), 3 to freeRunning(2)", source: ASSUMPTION },
    { what: "idleSid runs and never reaches sampleReady", source: LAB_EVO },
    {
      what: "Centre 5 to 200 MHz on the 50 kHz grid; span 40, 80, 160 or 320 MHz; 200 to 3,200 bins",
      source: LAB_EVO,
    },
    {
      what: "FreeRunDuration is 120 to 300 s, RepeatPeriod at least 100 ms, 300 files per run",
      source: LAB_EVO,
    },
    { what: "Beyond these limits the start is confirmed and the status stays inactive", source: LAB_EVO },
    { what: "A start of a row that is not active is commitFailed", source: LAB_EVO },
    {
      what: "DestinationIndex is commitFailed until a server of the deprecated table takes UTSC files",
      source: LAB_EVO,
    },
    {
      what: "Uploads follow docsPnmCcapBulkDataControlTable: autoUpload and selector bit 8",
      source: LAB_EVO,
    },
    { what: "Filename cannot be written; files have the default name", source: ASSUMPTION },
    { what: "TriggerCount takes 1 to 10", source: LAB_EVO },
    { what: "One capture per file; MaxResultsPerFile cannot be written", source: ASSUMPTION },
    { what: "The result row's Output is empty", source: ASSUMPTION },
    { what: "Files begin with the common header of PNM files", source: ASSUMPTION },
    { what: "A remote PHY node has two ports, each may run a test", source: ASSUMPTION },
  ],
  interfaces: {
    macDomainIfIndex: (domain) => 1_000_000 + 16 * domain,
    downstreamIfIndex: (domain, channel) => 50_000_000 + 64 * domain + channel,
    ofdmDownIfIndex: (domain) => 60_000_000 + domain,
    rfPortIfIndex: (port) => 40_001_280 + 16 * (port - 1),
    physicalIfIndex: (port, channel) => 20_001_280 + 16 * (port - 1) + channel,
    logicalIfIndex: (port, channel) => 30_001_280 + 16 * (port - 1) + channel,
    ofdmaIfIndex: (port, channel) => 160_001_280 + 16 * (port - 1) + channel,
    ofdmaDescr: (port) => `RPHY OFDMA Upstream ${place(port)}`,
    rfPortDescr: (port) => `RPHY Upstream Physical Interface ${place(port)}`,
    rfPortName: (port) => `RPHY Upstream Physical Interface ${place(port)}`,
  },
  provisioning: {
    rows: [],
    cfgIndices: [2, 3],
    creation: "byManager",
    refusedActions: { createAndGo: "commitFailed" },
    rowKeys: "rfPort",
    boundTriggerModes: { 2: 5, 3: 2 },
  },
  bulk: {
    tables: "both",
    steeredBy: "deprecated",
    destinationRow: true,
    destinationWithoutServer: "commitFailed",
  },
  capabilities: {
    triggerModes: [2, 5],
    outputFormats: ["timeIQ", "fftPower", "fftIQ", "fftAmplitude"],
    windows: [2],
    description: "UTSC: 5-200 MHz, span 40/80/160/320 MHz, bins 200/400/800/1600/3200",
  },
  columns: {
    centerFreqHz: { ranges: [[5 * MHZ, 200 * MHZ]], multipleOf: GRID_HZ, refusal: "wrongValue" },
    spanHz: { oneOf: [40 * MHZ, 80 * MHZ, 160 * MHZ, 320 * MHZ], refusal: "wrongValue" },
    numBins: { oneOf: FFT_BINS, refusal: "wrongValue" },
    filename: { notWritable: true },
    maxResultsPerFile: { notWritable: true, default: 1 },
    repeatPeriodUs: { default: 400_000 },
    freeRunDurationMs: { default: 120_000 },
    triggerCount: { default: 1, ranges: [[1, 10]], refusal: "wrongValue" },
  },
  timing: {
    minRepeatPeriodUs: 100_000,
    triggerTimeoutMs: {},
    grantIntervalMs: 200,
    endless: [5],
    checkedWhenWritten: false,
  },
  start: {
    filenameRequired: false,
    triggerChannelRequired: false,
    freeRunDurationRequired: false,
    maxFreeRunDurationMs: Infinity,
    minFileRepeatPeriodUs: 0,
    refusal: "commitFailed",
    inactiveRow: "commitFailed",
    hidden: {
      repeatPeriodUs: [100_000, 60_000_000],
      freeRunDurationMs: [120_000, 300_000],
      maxCaptures: 300,
      beyond: "silentNoStart",
    },
  },
  concurrency: {
    portsPerCard: PORTS_PER_NODE,
    testsPerCard: PORTS_PER_NODE,
    testsPerChassis: Infinity,
    beyond: "statusResourceUnavailable",
  },
  files: {
    form: "common-header-v2",
    naming: "default",
    timeSeparator: ".",
    ownFolder: "",
    timestamp: "always",
    maxFilesPerRun: 300,
    maxFileBytes: 16 * 1024 * 1024,
  },
  sampleSize: "payload",
  resultOutput: false,
};
