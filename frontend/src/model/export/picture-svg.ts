import type { PlotTheme } from "../../render/plot-theme.ts";
import { formatMhz, formatNumber, formatUtc } from "../format.ts";
import { DEFAULT_BAND_HZ, markerName, markerTraceName } from "../marker.ts";
import { densityWords, kindWords, levelOfMarker, relativeWords } from "../marker-words.ts";
import type { PixelImage, PlotPicture, PlotSnapshot } from "../plot-snapshot.ts";
import { formatShownLevel } from "../shown-level.ts";
import { bandName, TRACE_NAMES, TRACE_ROLES } from "../trace-options.ts";
import { type ExportSubject, titleOf } from "./export-subject.ts";
import { element, escaped } from "./markup.ts";
import { PICTURE_FONT } from "./picture-look.ts";
import { settingsRows } from "./settings-rows.ts";
import { paneX, type SvgBox, svgText } from "./svg-pane.ts";

export interface PictureOptions {
  picture: PlotPicture;
  /** Makes pixels an address, `data:`. */
  urlOf(image: PixelImage): string;
  look: PlotTheme;
}

const LINE = 17;
/** Room above the panes for the names of channels. */
const PLAN_HEIGHT = 20;

/** What the page shows, as an SVG of its own: title, settings, legend, the panes as drawn, and what they say in words. */
export function pictureSvg(subject: ExportSubject, snapshot: PlotSnapshot, options: PictureOptions): string {
  const { look, picture } = options;
  const { report } = snapshot;
  const { width } = picture.layout;
  const settings = wrapped(
    settingsRows(subject, snapshot)
      .filter(({ name }) => !["Port", "Link", "Captured", "Exported"].includes(name))
      .map(({ name, value }) => `${name} ${value}`),
    Math.floor(width / 6.4),
  );
  const top = 50 + settings.length * LINE + PLAN_HEIGHT + 20;
  const belowPanes = top + picture.layout.height + 8;
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
    legend(subject, look, picture.layout.trace.left, top - PLAN_HEIGHT - 8),
    element(
      "g",
      { transform: `translate(0 ${top})` },
      planOf(subject, picture.layout.trace, look) + panesOf(options),
    ),
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

/** The panes with the pixels of their images in place of the names of those. */
function panesOf({ picture, urlOf }: PictureOptions): string {
  return Object.entries(picture.images).reduce(
    (markup, [name, image]) => markup.replace(`href="${name}"`, () => `href="${urlOf(image)}"`),
    picture.markup,
  );
}

function legend({ view }: ExportSubject, look: PlotTheme, left: number, y: number): string {
  let x = left;
  const parts: string[] = [];
  for (const role of TRACE_ROLES) {
    if (!view.traces[role]) continue;
    const name = role === "band" ? bandName(view.traceOptions) : TRACE_NAMES[role];
    const fill = view.traceOptions.colours[role] ?? look.traces[role];
    parts.push(element("rect", { x, y: y - 8, width: 14, height: 4, fill }));
    parts.push(svgText(name, x + 20, y, { fill: look.text1 }));
    x += 34 + name.length * 7;
  }
  return parts.join("");
}

/** The names of the channels over the trace pane, where they fit. */
function planOf({ view, channels }: ExportSubject, box: SvgBox, look: PlotTheme): string {
  if (!view.showPlan) return "";
  const { range } = view;
  return channels
    .filter(
      ({ lowerFrequencyHz, upperFrequencyHz }) =>
        upperFrequencyHz > range.startHz && lowerFrequencyHz < range.stopHz,
    )
    .map(({ name, lowerFrequencyHz, upperFrequencyHz }) => {
      const x = paneX({ box, range }, Math.max(range.startHz, lowerFrequencyHz));
      const width = paneX({ box, range }, Math.min(range.stopHz, upperFrequencyHz)) - x;
      const edge = element("rect", { x, y: box.top - 6, width, height: 4, fill: look.plan });
      const fits = name.length * 6.5 < width;
      const middle = { fill: look.text2, anchor: "middle" } as const;
      return edge + (fits ? svgText(name, x + width / 2, box.top - 10, middle) : "");
    })
    .join("");
}

/** Markers, verdicts and events in words, one line each. */
function notesOf(subject: ExportSubject, snapshot: PlotSnapshot): string[] {
  return [...markerLines(subject, snapshot), ...maskLines(subject, snapshot), ...eventLines(subject)];
}

/** `M1 on Average: 27.185 MHz, −20.1 dBmV`, `B2 on Live, band power, 1 MHz: 27.185 MHz, −7.84 dBmV`. */
export function markerLines({ view }: ExportSubject, { report }: PlotSnapshot): string[] {
  return view.markers.flatMap((marker) => {
    const reading = report.markers.find(({ number }) => number === marker.number);
    if (!reading) return [];
    const bandwidthHz =
      marker.kind === "bandPower"
        ? (marker.bandHz ?? DEFAULT_BAND_HZ)
        : report.resolutionBandwidthHz || report.binSpacingHz;
    const level = reading.isInDb
      ? relativeWords(reading)
      : formatShownLevel(view, levelOfMarker(marker, reading), bandwidthHz, 2);
    const delta = Number.isFinite(reading.deltaDb)
      ? `, ${formatNumber(reading.deltaDb, 2)} dB and ${formatNumber(reading.deltaHz / 1e6, 3)} MHz from its reference`
      : "";
    const density = marker.kind === "noise" ? `, ${densityWords(reading, view)}` : "";
    return [
      `${markerName(marker)} on ${markerTraceName(marker.trace, view.traceOptions)}${kindWords(marker, view.markers)}: ${formatMhz(reading.frequencyHz)} MHz, ${level}${density}${delta}`,
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
