import type { UtscFieldOption } from "@pnmlab/protocol";

/** A writable column of docsPnmCmtsUtscCfgTable, named as on the wire. */
export type SetupField = UtscFieldOption["field"];

/** The columns in the order an engineer sets them. */
export const SETUP_GROUPS: readonly { title: string; fields: readonly SetupField[] }[] = [
  {
    title: "Trigger",
    fields: [
      "triggerMode",
      "cmMacAddr",
      "logicalChIfIndex",
      "minislotCount",
      "sid",
      "burstIuc",
      "timestampTicks",
      "triggerCount",
    ],
  },
  {
    title: "Frequency",
    fields: ["centerFrequencyHz", "spanHz", "bins", "window", "outputFormat", "averaging"],
  },
  { title: "Timing", fields: ["repeatPeriodUs", "freeRunDurationMs", "maxResultsPerFile"] },
  { title: "Destination and row", fields: ["destinationIndex", "fileName", "rowStatus"] },
  {
    title: "Qualify (squelch of the CMTS)",
    fields: ["qualifyCenterFrequencyHz", "qualifyBandwidthHz", "qualifyThresholdTenthDb"],
  },
];

const LABELS: Record<SetupField, string> = {
  logicalChIfIndex: "Channel",
  triggerMode: "Trigger mode",
  minislotCount: "Minislot count",
  sid: "SID",
  cmMacAddr: "Modem",
  timestampTicks: "Start at",
  centerFrequencyHz: "Centre",
  spanHz: "Span",
  bins: "Bins",
  averaging: "Averaging",
  fileName: "File name",
  qualifyCenterFrequencyHz: "Centre",
  qualifyBandwidthHz: "Width",
  qualifyThresholdTenthDb: "Threshold",
  window: "Window",
  outputFormat: "Output format",
  repeatPeriodUs: "Repeat period",
  freeRunDurationMs: "Free run",
  triggerCount: "Captures per run",
  rowStatus: "Row status",
  burstIuc: "Burst IUC",
  maxResultsPerFile: "Results per file",
  destinationIndex: "Upload to row",
};

const QUALIFY = "qualify";

/** The name an engineer uses; those of the qualify columns stand under their own heading, here they need it. */
export function fieldLabel(field: SetupField, alone = false): string {
  const label = LABELS[field];
  return alone && field.startsWith(QUALIFY) ? `Qualify ${label.toLowerCase()}` : label;
}

/** The same within a sentence: `span`, but `SID`. */
export function fieldWords(field: SetupField): string {
  return fieldLabel(field, true).replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
}

/** `Span` of `docsPnmCmtsUtscCfgSpan`. */
export function shortColumn(column: string): string {
  return column.replace("docsPnmCmtsUtscCfg", "");
}
