import { cellsOf } from "../channel-table.ts";
import { formatMhz, formatUtc } from "../format.ts";
import type { PlotSnapshot } from "../plot-snapshot.ts";
import { formatShownLevel, shownLevel, unitName } from "../shown-level.ts";
import { type ExportSubject, titleOf } from "./export-subject.ts";
import { eventLines, markerLines, maskLines } from "./picture-svg.ts";
import { type ReportPart, type ReportTable, reportHtml } from "./report-html.ts";
import { settingsRows } from "./settings-rows.ts";

/** A view as a report: picture, figures, channels, markers, masks, events and settings. */
export function viewReport(subject: ExportSubject, snapshot: PlotSnapshot, picture: string): string {
  const { report } = snapshot;
  const { view } = subject;
  const binHz = report.resolutionBandwidthHz || report.binSpacingHz;
  const level = (dbmv: number, bandwidthHz = binHz) => formatShownLevel(view, dbmv, bandwidthHz);
  const lines = (heading: string, texts: string[], empty: string): ReportPart[] => [
    { kind: "heading", text: heading },
    { kind: "table", table: { heads: [heading], rows: texts.map((text) => [text]), empty } },
  ];
  const figures: [string, string][] = [
    ["Highest average", `${level(report.peak.levelDbmv)} at ${formatMhz(report.peak.frequencyHz)} MHz`],
    ["Noise floor per bin", level(report.floorDbmv)],
    ["Frames shown", String(report.framesShown)],
    ...report.bandFloors
      .filter(({ floorDbmv }) => Number.isFinite(floorDbmv))
      .map(({ label, floorDbmv }): [string, string] => [`Floor ${label}`, level(floorDbmv)]),
  ];
  return reportHtml(
    `Upstream spectrum of ${titleOf(subject)}`,
    `Captured ${formatUtc(report.capturedAtMs)}${subject.isSimulated ? " on a simulated CMTS" : ""}. Written by PNM Lab ${formatUtc(subject.exportedAtMs)}. Levels in ${unitName(view.unit)}.`,
    [
      { kind: "picture", svg: picture, alt: `Spectrum and waterfall of ${titleOf(subject)}` },
      { kind: "heading", text: "Figures" },
      { kind: "table", table: { heads: ["Figure", "Value"], rows: figures, empty: "" } },
      { kind: "heading", text: "Channels" },
      { kind: "table", table: channelTableOf(subject, snapshot) },
      ...lines("Markers", markerLines(subject, snapshot), "No marker is set."),
      ...lines("Masks", maskLines(subject, snapshot), "No mask is on."),
      ...lines("Events", eventLines(subject), "No event in the time that is shown."),
      { kind: "heading", text: "Settings" },
      {
        kind: "table",
        table: {
          heads: ["Setting", "Value"],
          rows: settingsRows(subject, snapshot).map(({ name, value }) => [name, value]),
          empty: "",
        },
      },
    ],
  );
}

function channelTableOf({ view, channels }: ExportSubject, { report }: PlotSnapshot): ReportTable {
  const names = new Map(channels.map(({ ifIndex, name }) => [String(ifIndex), name]));
  const unit = unitName(view.unit);
  return {
    heads: [
      "Channel",
      "Band, MHz",
      `Power, ${unit}`,
      "Deviation, dB",
      `Floor, ${unit}`,
      "C/N, dB",
      "Occupancy, %",
      "Tilt, dB",
      "Spur, dBc",
    ],
    rows: report.channels.map((channel) => {
      const { power, deviation, floor, carrierToNoise, occupancy, tilt, spur } = cellsOf(
        channel,
        (dbmv, bandwidthHz) => shownLevel(view, dbmv, bandwidthHz),
      );
      return [
        names.get(channel.id) ?? channel.id,
        `${formatMhz(channel.lowerHz, 1)}–${formatMhz(channel.upperHz, 1)}`,
        ...[power, deviation, floor, carrierToNoise, occupancy, tilt].map(({ text }) => text),
        channel.worstSpur ? `${spur.text} at ${formatMhz(channel.worstSpur.frequencyHz)} MHz` : spur.text,
      ];
    }),
    empty: "The spectrum shows no channel.",
  };
}
