import { columnsOf, enumeration } from "./object.ts";
import { measStatusType, rowStatus, truthValue } from "./textual-conventions.ts";

/**
 * Upstream Triggered Spectrum Capture, DOCS-PNM-MIB revision 2024-07-05, docsPnmCmtsUtscObjects.
 * Every table is indexed by the ifIndex of the upstream RF port (ifType 256); all but the capability
 * table also by docsPnmCmtsUtscCfgIndex.
 */
export const UTSC_OBJECTS_OID = "1.3.6.1.4.1.4491.2.1.27.1.3.10";

export const utscTriggerModeValues = enumeration(
  1,
  "other",
  "freeRunning",
  "miniSlotCount",
  "sid",
  "idleSid",
  "cmMac",
  "quietProbeSymbol",
  "burstIuc",
  "timestamp",
  "activeProbeSymbol",
);
export const utscOutputFormatValues = enumeration(
  1,
  "timeIQ",
  "fftPower",
  "rawAdc",
  "fftIQ",
  "fftAmplitude",
  "fftDb",
);
export const utscWindowValues = enumeration(
  1,
  "other",
  "rectangular",
  "hann",
  "blackmanHarris",
  "hamming",
  "flatTop",
  "gaussian",
  "chebyshev",
);
export const utscBurstIucValues = enumeration(
  1,
  "other",
  "iuc1",
  "iuc2",
  "iuc3",
  "iuc4",
  "iuc5",
  "iuc6",
  "iuc9",
  "iuc10",
  "iuc11",
  "iuc12",
  "iuc13",
);

const capab = columnsOf(`${UTSC_OBJECTS_OID}.1.1`);
/** docsPnmCmtsUtscCapabTable, index {ifIndex}. */
export const utscCapab = {
  /** BITS; bit number = configuration value - 1. */
  triggerMode: capab(1, "docsPnmCmtsUtscCapabTriggerMode", "OctetString", "read-only"),
  /** BITS; bit number = configuration value, because the configuration has no other(..) member. */
  outputFormat: capab(2, "docsPnmCmtsUtscCapabOutputFormat", "OctetString", "read-only"),
  /** BITS; bit number = configuration value - 1. */
  window: capab(3, "docsPnmCmtsUtscCapabWindow", "OctetString", "read-only"),
  description: capab(4, "docsPnmCmtsUtscCapabDescription", "OctetString", "read-only"),
} as const;

const cfg = columnsOf(`${UTSC_OBJECTS_OID}.2.1`);
/** docsPnmCmtsUtscCfgTable, index {ifIndex, cfgIndex}. */
export const utscCfg = {
  logicalChIfIndex: cfg(2, "docsPnmCmtsUtscCfgLogicalChIfIndex", "Integer", "read-create"),
  triggerMode: cfg(3, "docsPnmCmtsUtscCfgTriggerMode", "Integer", "read-create", utscTriggerModeValues),
  minislotCount: cfg(4, "docsPnmCmtsUtscCfgMinislotCount", "Unsigned32", "read-create"),
  sid: cfg(5, "docsPnmCmtsUtscCfgSid", "Unsigned32", "read-create"),
  cmMacAddr: cfg(6, "docsPnmCmtsUtscCfgCmMacAddr", "OctetString", "read-create"),
  timestamp: cfg(7, "docsPnmCmtsUtscCfgTimestamp", "TimeTicks", "read-create"),
  centerFreqHz: cfg(8, "docsPnmCmtsUtscCfgCenterFreq", "Unsigned32", "read-create"),
  spanHz: cfg(9, "docsPnmCmtsUtscCfgSpan", "Unsigned32", "read-create"),
  numBins: cfg(10, "docsPnmCmtsUtscCfgNumBins", "Unsigned32", "read-create"),
  averaging: cfg(11, "docsPnmCmtsUtscCfgAveraging", "Unsigned32", "read-create"),
  filename: cfg(12, "docsPnmCmtsUtscCfgFilename", "OctetString", "read-create"),
  qualifyCenterFreqHz: cfg(13, "docsPnmCmtsUtscCfgQualifyCenterFreq", "Unsigned32", "read-create"),
  qualifyBwHz: cfg(14, "docsPnmCmtsUtscCfgQualifyBw", "Unsigned32", "read-create"),
  qualifyThresholdTenthDb: cfg(15, "docsPnmCmtsUtscCfgQualifyThrshld", "Integer", "read-create"),
  window: cfg(16, "docsPnmCmtsUtscCfgWindow", "Integer", "read-create", utscWindowValues),
  outputFormat: cfg(17, "docsPnmCmtsUtscCfgOutputFormat", "Integer", "read-create", utscOutputFormatValues),
  repeatPeriodUs: cfg(18, "docsPnmCmtsUtscCfgRepeatPeriod", "Unsigned32", "read-create"),
  freeRunDurationMs: cfg(19, "docsPnmCmtsUtscCfgFreeRunDuration", "Unsigned32", "read-create"),
  triggerCount: cfg(20, "docsPnmCmtsUtscCfgTriggerCount", "Unsigned32", "read-create"),
  /** The RowStatus column; the MIB calls it Status. */
  rowStatus: cfg(21, "docsPnmCmtsUtscCfgStatus", "Integer", "read-create", rowStatus),
  burstIuc: cfg(22, "docsPnmCmtsUtscCfgBurstIuc", "Integer", "read-create", utscBurstIucValues),
  maxResultsPerFile: cfg(23, "docsPnmCmtsUtscCfgMaxResultsPerFile", "Unsigned32", "read-create"),
  destinationIndex: cfg(24, "docsPnmCmtsUtscCfgDestinationIndex", "Unsigned32", "read-write"),
} as const;

/** docsPnmCmtsUtscCtrlTable. */
export const utscCtrl = {
  initiateTest: columnsOf(`${UTSC_OBJECTS_OID}.3.1`)(
    1,
    "docsPnmCmtsUtscCtrlInitiateTest",
    "Integer",
    "read-write",
    truthValue,
  ),
} as const;

const status = columnsOf(`${UTSC_OBJECTS_OID}.4.1`);
/** docsPnmCmtsUtscStatusTable. */
export const utscStatus = {
  measStatus: status(1, "docsPnmCmtsUtscStatusMeasStatus", "Integer", "read-only", measStatusType),
  calibrationConstantKHundredthsDb: status(
    2,
    "docsPnmCmtsUtscStatusCalibrationConstantK",
    "Integer",
    "read-only",
  ),
} as const;

const result = columnsOf(`${UTSC_OBJECTS_OID}.5.1`);
/** docsPnmCmtsUtscResultTable. */
export const utscResult = {
  sampleRateHz: result(1, "docsPnmCmtsUtscResultSampleRate", "Unsigned32", "read-only"),
  sampleSize: result(2, "docsPnmCmtsUtscResultUsSampleSize", "Unsigned32", "read-only"),
  sampleTimestamp: result(3, "docsPnmCmtsUtscResultSampleTimestamp", "TimeTicks", "read-only"),
  resolutionBwHz: result(4, "docsPnmCmtsUtscResultResolutionBw", "Unsigned32", "read-only"),
  output: result(5, "docsPnmCmtsUtscResultOutput", "OctetString", "read-only"),
  calibrationConstantKHundredthsDb: result(
    6,
    "docsPnmCmtsUtscResultCalibrationConstantK",
    "Integer",
    "read-only",
  ),
} as const;
