import { quantileOf, type SpectrumComparison } from "@pnmlab/pnm-analysis";
import type { PlotTheme } from "../../render/plot-theme.ts";
import { element, escaped } from "../export/markup.ts";
import { PICTURE_FONT } from "../export/picture-look.ts";
import { type SvgPane, svgPane, svgText } from "../export/svg-pane.ts";
import { formatNumber, formatSigned } from "../format.ts";
import type { FrequencyRange } from "../frequency-axis.ts";
import { DIVISIONS, scaleFor } from "../plot-view.ts";
import { type LevelDisplay, levelOfShown, shownLevel, unitWords } from "../shown-level.ts";

export interface CompareSvgOptions {
  width: number;
  range: FrequencyRange;
  look: PlotTheme;
  nameA: string;
  nameB: string;
  /** What levels are shown in. */
  display: LevelDisplay;
}

export const COMPARE_LEFT = 76;
export const COMPARE_RIGHT = 48;
const OVERLAY_HEIGHT = 300;
const DIFFERENCE_HEIGHT = 180;
const TOP = 36;
const LOWEST_SHARE = 0.02;
export const COMPARE_HEIGHT = TOP + OVERLAY_HEIGHT + 34 + DIFFERENCE_HEIGHT + 30;

/** Both spectra over each other, and below their difference with the band that chance stays within 95 times of 100. */
export function compareSvg(comparison: SpectrumComparison, options: CompareSvgOptions): string {
  const { width, range, look, nameA, nameB, display } = options;
  const { axis, aDbmv, bDbmv, differenceDb, spreadDb } = comparison;
  const known = [...aDbmv, ...bDbmv].filter(Number.isFinite);
  // The deepest dips of a few frames of noise would take half of the pane.
  const lowest = quantileOf(known, LOWEST_SHARE);
  const highest = known.reduce((most, level) => Math.max(most, level), -200);
  const bandwidthHz = comparison.resolutionBandwidthHz;
  const shown = (dbmv: number) => shownLevel(display, dbmv, bandwidthHz);
  // Round in the unit that is shown, so that the lines of the grid are.
  const scale = scaleFor(shown(highest), shown(lowest));
  const top = levelOfShown(display, scale.refDbmv, bandwidthHz);
  const box = {
    left: COMPARE_LEFT,
    top: TOP,
    width: width - COMPARE_LEFT - COMPARE_RIGHT,
    height: OVERLAY_HEIGHT,
  };
  const overlay: SvgPane = {
    box,
    axis,
    range,
    highest: top,
    lowest: top - DIVISIONS * scale.dbPerDivision,
    step: scale.dbPerDivision,
    tick: (level) => formatNumber(shown(level), 0),
    title: unitWords(display, bandwidthHz),
    lines: [
      { levels: aDbmv, colour: look.traces.average, pick: "highest", width: 1.2 },
      { levels: bDbmv, colour: look.traces.max, pick: "highest", width: 1.2 },
    ],
    labelled: false,
  };
  const reach = reachOf(differenceDb);
  const bandOf = (edge: number) => new Float64Array(axis.bins).fill(edge * 2 * spreadDb);
  const difference: SvgPane = {
    ...overlay,
    box: { ...box, top: TOP + OVERLAY_HEIGHT + 34, height: DIFFERENCE_HEIGHT },
    highest: reach,
    lowest: -reach,
    step: reach / 2,
    tick: (level) => (Math.abs(level) < 0.5 ? "0" : formatSigned(level, 0)),
    title: "B − A, dB",
    bands: [{ low: bandOf(-1), high: bandOf(1), colour: look.traces.band, opacity: look.bandOpacity * 1.5 }],
    lines: [{ levels: differenceDb, colour: look.traces.difference, pick: "highest" }],
    labelled: true,
  };
  const chip = (x: number, colour: string, text: string) =>
    element("rect", { x, y: 14, width: 14, height: 4, fill: colour }) +
    svgText(text, x + 20, 20, { fill: look.text1 });
  const content = [
    element("title", {}, escaped(`${nameA} and ${nameB}`)),
    element("rect", { width, height: COMPARE_HEIGHT, fill: look.panel }),
    chip(COMPARE_LEFT, look.traces.average, `A: ${nameA}`),
    chip(COMPARE_LEFT + box.width / 2, look.traces.max, `B: ${nameB}`),
    svgPane(overlay, look),
    svgText(
      `Difference, band ±2σ = ±${formatNumber(2 * spreadDb, 2)} dB`,
      COMPARE_LEFT,
      difference.box.top - 8,
      {
        fill: look.text2,
      },
    ),
    svgPane(difference, look),
  ].join("\n");
  const box2 = { width, height: COMPARE_HEIGHT, viewBox: `0 0 ${width} ${COMPARE_HEIGHT}` };
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", ...box2, "font-family": PICTURE_FONT, "font-size": 12 },
    content,
  );
}

/** A round number of dB that holds the differences. */
function reachOf(differenceDb: Float64Array): number {
  const most = differenceDb.reduce(
    (largest, value) => Math.max(largest, Number.isNaN(value) ? 0 : Math.abs(value)),
    0,
  );
  return [2, 6, 10, 20, 30, 40].find((reach) => reach >= most) ?? 60;
}
