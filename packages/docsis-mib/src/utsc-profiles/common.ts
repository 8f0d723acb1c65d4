import { utscBurstIucValues } from "../utsc.ts";
import type { UtscField } from "./field.ts";
import type {
  UtscDestinationHabits,
  UtscQuirk,
  UtscRowHabits,
  UtscRule,
  UtscSampleHabits,
} from "./profile.ts";
import { mib, product } from "./sources.ts";

const operand = (
  field: UtscField,
  triggerModes: NonNullable<UtscRule["when"]>["triggerModes"],
  text: string,
): UtscRule => ({
  id: `${field}.required`,
  field,
  when: { triggerModes: triggerModes! },
  limit: { kind: "relation", relation: "required" },
  text,
  source: mib("docsPnmCmtsUtscCfgTriggerMode"),
});

/** What DOCS-PNM-MIB demands of every CMTS. */
export const MIB_RULES: readonly UtscRule[] = [
  operand("minislotCount", ["miniSlotCount"], "This trigger needs the minislot to start at."),
  operand("sid", ["sid", "activeProbeSymbol"], "This trigger needs the SID to wait for."),
  operand("cmMacAddr", ["cmMac"], "This trigger needs the MAC address of a modem."),
  operand("timestampTicks", ["timestamp"], "This trigger needs the sysUpTime to start at."),
  operand("burstIuc", ["burstIuc"], "This trigger needs the IUC to wait for."),
  {
    id: "burstIuc.named",
    field: "burstIuc",
    when: { triggerModes: ["burstIuc"] },
    limit: { kind: "values", values: Object.values(utscBurstIucValues).filter((name) => name !== "other") },
    text: "One of the IUCs; `other` names none to wait for.",
    source: mib("docsPnmCmtsUtscCfgBurstIuc"),
  },
  operand(
    "logicalChIfIndex",
    ["quietProbeSymbol", "activeProbeSymbol"],
    "This trigger needs the OFDMA channel whose probes it waits for.",
  ),
  {
    id: "logicalChIfIndex.ofdma",
    field: "logicalChIfIndex",
    when: { triggerModes: ["quietProbeSymbol", "activeProbeSymbol"], channelKinds: ["scQam"] },
    limit: { kind: "values", values: [] },
    text: "Probes exist on OFDMA channels only.",
    source: mib("docsPnmCmtsUtscCfgTriggerMode, quietProbeSymbol and activeProbeSymbol"),
  },
  {
    id: "centerFrequencyHz.aboveZero",
    field: "centerFrequencyHz",
    limit: { kind: "relation", relation: "spanAboveZero" },
    text: "The span begins at 0 Hz or above.",
    source: product("there is no spectrum below 0 Hz"),
  },
  {
    id: "repeatPeriodUs.withinFreeRun",
    field: "repeatPeriodUs",
    when: { triggerModes: ["freeRunning", "timestamp"] },
    limit: { kind: "relation", relation: "periodWithinFreeRun" },
    text: "The repeat period is not longer than the free run.",
    source: mib("docsPnmCmtsUtscCfgRepeatPeriod, docsPnmCmtsUtscCfgFreeRunDuration"),
  },
  {
    id: "averaging.range",
    field: "averaging",
    limit: { kind: "ranges", ranges: [[0, 255]] },
    text: "0 to 255 spectra.",
    source: mib("docsPnmCmtsUtscCfgAveraging"),
  },
  {
    id: "bins.range",
    field: "bins",
    limit: { kind: "ranges", ranges: [[16, 65_535]] },
    text: "16 to 65535.",
    source: mib("docsPnmCmtsUtscCfgNumBins; fewer than 16 are no spectrum"),
  },
];

/**
 * File name first: it marks the row as ours should anything break off. The format comes before span and
 * bins, because which of these a CMTS takes can depend on it. The timing columns are swapped where the
 * check of the one against the other demands it.
 */
export const WRITE_ORDER: readonly UtscField[] = [
  "fileName",
  "triggerMode",
  "logicalChIfIndex",
  "cmMacAddr",
  "sid",
  "minislotCount",
  "timestampTicks",
  "burstIuc",
  "outputFormat",
  "centerFrequencyHz",
  "spanHz",
  "bins",
  "averaging",
  "window",
  "qualifyCenterFrequencyHz",
  "qualifyBandwidthHz",
  "qualifyThresholdTenthDb",
  "freeRunDurationMs",
  "repeatPeriodUs",
  "triggerCount",
  "maxResultsPerFile",
  "destinationIndex",
];

/**
 * The MIB states neither byte order nor what K refers to: octets as SNMP and TFTP have them, and levels at which a
 * tone reads right, as analysers do.
 */
export const MIB_SAMPLES: UtscSampleHabits = { byteOrder: "big", binCal: "cw", timeOffsetDb: 0 };

export const MIB_ROW: UtscRowHabits = {
  creation: ["createAndWait", "createAndGo"],
  cfgIndexes: [1],
  recreate: false,
  boundToTriggerMode: false,
  removable: true,
  pauseAfterRemovalMs: 0,
  pauseAfterCreationMs: 0,
};

export const MIB_DESTINATION: UtscDestinationHabits = { tables: ["current"], writesProtocol: true };

/** Of every CMTS that names its files itself. */
export const ROW_MARK: UtscQuirk = {
  id: "row.mark",
  text: "As no file name marks the row as a session's, MinislotCount and Sid do, which no trigger mode on offer uses.",
  source: product("a session must know its row again after a restart, and leave everybody else's alone"),
};
