import type { MibObject } from "../object.ts";
import { utscCfg } from "../utsc.ts";

/** The writable columns of docsPnmCmtsUtscCfgTable by names that carry their unit, in the MIB's order. */
export type UtscField = keyof typeof FIELDS;

export type UtscTriggerModeName =
  | "other"
  | "freeRunning"
  | "miniSlotCount"
  | "sid"
  | "idleSid"
  | "cmMac"
  | "quietProbeSymbol"
  | "burstIuc"
  | "timestamp"
  | "activeProbeSymbol";

export type UtscOutputFormatName = "timeIQ" | "fftPower" | "rawAdc" | "fftIQ" | "fftAmplitude" | "fftDb";

/** An enumerated value goes by its name, a MAC address as `00:10:18:1a:2d:11`, anything else as a number. */
export type UtscFieldValue = number | string;
export type UtscValues = { readonly [Field in UtscField]?: UtscFieldValue | undefined };

export interface UtscFieldFacts {
  readonly object: MibObject;
  readonly kind: "integer" | "enumeration" | "macAddress" | "text";
  readonly unit: "Hz" | "us" | "ms" | "tenthDb" | "ticks" | null;
  /** Trigger modes that use the column (DOCS-PNM-MIB, text of docsPnmCmtsUtscCfgTriggerMode); absent: all. */
  readonly usedBy?: readonly UtscTriggerModeName[];
}

const integer = (
  object: MibObject,
  unit: UtscFieldFacts["unit"] = null,
  ...usedBy: UtscTriggerModeName[]
) => ({ object, kind: "integer" as const, unit, ...(usedBy.length > 0 ? { usedBy } : {}) });
const enumerated = (object: MibObject, ...usedBy: UtscTriggerModeName[]) => ({
  object,
  kind: "enumeration" as const,
  unit: null,
  ...(usedBy.length > 0 ? { usedBy } : {}),
});

const FIELDS = {
  logicalChIfIndex: integer(
    utscCfg.logicalChIfIndex,
    null,
    "miniSlotCount",
    "sid",
    "idleSid",
    "cmMac",
    "quietProbeSymbol",
    "burstIuc",
    "activeProbeSymbol",
  ),
  triggerMode: enumerated(utscCfg.triggerMode),
  minislotCount: integer(utscCfg.minislotCount, null, "miniSlotCount"),
  sid: integer(utscCfg.sid, null, "sid", "activeProbeSymbol"),
  cmMacAddr: { object: utscCfg.cmMacAddr, kind: "macAddress", unit: null, usedBy: ["cmMac"] },
  timestampTicks: integer(utscCfg.timestamp, "ticks", "timestamp"),
  centerFrequencyHz: integer(utscCfg.centerFreqHz, "Hz"),
  spanHz: integer(utscCfg.spanHz, "Hz"),
  bins: integer(utscCfg.numBins),
  averaging: integer(utscCfg.averaging),
  fileName: { object: utscCfg.filename, kind: "text", unit: null },
  qualifyCenterFrequencyHz: integer(utscCfg.qualifyCenterFreqHz, "Hz"),
  qualifyBandwidthHz: integer(utscCfg.qualifyBwHz, "Hz"),
  qualifyThresholdTenthDb: integer(utscCfg.qualifyThresholdTenthDb, "tenthDb"),
  window: enumerated(utscCfg.window),
  outputFormat: enumerated(utscCfg.outputFormat),
  repeatPeriodUs: integer(utscCfg.repeatPeriodUs, "us"),
  freeRunDurationMs: integer(utscCfg.freeRunDurationMs, "ms"),
  triggerCount: integer(
    utscCfg.triggerCount,
    null,
    "miniSlotCount",
    "sid",
    "idleSid",
    "cmMac",
    "quietProbeSymbol",
    "burstIuc",
    "activeProbeSymbol",
  ),
  rowStatus: enumerated(utscCfg.rowStatus),
  burstIuc: enumerated(utscCfg.burstIuc, "burstIuc"),
  maxResultsPerFile: integer(utscCfg.maxResultsPerFile),
  destinationIndex: integer(utscCfg.destinationIndex),
} as const satisfies Readonly<Record<string, UtscFieldFacts>>;

/** What the MIB says of each writable column. */
export const utscFields: Readonly<Record<UtscField, UtscFieldFacts>> = FIELDS;

/** Every writable column in the MIB's order. */
export const UTSC_FIELD_NAMES = Object.keys(FIELDS) as readonly UtscField[];

/** Whether a column has a meaning in a trigger mode. */
export function isUsedBy(field: UtscField, triggerMode: UtscTriggerModeName): boolean {
  return utscFields[field].usedBy?.includes(triggerMode) ?? true;
}
