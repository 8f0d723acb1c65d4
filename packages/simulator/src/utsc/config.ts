import { utscCfg } from "@pnmlab/docsis-mib";
import { UTSC_FORMATS } from "@pnmlab/pnm-codec";
import type { ColumnRule, Personality } from "../personality/personality.ts";
import type { ErrorStatus } from "../snmp/error-status.ts";
import { ROW_STATE_VALUES, type RowState } from "../snmp/row-status.ts";
import { rowStatusWrite } from "../snmp/set-request.ts";
import type { WritableColumn } from "../snmp/writable-table.ts";
import type { UtscConfig } from "./utsc-config.ts";

export interface UtscRow {
  config: UtscConfig;
  state: RowState;
}

/** DEFVAL of DOCS-PNM-MIB; DestinationIndex has none, and 0 stands for unset. */
const MIB_DEFAULTS: UtscConfig = {
  logicalChIfIndex: 0,
  triggerMode: 2,
  minislotCount: 0,
  sid: 0,
  cmMacAddr: new Uint8Array(6),
  timestamp: 0,
  centerFreqHz: undefined,
  spanHz: undefined,
  numBins: undefined,
  averaging: 0,
  filename: "",
  qualifyCenterFreqHz: 0,
  qualifyBwHz: 5_120_000,
  qualifyThresholdTenthDb: -100,
  window: 2,
  outputFormat: 2,
  repeatPeriodUs: 100_000,
  freeRunDurationMs: 1000,
  triggerCount: 0,
  burstIuc: 1,
  maxResultsPerFile: 0,
  destinationIndex: 0,
};

/** A row as the personality creates it at this CfgIndex. */
export function newConfig(personality: Personality, cfgIndex = 1): UtscConfig {
  const defaults = Object.entries(personality.columns).flatMap(([key, rule]) =>
    rule.default === undefined ? [] : [[key, rule.default]],
  );
  const triggerMode = personality.provisioning.boundTriggerModes?.[cfgIndex] ?? MIB_DEFAULTS.triggerMode;
  return { ...MIB_DEFAULTS, triggerMode, ...Object.fromEntries(defaults) };
}

/** Whether every column without a default has been written. */
export function isComplete(config: UtscConfig): boolean {
  return config.centerFreqHz !== undefined && config.spanHz !== undefined && config.numBins !== undefined;
}

/** Ranges of the MIB that its types do not hold. */
const MIB_RULES: { readonly [Key in keyof UtscConfig]?: ColumnRule } = {
  logicalChIfIndex: { ranges: [[0, 0x7fff_ffff]], refusal: "wrongValue" },
  numBins: { ranges: [[0, 65_535]], refusal: "wrongValue" },
  averaging: { ranges: [[0, 255]], refusal: "wrongValue" },
};

const MAX_FILENAME_OCTETS = 255;
const MAC_OCTETS = 6;

/** The columns of docsPnmCmtsUtscCfgTable as this personality serves them. */
export function configColumns(personality: Personality): WritableColumn<UtscRow>[] {
  const { capabilities } = personality;
  const supported: { readonly [Key in keyof UtscConfig]?: readonly number[] } = {
    triggerMode: capabilities.triggerModes,
    outputFormat: capabilities.outputFormats.map((format) => UTSC_FORMATS[format].code),
    window: capabilities.windows,
  };
  const { rowStatus, ...objects } = utscCfg;
  const columns = (Object.keys(objects) as (keyof UtscConfig)[]).map((key): WritableColumn<UtscRow> => {
    const object = objects[key];
    const rule = personality.columns[key];
    const column = { object, read: (row: UtscRow) => row.config[key] };
    if (rule?.notWritable) return column;
    return {
      ...column,
      write: {
        refuses: (value) =>
          key === "filename" || key === "cmMacAddr"
            ? refusalOfOctets(key, value as Uint8Array, rule)
            : refusalOfNumber(value as number, supported[key], MIB_RULES[key], rule),
        assign(row, value) {
          if (rule?.ignores?.(value as number)) return;
          const kept =
            key === "filename"
              ? Buffer.from(value as Uint8Array).toString("utf8")
              : (rule?.adjust?.(value as number) ?? value);
          Object.assign(row.config, { [key]: kept });
        },
      },
    };
  });
  return [
    ...columns,
    {
      object: rowStatus,
      read: (row) =>
        (row.state === "notInService" ? personality.provisioning.outOfServiceReads : undefined) ??
        ROW_STATE_VALUES[row.state],
      write: rowStatusWrite,
    },
  ];
}

function refusalOfOctets(
  key: "filename" | "cmMacAddr",
  value: Uint8Array,
  rule: ColumnRule | undefined,
): ErrorStatus | undefined {
  if (key === "cmMacAddr") return value.length === MAC_OCTETS ? undefined : "wrongLength";
  if (value.length > MAX_FILENAME_OCTETS) return "wrongLength";
  const text = Buffer.from(value).toString("utf8");
  return rule?.pattern && !rule.pattern.test(text) ? (rule.refusal ?? "wrongValue") : undefined;
}

function refusalOfNumber(
  value: number,
  supported: readonly number[] | undefined,
  ...rules: (ColumnRule | undefined)[]
): ErrorStatus | undefined {
  if (rules.some((rule) => rule?.alsoAccepts?.includes(value))) return undefined;
  if (supported && !supported.includes(value)) return "wrongValue";
  for (const rule of rules) {
    if (!rule) continue;
    const isInSet = rule.oneOf?.includes(value) ?? true;
    const isInRange = rule.ranges?.some(([least, most]) => value >= least && value <= most) ?? true;
    const isOnGrid = rule.multipleOf === undefined || value % rule.multipleOf === 0;
    if (!isInSet || !isInRange || !isOnGrid) return rule.refusal ?? "wrongValue";
  }
  return undefined;
}
