import { RowStatus } from "@pnmlab/docsis-mib";
import { GRID_HZ } from "./grid.ts";
import type { Personality } from "./personality.ts";
import { ASSUMPTION, LAB_CASA } from "./sources.ts";

const MHZ = 1_000_000;
const PORTS_PER_CARD = 8;
/** Row of the destination that the firmware manages. */
const FIRMWARE_DESTINATION = 1;

const place = (port: number) => `${Math.floor((port - 1) / PORTS_PER_CARD)}/${(port - 1) % PORTS_PER_CARD}.0`;

/** Casa C100G. */
export const casaC100g: Personality = {
  name: "casa-c100g",
  title: "Casa C100G",
  sysDescrMarker: "CASA DCTS C100G",
  sysObjectId: [1, 3, 6, 1, 4, 1, 20858, 2, 600],
  quirks: [
    { what: "sysObjectID is 1.3.6.1.4.1.20858.2.600", source: "catalogues of public monitoring tools" },
    { what: "Rows 1 to 3 of each port exist from boot, out of service", source: LAB_CASA },
    { what: "CfgIndex 3 is bound to freeRunning(2)", source: LAB_CASA },
    {
      what: "CfgIndex 1 is bound to idleSid(5), 2 to cmMac(6); another TriggerMode is inconsistentValue",
      source: ASSUMPTION,
    },
    { what: "A row that is out of service reads createAndWait(5)", source: LAB_CASA },
    {
      what: "A row that a manager destroys and creates again has lost its DestinationIndex",
      source: LAB_CASA,
    },
    {
      what: "Filename and DestinationIndex cannot be written; files have the default name",
      source: LAB_CASA,
    },
    {
      what: "FreeRunDuration is 120 to 300 s, RepeatPeriod at least 100 ms, 300 files per run",
      source: LAB_CASA,
    },
    {
      what: "Beyond these limits the activation is confirmed and the row goes out of service again",
      source: LAB_CASA,
    },
    {
      what: "A start of a row that is not active, and every refused start, is commitFailed",
      source: LAB_CASA,
    },
    {
      what: "Uploads follow docsPnmCcapBulkDataControlTable: autoUpload and selector bit 8",
      source: LAB_CASA,
    },
    {
      what: "docsPnmBulkDataTransferCfgTable is there and without effect",
      source: `${LAB_CASA}; sources disagree`,
    },
    { what: "Only ports with modems have rows", source: LAB_CASA },
    { what: "One capture per file; MaxResultsPerFile cannot be written", source: ASSUMPTION },
    { what: "The result row's Output is empty", source: ASSUMPTION },
    { what: "Files begin with the common header of PNM files", source: ASSUMPTION },
    { what: "8 ports per card, each may run a test", source: ASSUMPTION },
  ],
  interfaces: {
    macDomainIfIndex: (domain) => 1_000_000 + 16 * domain,
    downstreamIfIndex: (domain, channel) => 5_000_000 + 64 * domain + channel,
    ofdmDownIfIndex: (domain) => 6_000_000 + domain,
    rfPortIfIndex: (port) => 4_000_048 + 16 * (port - 1),
    physicalIfIndex: (port, channel) => 2_000_048 + 16 * (port - 1) + channel,
    logicalIfIndex: (port, channel) => 3_000_048 + 16 * (port - 1) + channel,
    // A port's first OFDMA channel lies 12,000,000 over the port (observed).
    ofdmaIfIndex: (port, _channel, ordinal) => 16_000_048 + 16 * (port - 1) + ordinal - 1,
    ofdmaDescr: (port) => `OFDMA Upstream ${place(port)}`,
    rfPortDescr: (port) => `Upstream Physical Interface ${place(port)}`,
    rfPortName: (port) => `Upstream Physical Interface ${place(port)}`,
  },
  provisioning: {
    rows: [5, 6, 2].map((triggerMode, i) => ({
      cfgIndex: i + 1,
      state: "notInService" as const,
      config: { triggerMode, destinationIndex: FIRMWARE_DESTINATION },
    })),
    cfgIndices: [1, 2, 3],
    creation: "byManager",
    refusedActions: {},
    rowKeys: "rfPort",
    boundTriggerModes: { 1: 5, 2: 6, 3: 2 },
    needsModems: true,
    outOfServiceReads: RowStatus.createAndWait,
  },
  bulk: { tables: "both", steeredBy: "deprecated", destinationRow: true },
  capabilities: {
    triggerModes: [2, 5, 6],
    outputFormats: ["timeIQ", "fftPower", "rawAdc", "fftIQ", "fftAmplitude", "fftDb"],
    windows: [2, 3, 4, 5, 6],
    description: "UTSC: free run 120-300 s, at most 300 captures",
  },
  columns: {
    centerFreqHz: { default: 50 * MHZ, ranges: [[0, 204 * MHZ]], multipleOf: GRID_HZ, refusal: "wrongValue" },
    spanHz: { default: 80 * MHZ, ranges: [[GRID_HZ, 409.6 * MHZ]], refusal: "wrongValue" },
    numBins: { default: 800, ranges: [[1, 4096]], refusal: "wrongValue" },
    window: { alsoAccepts: [1], adjust: (window) => (window === 1 ? 2 : window) },
    filename: { notWritable: true },
    destinationIndex: { notWritable: true },
    maxResultsPerFile: { notWritable: true, default: 1 },
    repeatPeriodUs: { default: 400_000 },
    freeRunDurationMs: { default: 120_000 },
  },
  timing: {
    minRepeatPeriodUs: 100_000,
    triggerTimeoutMs: { 5: 90_000, 6: 120_000 },
    grantIntervalMs: 200,
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
      beyond: "silentRevert",
    },
  },
  concurrency: {
    portsPerCard: PORTS_PER_CARD,
    testsPerCard: PORTS_PER_CARD,
    testsPerChassis: Infinity,
    beyond: "refused",
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
