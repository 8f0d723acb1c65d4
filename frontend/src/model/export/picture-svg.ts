import { formatBandwidth, formatMhz, formatNumber, formatUtc } from "../format.ts";
import { markerName } from "../marker.ts";
import { levelOfMarker } from "../marker-words.ts";
import type { PlotSnapshot, SnapshotTrace } from "../plot-snapshot.ts";
import { lowestLevel } from "../plot-view.ts";
import { formatShownLevel, isDensity, shownLevel, unitName } from "../shown-level.ts";
import { TRACE_NAMES, TRACE_ROLES, type TraceRole } from "../trace-options.ts";
import { type ExportSubject, titleOf } from "./export-subject.ts";
import { element, escaped } from "./markup.ts";
import { PICTURE_FONT, type PictureLook } from "./picture-look.ts";
import { settingsRows } from "./settings-rows.ts";
import { paneX, paneY, type SvgPane, svgPane, svgText } from "./svg-pane.ts";

export interface PictureOptions {
  width: number;
  /** Address of the waterfall as an image, `data:`; undefined leaves the waterfall out. */
  waterfallUrl: string | undefined;
  look: PictureLook;
}

const LEFT = 76;
const RIGHT = 64;
const TRACE_HEIGHT = 420;
const WATERFALL_HEIGHT = 260;
const LINE = 17;
/** Traces from the lowest to the uppermost. */
const ORDER: readonly [TraceRole, SnapshotTrace][] = [
  ["min", "min"],
  ["max", "max"],
  ["live", "live"],
  ["reference", "reference"],
  ["user", "user"],
  ["average", "average"],
];

/** What the page shows, as an SVG of its own: title, settings, traces as paths, waterfall, markers and legend. */
export function pictureSvg(subject: ExportSubject, snapshot: PlotSnapshot, options: PictureOptions): string {
  const { width, look, waterfallUrl } = options;
  const { view } = subject;
  const { report, axis } = snapshot;
  const bandwidthHz = report.resolutionBandwidthHz || report.binSpacingHz;
  const settings = wrapped(
    settingsRows(subject, snapshot)
      .filter(({ name }) => !["Port", "Link", "Captured", "Exported"].includes(name))
      .map(({ name, value }) => `${name} ${value}`),
    Math.floor(width / 6.4),
  );
  const top = 58 + settings.length * LINE + 40;
  const pane: SvgPane = {
    box: { left: LEFT, top, width: width - LEFT - RIGHT, height: TRACE_HEIGHT },
    axis,
    range: view.range,
    highest: view.scale.refDbmv,
    lowest: lowestLevel(view.scale),
    step: view.scale.dbPerDivision,
    tick: (level) => formatNumber(shownLevel(view, level, bandwidthHz), 0),
    title: `${unitName(view.unit)}${isDensity(view.unit) ? "" : ` in ${formatBandwidth(bandwidthHz)}`}`,
    labelled: true,
    bands: bandsOf(subject, snapshot, look),
    lines: ORDER.flatMap(([role, trace]) => {
      const levels = snapshot.traces[trace];
      if (!view.traces[role] || !levels) return [];
      const colour = colourOf(subject, look, role);
      return [
        { levels, colour, pick: role === "min" ? "lowest" : "highest", width: role === "average" ? 1.6 : 1 },
      ];
    }),
  };
  const waterfallTop = top + TRACE_HEIGHT + 28;
  const belowPanes = waterfallUrl ? waterfallTop + WATERFALL_HEIGHT + 24 : waterfallTop;
  const notes = notesOf(subject, snapshot);
  const height = belowPanes + notes.length * LINE + 12;
  const simulated = subject.isSimulated ? ", SIM" : "";
  const content = [
    element("title", {}, escaped(`${titleOf(subject)}, ${formatUtc(report.capturedAtMs)}`)),
    element("rect", { width, height, fill: look.panel }),
    svgText(`${titleOf(subject)}${simulated}`, 16, 28, { fill: look.text1, size: 17, weight: 600 }),
    svgText(`Captured ${formatUtc(report.capturedAtMs)}, frame ${report.sequence}`, width - 16, 28, {
      fill: look.text1,
      anchor: "end",
    }),
    ...settings.map((line, at) => svgText(line, 16, 50 + at * LINE, { fill: look.text2 })),
    legend(subject, snapshot, look, top - 30),
    svgPane(pane, look),
    planOf(subject, pane, look),
    markersOf(subject, snapshot, pane, look),
    waterfallUrl ? waterfallOf(snapshot, pane, waterfallTop, waterfallUrl, look) : "",
    ...notes.map((line, at) => svgText(line, 16, belowPanes + (at + 0.4) * LINE, { fill: look.text1 })),
  ].join("\n");
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": PICTURE_FONT,
      "font-size": 12,
    },
    content,
  );
}

function colourOf({ view }: ExportSubject, look: PictureLook, role: TraceRole): string {
  return view.traceOptions.colours[role] ?? look.traces[role];
}

function bandsOf(
  subject: ExportSubject,
  { traces }: PlotSnapshot,
  look: PictureLook,
): NonNullable<SvgPane["bands"]> {
  const { p10, p90 } = traces;
  if (!subject.view.traces.band || !p10 || !p90) return [];
  return [{ low: p10, high: p90, colour: colourOf(subject, look, "band"), opacity: look.bandOpacity }];
}

function legend(subject: ExportSubject, { traces }: PlotSnapshot, look: PictureLook, y: number): string {
  let x = LEFT;
  const parts: string[] = [];
  for (const role of TRACE_ROLES) {
    const isDrawn =
      role === "band" ? traces.p10 : ORDER.some(([known, trace]) => known === role && traces[trace]);
    if (!subject.view.traces[role] || !isDrawn) continue;
    parts.push(element("rect", { x, y: y - 8, width: 14, height: 4, fill: colourOf(subject, look, role) }));
    parts.push(svgText(TRACE_NAMES[role], x + 20, y, { fill: look.text1 }));
    x += 34 + TRACE_NAMES[role].length * 7;
  }
  return parts.join("");
}

function planOf({ view, channels }: ExportSubject, pane: SvgPane, look: PictureLook): string {
  if (!view.showPlan) return "";
  const { startHz, stopHz } = view.range;
  return channels
    .filter(
      ({ lowerFrequencyHz, upperFrequencyHz }) => upperFrequencyHz > startHz && lowerFrequencyHz < stopHz,
    )
    .map(({ name, lowerFrequencyHz, upperFrequencyHz }) => {
      const x = paneX(pane, Math.max(startHz, lowerFrequencyHz));
      const width = paneX(pane, Math.min(stopHz, upperFrequencyHz)) - x;
      const { top, height } = pane.box;
      const shade = element("rect", { x, y: top, width, height, fill: look.planShade });
      const edge = element("rect", { x, y: top - 6, width, height: 4, fill: look.plan });
      const fits = name.length * 6.5 < width;
      return (
        shade +
        edge +
        (fits ? svgText(name, x + width / 2, top - 10, { fill: look.text2, anchor: "middle" }) : "")
      );
    })
    .join("");
}

function markersOf(
  { view }: ExportSubject,
  { report }: PlotSnapshot,
  pane: SvgPane,
  look: PictureLook,
): string {
  return view.markers
    .map((marker) => {
      const reading = report.markers.find(({ number }) => number === marker.number);
      if (!reading || marker.timeMs !== undefined || !Number.isFinite(reading.levelDbmv)) return "";
      const x = paneX(pane, reading.frequencyHz);
      if (x < pane.box.left || x > pane.box.left + pane.box.width) return "";
      const y = paneY(pane, reading.levelDbmv);
      const points = `${x},${y} ${x - 5},${y - 9} ${x + 5},${y - 9}`;
      const sign = element("polygon", { points, fill: look.text1 });
      return (
        sign + svgText(markerName(marker), x, y - 13, { fill: look.text1, anchor: "middle", weight: 600 })
      );
    })
    .join("");
}

function waterfallOf(
  { waterfall }: PlotSnapshot,
  pane: SvgPane,
  top: number,
  url: string,
  look: PictureLook,
): string {
  if (!waterfall) return "";
  const { left, width } = pane.box;
  const bottom = top + WATERFALL_HEIGHT;
  return [
    element("image", {
      href: url,
      x: left,
      y: top,
      width,
      height: WATERFALL_HEIGHT,
      preserveAspectRatio: "none",
      style: "image-rendering:pixelated",
    }),
    element("rect", { x: left, y: top, width, height: WATERFALL_HEIGHT, fill: "none", stroke: look.frame }),
    svgText(clockOf(waterfall.topMs), left - 8, top + 10, { fill: look.text2, anchor: "end" }),
    svgText(clockOf(waterfall.bottomMs), left - 8, bottom, { fill: look.text2, anchor: "end" }),
    svgText("UTC", left - 8, (top + bottom) / 2, { fill: look.text3, anchor: "end" }),
  ].join("");
}

function clockOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 19);
}

/** Markers, verdicts and events in words, one line each. */
function notesOf(subject: ExportSubject, snapshot: PlotSnapshot): string[] {
  return [...markerLines(subject, snapshot), ...maskLines(subject, snapshot), ...eventLines(subject)];
}

/** `M1 on Average: 27.185 MHz, −20.1 dBmV`. */
export function markerLines({ view }: ExportSubject, { report }: PlotSnapshot): string[] {
  return view.markers.flatMap((marker) => {
    const reading = report.markers.find(({ number }) => number === marker.number);
    if (!reading) return [];
    const bandwidthHz =
      marker.kind === "bandPower"
        ? (marker.bandHz ?? 1e6)
        : report.resolutionBandwidthHz || report.binSpacingHz;
    const level = formatShownLevel(view, levelOfMarker(marker, reading), bandwidthHz, 2);
    const delta = Number.isFinite(reading.deltaDb)
      ? `, ${formatNumber(reading.deltaDb, 2)} dB and ${formatNumber(reading.deltaHz / 1e6, 3)} MHz from its reference`
      : "";
    return [
      `${markerName(marker)} on ${TRACE_NAMES[marker.trace]}: ${formatMhz(reading.frequencyHz)} MHz, ${level}${delta}`,
    ];
  });
}

/** `Mask plan +6 dB: FAIL, 3.1 dB over its limit at 27.185 MHz`. */
export function maskLines({ view }: ExportSubject, { report }: PlotSnapshot): string[] {
  return view.masks
    .filter(({ isOn }) => isOn)
    .flatMap((mask) => {
      const found = report.masks.find(({ id }) => id === mask.id);
      if (!found) return [];
      const side = found.worstDb > 0 ? "over its limit" : "left to its limit";
      const worst = Number.isFinite(found.worstDb)
        ? `, ${formatNumber(Math.abs(found.worstDb), 1)} dB ${side} at ${formatMhz(found.worstHz)} MHz`
        : "";
      return [`Mask ${mask.name}: ${found.isPassing ? "pass" : "FAIL"}${worst}`];
    });
}

/** `Event 3, major: Narrowband ingress at 27.185 MHz, 2026-11-21 08:42:51Z, open`. */
export function eventLines({ events }: ExportSubject): string[] {
  return events
    .slice(0, 30)
    .map(
      ({ number, severity, title, firstMs, state }) =>
        `Event ${number}, ${severity}: ${title}, ${formatUtc(firstMs)}, ${state === "raised" ? "open" : "cleared"}`,
    );
}

/** Parts joined into lines of at most so many characters. */
function wrapped(parts: readonly string[], most: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 3 <= most)
      lines[lines.length - 1] = `${last} · ${part}`;
    else lines.push(part);
  }
  return lines;
}
