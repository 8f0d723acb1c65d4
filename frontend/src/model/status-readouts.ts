import type { UtscSession } from "@pnmlab/protocol";
import { formatBandwidth, formatNumber, formatSigned } from "./format.ts";
import type { PlotReport } from "./plot-report.ts";
import type { LevelScale } from "./plot-view.ts";
import { isActive, readsBySnmp } from "./session-words.ts";
import { formatShownLevel, type LevelDisplay, unitName } from "./shown-level.ts";
import { AVERAGING_NOTE, type TruthRow, truthRows } from "./truth.ts";

/** One cell of the status line: label over value. */
export interface Readout {
  key: string;
  label: string;
  value: string;
  /** The CMTS or the files differ from what was asked; the label says what was. */
  differs: boolean;
  /** Stays on the line where there is little room. */
  first: boolean;
  /** The value belongs to the display and can be edited in place. */
  edit?: "reference" | "scale" | "offset" | "unit";
  /** Where the number comes from, on hover. */
  source: string;
}

const NOT_SET = "not set";

/** The status line of the monitor. CMTS values show what is observed, else accepted, else requested. */
export function statusReadouts(
  session: UtscSession | undefined,
  report: PlotReport | undefined,
  scale: LevelScale,
  display: LevelDisplay,
): Readout[] {
  const bySnmp = readsBySnmp(session);
  const rows = new Map((session ? truthRows(session) : []).map((row) => [row.key, row]));
  const cell = (key: TruthRow["key"], label: string, unit: string, first: boolean): Readout => {
    const row = rows.get(key);
    const value = row?.observed ?? row?.accepted ?? row?.requested;
    const differs =
      row !== undefined && row.note === undefined && (row.acceptedDiffers || row.observedDiffers);
    return {
      key,
      label: differs && row.requested !== null ? `${label} · asked ${row.requested}` : label,
      value: value == null ? NOT_SET : `${value}${unit}`,
      differs,
      first,
      source: row ? (row.note ?? sourceOf(row, bySnmp)) : "No capture on this port",
    };
  };
  const spacingHz = report?.binSpacingHz;
  const bins = cell("bins", "Bins × Δf", "", true);
  if (spacingHz && bins.value !== NOT_SET) bins.value += ` × ${formatBandwidth(spacingHz)}`;
  const window = cell("window", "Window", "", true);
  const bandwidthHz = session?.observed?.resolutionBandwidthHz ?? report?.resolutionBandwidthHz;
  if (bandwidthHz && window.value !== NOT_SET) {
    window.value += ` · ${formatBandwidth(bandwidthHz)}`;
    if (!window.differs) window.label = "Window · ENBW";
  }
  const averaging = cell("averaging", "CMTS avg", "", false);
  if (averaging.value === NOT_SET && session) averaging.value = "not read";
  const averages = session?.accepted?.averaging ?? session?.requested.averaging ?? 0;
  if (averages !== 0) {
    averaging.differs = true;
    averaging.source += `. ${AVERAGING_NOTE}`;
  }
  const playOut: Readout[] =
    report?.playOutMs && isActive(session)
      ? [
          {
            key: "playOut",
            label: "Play-out",
            value: `${formatNumber(report.playOutMs / 1000, 1)} s behind`,
            differs: false,
            first: true,
            source:
              "Files come in bursts: frames are held back so that they play at the pace of their captures",
          },
        ]
      : [];
  return [
    {
      key: "reference",
      label: "Ref level",
      value: formatShownLevel(display, scale.refDbmv, report?.resolutionBandwidthHz || spacingHz || 1),
      differs: false,
      first: true,
      edit: "reference",
      source: "Display: level at the top of the trace pane",
    },
    {
      key: "scale",
      label: "Scale",
      value: `${scale.dbPerDivision} dB/div`,
      differs: false,
      first: false,
      edit: "scale",
      source: "Display: size of one division",
    },
    {
      key: "offset",
      label: "Offset",
      value: `${formatSigned(display.offsetDb, 1)} dB`,
      differs: false,
      first: display.offsetDb !== 0,
      edit: "offset",
      source: "Display: loss of pads and test points in front of the CMTS, added to every level of this page",
    },
    {
      key: "unit",
      label: "Unit",
      value: unitName(display.unit),
      differs: false,
      first: display.unit !== "dBmV",
      edit: "unit",
      source: "Display: unit of every level of this page; densities hold for noise-like signals",
    },
    cell("centre", "Centre", " MHz", true),
    cell("span", "Span", " MHz", true),
    bins,
    window,
    cell("repeat", "Repeat", " ms", true),
    averaging,
    cell("freeRun", "Free run", " s", false),
    cell("trigger", "Trigger", "", true),
    cell("format", "Format", "", false),
    {
      key: "way",
      label: "Frames from",
      value: bySnmp ? "SNMP, no files" : "files",
      differs: bySnmp,
      first: false,
      source: bySnmp
        ? "Read from the CMTS's result table, because no file comes"
        : "Files that the CMTS sends over TFTP",
    },
    {
      key: "k",
      label: bySnmp ? "K (SNMP)" : "K (file)",
      value:
        session?.kHundredthsDb == null ? "not known" : `${formatNumber(session.kHundredthsDb / 100, 2)} dB`,
      differs: false,
      first: false,
      source: `Calibration constant in the ${bySnmp ? "result table" : "files"}; levels are dBmV with it`,
    },
    ...playOut,
  ];
}

function sourceOf(row: TruthRow, bySnmp: boolean): string {
  if (row.observed !== null)
    return `Observed in the ${bySnmp ? "captures by SNMP" : "files"}; accepted ${row.accepted ?? "not read"}`;
  if (row.accepted !== null) return "Accepted: read back from the CMTS";
  return "Requested; the CMTS has not confirmed it yet";
}
