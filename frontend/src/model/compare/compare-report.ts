import type { SpectrumComparison } from "@pnmlab/pnm-analysis";
import { type ReportPart, reportHtml } from "../export/report-html.ts";
import { formatBandwidth, formatNumber, formatUtc } from "../format.ts";
import { type LevelDisplay, unitWords } from "../shown-level.ts";
import type { AveragedSide } from "./averaged-side.ts";
import {
  boundsNote,
  type ChannelChange,
  changedLines,
  channelHeads,
  channelRow,
  comparisonWords,
  lineHeads,
  lineRow,
  lineWarning,
} from "./compare-tables.ts";

/** A side with its name and the settings it was captured with, in words. */
export interface ReportedSide {
  name: string;
  side: AveragedSide;
  settings: readonly { name: string; value: string }[];
}

/** Before and after as one file: picture, sentence, channels, lines, settings of both. */
export function compareReport(
  a: ReportedSide,
  b: ReportedSide,
  comparison: SpectrumComparison,
  changes: readonly ChannelChange[],
  picture: string,
  display: LevelDisplay,
  writtenAtMs: number,
): string {
  const settings = (name: string, { side, settings }: ReportedSide): ReportPart[] => [
    { kind: "heading", text: `Settings of ${name}` },
    {
      kind: "table",
      table: {
        heads: ["Setting", "Value"],
        rows: [
          ["Frames", `${side.looks}, mean of their powers`],
          ["From", formatUtc(side.firstMs)],
          ["To", formatUtc(side.lastMs)],
          ["Axis", `${side.levelsDbmv.length} bins of ${formatBandwidth(side.binSpacingHz)}`],
          ["Resolution bandwidth", formatBandwidth(side.resolutionBandwidthHz)],
          ["Calibration", side.uncalibrated ? "none: levels are relative" : "by the constant K of the CMTS"],
          ...settings.map(({ name: key, value }) => [key, value]),
        ],
        empty: "",
      },
    },
  ];
  const { normalisedDb, resolutionBandwidthHz: bandwidthHz } = comparison;
  const added =
    normalisedDb.a === 0 && normalisedDb.b === 0
      ? ""
      : ` For noise, ${formatNumber(normalisedDb.a, 2)} dB were added to A and ${formatNumber(normalisedDb.b, 2)} dB to B.`;
  const warning = lineWarning(display);
  const note = boundsNote(changes);
  return reportHtml(
    "Upstream spectrum before and after",
    `A: ${a.name}. B: ${b.name}. Written by PNM Lab ${formatUtc(writtenAtMs)}.`,
    [
      {
        kind: "text",
        text: `${comparisonWords(comparison)}${added} Differences are B minus A. Levels of bins are in ${unitWords(display, bandwidthHz)}.`,
      },
      { kind: "picture", svg: picture, alt: "Both spectra and their difference" },
      { kind: "heading", text: "Channels" },
      {
        kind: "table",
        table: {
          heads: channelHeads(display),
          rows: changes.map((change) => channelRow(change, display).map(({ text }) => text)),
          empty: "No channel is known on either side.",
        },
      },
      ...(note ? [{ kind: "text" as const, text: note }] : []),
      { kind: "heading", text: "Lines that came, went or changed" },
      ...(warning ? [{ kind: "text" as const, text: warning }] : []),
      {
        kind: "table",
        table: {
          heads: lineHeads(display),
          rows: changedLines(comparison).map((line) => lineRow(line, display, bandwidthHz)),
          empty: "None.",
        },
      },
      ...settings("A", a),
      ...settings("B", b),
    ],
  );
}
