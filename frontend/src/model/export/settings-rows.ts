import { formatBandwidth, formatMhz, formatNumber, formatUtc } from "../format.ts";
import type { PlotSnapshot } from "../plot-snapshot.ts";
import { shownLevel, unitName } from "../shown-level.ts";
import { SOURCE_NAMES, type TraceOptions } from "../trace-options.ts";
import { truthRows } from "../truth.ts";
import { type ExportSubject, titleOf } from "./export-subject.ts";

/** One setting with its value in words. */
export interface SettingRow {
  name: string;
  value: string;
}

/** What a number of the page is more than the same one in dBmV per bin, dB. */
export function shownOffsetDb({ view }: ExportSubject, { report }: PlotSnapshot): number {
  return shownLevel(view, 0, report.resolutionBandwidthHz || report.binSpacingHz);
}

function portRow(subject: ExportSubject): SettingRow {
  return { name: "Port", value: `${titleOf(subject)}${subject.isSimulated ? ", simulated" : ""}` };
}

/** What was asked for and what the files show of it. */
function captureRows({ session }: ExportSubject): SettingRow[] {
  return (session ? truthRows(session) : []).flatMap(({ label, accepted, observed, requested, note }) => {
    const value = observed ?? accepted ?? requested;
    if (value === null) return [];
    const isOther = note === undefined && requested !== null && requested !== value;
    return [{ name: label, value: isOther ? `${value} (asked ${requested})` : value }];
  });
}

function levelRows({ report }: PlotSnapshot): SettingRow[] {
  return [
    {
      name: "Resolution bandwidth",
      value: report.resolutionBandwidthHz ? formatBandwidth(report.resolutionBandwidthHz) : "not known",
    },
    {
      name: "Calibration",
      value: report.uncalibrated
        ? "none: the CMTS told no constant K, levels are relative"
        : "by the constant K of the CMTS",
    },
    { name: "Level unit", value: "dBmV per bin" },
  ];
}

/** What belongs to frames as they were recorded; nothing of the picture that is made of them. Times are UTC. */
export function frameSettingsRows(subject: ExportSubject, snapshot: PlotSnapshot): SettingRow[] {
  return [
    portRow(subject),
    { name: "Source", value: `recording${subject.recordingName ? ` ${subject.recordingName}` : ""}` },
    { name: "Exported", value: formatUtc(subject.exportedAtMs) },
    ...captureRows(subject),
    ...levelRows(snapshot),
  ];
}

/** Everything that the numbers of an export depend on. Times are UTC. */
export function settingsRows(subject: ExportSubject, snapshot: PlotSnapshot): SettingRow[] {
  const { view } = subject;
  const { report, axis } = snapshot;
  const rows: SettingRow[] = [portRow(subject)];
  const add = (name: string, value: string) => rows.push({ name, value });
  add(
    "Source",
    subject.source === "live"
      ? "live"
      : `recording${subject.recordingName ? ` ${subject.recordingName}` : ""}`,
  );
  add("Captured", `${formatUtc(report.capturedAtMs)}, frame ${report.sequence}`);
  add("Exported", formatUtc(subject.exportedAtMs));
  rows.push(...captureRows(subject));
  add(
    "Axis",
    `${axis.bins} bins of ${formatBandwidth(axis.binSpacingHz)} from ${formatMhz(axis.firstBinHz, 6)} MHz`,
  );
  rows.push(...levelRows(snapshot));
  add(
    "Shown in",
    `${unitName(view.unit)}, which is the dBmV here ${addedWords(shownOffsetDb(subject, snapshot))}`,
  );
  if (view.offsetDb !== 0)
    add("Loss in front of the CMTS", `${formatNumber(view.offsetDb, 1)} dB, in the shown levels only`);
  add(
    "Average",
    `${view.traceOptions.average.mode}, ${report.averagedFrames} of ${view.traceOptions.average.count} frames`,
  );
  add("Max hold", holdWords(view.traceOptions.max, report.holdFrames));
  add("Min hold", holdWords(view.traceOptions.min, report.minHoldFrames));
  add("p10, p50, p90", `of ${snapshot.percentileFrames} frames`);
  if (snapshot.traces.reference) add("Reference", report.referenceLabel ?? "");
  if (snapshot.traces.difference) {
    const { a, b } = view.traceOptions.difference;
    add("Difference", `${SOURCE_NAMES[a]} minus ${SOURCE_NAMES[b]}, dB`);
  }
  add("Link", subject.link);
  return rows;
}

function addedWords(addDb: number): string {
  return `${addDb < 0 ? "minus" : "plus"} ${Math.abs(addDb).toFixed(2)} dB`;
}

function holdWords(rule: TraceOptions["max"], looks: number): string {
  const since =
    rule.rule === "reset"
      ? "since its reset"
      : rule.rule === "window"
        ? `over the last ${rule.seconds} s`
        : `falling by ${rule.dbPerS} dB/s`;
  return `${looks} frames, ${since}`;
}
