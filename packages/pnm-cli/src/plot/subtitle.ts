import { captureUnixTimeS, type PnmRecord } from "@pnmlab/pnm-codec";

/** Lines below the title: which device and channel, when, which file; and what is odd about it. */
export function subtitleOf(record: PnmRecord, fileName: string): string[] {
  const header = record.header as unknown as Readonly<Record<string, unknown>>;
  const named = (label: string, key: string) => {
    const value = header[key];
    return value === undefined || value === "" ? [] : [`${label} ${String(value)}`];
  };
  const isUpstream = record.kind.startsWith("us-");
  const unixS = captureUnixTimeS(record, fileName);
  const time =
    unixS === undefined
      ? "no wall-clock time"
      : `${new Date(unixS * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const parts = [
    ...named("CM", "cmMac"),
    ...named("CCAP", "ccapId"),
    ...named("ifIndex", "ifIndex"),
    ...named(isUpstream ? "US channel" : "DS channel", "channelId"),
    time,
    fileName,
  ];
  const lines = [parts.join("  ·  ")];
  if (record.reading.confidence !== "high") {
    lines.push(`Read as ${record.reading.layout} with ${record.reading.confidence} confidence`);
  }
  if (record.anomalies.length > 0) {
    const more = record.anomalies.length > 1 ? ` (and ${record.anomalies.length - 1} more)` : "";
    lines.push(`Note: ${record.anomalies[0]}${more}`);
  }
  return lines;
}
