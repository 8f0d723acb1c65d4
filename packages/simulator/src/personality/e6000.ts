import type { Personality, ReceiverLimits } from "./personality.ts";
import { ASSUMPTION, E6000_GUIDE } from "./sources.ts";

const MHZ = 1_000_000;
const STEP_US = 50_000;
const STEP_MS = 50;

/** Also those of an EVO vCCAP. */
export const FFT_BINS = [200, 400, 800, 1600, 3200];
const TIME_SAMPLES = [256, 512, 1024, 2048, 4096];

const wideband: ReceiverLimits = {
  maxCenterFrequencyHz: 204 * MHZ,
  fftSpansHz: [80 * MHZ, 160 * MHZ, 320 * MHZ],
  fftBins: FFT_BINS,
  timeSpansHz: [102.4 * MHZ, 204.8 * MHZ, 409.6 * MHZ],
  timeSamples: TIME_SAMPLES,
};

const narrowband: ReceiverLimits = {
  maxCenterFrequencyHz: 102 * MHZ,
  fftSpansHz: [40 * MHZ, 80 * MHZ],
  fftBins: FFT_BINS,
  timeSpansHz: [51.2 * MHZ, 102.4 * MHZ, 204.8 * MHZ],
  timeSamples: TIME_SAMPLES,
};

/** CommScope E6000 CCAP Core, release 13 (E6000 CER user guide, PNM chapter). */
export const e6000: Personality = {
  name: "e6000",
  title: "CommScope E6000, CCAP Core, release 13",
  sysDescrMarker: "ARRIS E6000 CER_V13.00.00.0000",
  // Below the arc of ARRIS CMTS products; the E6000's own number is an assumption.
  sysObjectId: [1, 3, 6, 1, 4, 1, 4998, 2, 2],
  quirks: [
    {
      what: "One row per RF port from boot, CfgIndex 1, always active, never destroyed",
      source: E6000_GUIDE,
    },
    {
      what: "Centre and span off the 50 kHz grid, and spans outside the sets, are inconsistentValue",
      source: E6000_GUIDE,
    },
    {
      what: "Whether span, bins, format and receiver circuit go together is checked at the start",
      source: E6000_GUIDE,
    },
    {
      what: "RepeatPeriod and FreeRunDuration are rounded up to 50 ms and are 0 from boot",
      source: E6000_GUIDE,
    },
    {
      what: "FreeRunDuration over 60 s is refused at the start: a watchdog ends stored results",
      source: E6000_GUIDE,
    },
    { what: "A run ends after 10 files and has to be started again", source: E6000_GUIDE },
    {
      what: "An empty Filename refuses the start; _<timestamp> is always appended, the final name is not readable",
      source: E6000_GUIDE,
    },
    { what: "Averaging and MaxResultsPerFile cannot be written", source: E6000_GUIDE },
    { what: "The qualify columns cannot be written", source: ASSUMPTION },
    { what: "TriggerCount takes 1 to 10 and does not count in a free run", source: E6000_GUIDE },
    { what: "One test per line card; a second start there is refused", source: E6000_GUIDE },
    { what: "A line card has two RF ports", source: ASSUMPTION },
    { what: "InitiateTest = false on a finished test clears its status to inactive", source: E6000_GUIDE },
    {
      what: "Destination row 1 exists from boot, without an address",
      source: "observed on an E6000 by users of open PNM tools",
    },
    { what: "The result row's Output holds the newest capture", source: ASSUMPTION },
  ],
  interfaces: {
    macDomainIfIndex: (domain) => 536_870_912 + domain,
    downstreamIfIndex: (domain, channel) => 553_648_128 + 256 * domain + channel,
    ofdmDownIfIndex: (domain) => 570_425_344 + 256 * domain,
    rfPortIfIndex: (port) => 1_074_339_840 + 256 * (port - 1),
    physicalIfIndex: (port, channel) => 1_090_519_040 + 256 * port + channel,
    logicalIfIndex: (port, channel) => 1_107_296_256 + 256 * port + channel,
    ofdmaIfIndex: (port, channel) => 1_124_073_472 + 256 * port + channel,
    rfPortDescr: (port) => `us-conn ${place(port)}`,
    rfPortName: (port) => `us-conn ${place(port)}`,
  },
  provisioning: {
    rows: [{ cfgIndex: 1, state: "active" }],
    cfgIndices: [1],
    creation: "never",
    refusedActions: { destroy: "inconsistentValue", notInService: "wrongValue" },
    rowKeys: "rfPort",
  },
  bulk: { tables: "current", steeredBy: "current", destinationRow: true },
  capabilities: {
    triggerModes: [2, 5, 6],
    outputFormats: ["timeIQ", "fftPower", "fftIQ", "fftAmplitude"],
    windows: [2],
    description:
      "Wideband: 0-204 MHz, span 80/160/320 MHz (time IQ 102.4/204.8/409.6); narrowband: 0-102 MHz, span 40/80 MHz (51.2/102.4/204.8); bins 200/400/800/1600/3200 (time IQ 256-4096); no averaging",
  },
  columns: {
    centerFreqHz: {
      default: 50 * MHZ,
      ranges: [[0, 204 * MHZ]],
      multipleOf: 50_000,
      refusal: "inconsistentValue",
    },
    spanHz: {
      default: 80 * MHZ,
      oneOf: [
        ...wideband.fftSpansHz,
        ...narrowband.fftSpansHz,
        ...wideband.timeSpansHz,
        ...narrowband.timeSpansHz,
      ],
      refusal: "inconsistentValue",
    },
    numBins: { default: 800, oneOf: [...FFT_BINS, ...TIME_SAMPLES], refusal: "inconsistentValue" },
    averaging: { notWritable: true },
    qualifyCenterFreqHz: { notWritable: true },
    qualifyBwHz: { notWritable: true },
    qualifyThresholdTenthDb: { notWritable: true },
    maxResultsPerFile: { notWritable: true, default: 1 },
    filename: { pattern: /^(\/pnm\/utsc\/)?[^/]+$|^$/, refusal: "wrongValue" },
    repeatPeriodUs: {
      default: 0,
      ranges: [[0, 1_000_000]],
      refusal: "wrongValue",
      // 1 to 49,999 us ask for a static pseudowire and are kept as they are.
      adjust: (us) => (us < STEP_US ? us : Math.ceil(us / STEP_US) * STEP_US),
    },
    freeRunDurationMs: {
      default: 0,
      ranges: [
        [0, 0],
        [1000, 600_000],
      ],
      refusal: "wrongValue",
      adjust: (ms) => Math.ceil(ms / STEP_MS) * STEP_MS,
    },
    triggerCount: { default: 1, ranges: [[1, 10]], refusal: "wrongValue" },
  },
  timing: {
    minRepeatPeriodUs: STEP_US,
    triggerTimeoutMs: { 5: 90_000, 6: 120_000 },
    grantIntervalMs: 200,
    checkedWhenWritten: true,
  },
  start: {
    filenameRequired: true,
    triggerChannelRequired: true,
    freeRunDurationRequired: true,
    maxFreeRunDurationMs: 60_000,
    minFileRepeatPeriodUs: STEP_US,
    refusal: "inconsistentValue",
    inactiveRow: "inconsistentValue",
    receivers: { wideband, narrowband },
  },
  concurrency: { portsPerCard: 2, testsPerCard: 1, testsPerChassis: Infinity, beyond: "refused" },
  files: {
    form: "e6000-328",
    naming: "configured",
    timeSeparator: ".",
    ownFolder: "/pnm/utsc/",
    timestamp: "always",
    maxFilesPerRun: 10,
    maxFileBytes: 16_712,
  },
  sampleSize: "fftLength",
  resultOutput: true,
};

/** The same chassis with integrated upstream cards: other windows, other names. */
export const e6000Iccap: Personality = {
  ...e6000,
  name: "e6000-iccap",
  title: "CommScope E6000, I-CCAP, release 13",
  sysDescrMarker: "ARRIS E6000 CER_V13.00.00.0000 I-CCAP",
  quirks: [
    ...e6000.quirks,
    { what: "Windows 2 to 5: rectangular, Hann, Blackman-Harris, Hamming", source: E6000_GUIDE },
    { what: "RF ports are called cable-upstreamRfPort <card>/<connector>", source: E6000_GUIDE },
    { what: "Limits, rows and files are those of the CCAP Core", source: ASSUMPTION },
  ],
  interfaces: {
    ...e6000.interfaces,
    rfPortDescr: (port) => `cable-upstreamRfPort ${place(port)}`,
    rfPortName: (port) => `cable-upstreamRfPort ${place(port)}`,
    ofdmaDescr: (port, channel) => `cable-us-ofdma ${place(port)}/${channel - 1}`,
  },
  capabilities: { ...e6000.capabilities, windows: [2, 3, 4, 5] },
};

function place(port: number): string {
  return `${Math.floor((port - 1) / 2)}/${(port - 1) % 2}`;
}
