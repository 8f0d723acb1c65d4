import type { FileRules } from "../personality/personality.ts";

/** `YYYY-MM-DD_HH.MM.SS.mmm` in UTC, the colons of ISO 8601 replaced by dots (DOCS-PNM-MIB). */
export function timestampText(atMs: number, separator: FileRules["timeSeparator"] = "."): string {
  const [time, milliseconds] = new Date(atMs).toISOString().slice(0, 23).replace("T", "_").split(".");
  return [...time!.split(":"), milliseconds].join(separator);
}

export interface FileNaming {
  rules: FileRules;
  ccapId: string;
  rfPortIfIndex: number;
  /** As configured; empty asks for the default name. */
  filename: string;
  maxResultsPerFile: number;
}

/**
 * Name of a capture file: `PNMCcapUsSpecAn_<ccap>_<timestamp>_<ifIndex>` by default, else the configured
 * name, with `_<timestamp>` behind it where a run makes several files or the vendor always adds it.
 */
export function captureFileName(naming: FileNaming, atMs: number): string {
  const { rules, ccapId, rfPortIfIndex, maxResultsPerFile } = naming;
  const timestamp = timestampText(atMs, rules.timeSeparator);
  const base = naming.filename.startsWith(rules.ownFolder)
    ? naming.filename.slice(rules.ownFolder.length)
    : naming.filename;
  if (base === "" || rules.naming === "default")
    return `PNMCcapUsSpecAn_${ccapId}_${timestamp}_${rfPortIfIndex}`;
  return rules.timestamp === "always" || maxResultsPerFile !== 0 ? `${base}_${timestamp}` : base;
}
