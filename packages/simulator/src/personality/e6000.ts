import type { Personality, ReceiverLimits } from "./personality.ts";

const MHZ = 1_000_000;
const STEP_US = 50_000;
const STEP_MS = 50;

const FFT_BINS = [200, 400, 800, 1600, 3200];
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
  sysDescrMarker: "ARRIS E6000 CER_V13.00.00.0000",
  interfaces: {
    macDomainIfIndex: (domain) => 536_870_912 + domain,
    rfPortIfIndex: (port) => 1_074_339_840 + 256 * (port - 1),
    physicalIfIndex: (port, channel) => 1_090_519_040 + 256 * port + channel,
    logicalIfIndex: (port, channel) => 1_107_296_256 + 256 * port + channel,
    ofdmaIfIndex: (port, channel) => 1_124_073_472 + 256 * port + channel,
    rfPortDescr: (port) => `us-conn ${Math.floor((port - 1) / 2)}/${(port - 1) % 2}`,
    rfPortName: (port) => `us-conn ${Math.floor((port - 1) / 2)}/${(port - 1) % 2}`,
  },
  provisioning: { utscRows: "fixed", destinationRow: true },
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
  },
  start: {
    filenameRequired: true,
    freeRunDurationRequired: true,
    maxFreeRunDurationMs: 60_000,
    minFileRepeatPeriodUs: STEP_US,
    receivers: { wideband, narrowband },
  },
  concurrency: { portsPerCard: 2, testsPerCard: 1, beyond: "refused" },
  files: {
    form: "e6000-328",
    ownFolder: "/pnm/utsc/",
    timestamp: "always",
    maxFilesPerRun: 10,
    maxFileBytes: 16_712,
  },
  sampleSize: "fftLength",
};
