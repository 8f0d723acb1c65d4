import { type PlotSeries, PnmDecodeError, type PnmRecord, plotOf } from "@pnmlab/pnm-codec";
import { InputError } from "../problem.ts";
import { codewordPanels } from "./codeword-panels.ts";
import { coefficientPanels } from "./coefficient-panels.ts";
import { constellationPanel } from "./constellation-panel.ts";
import type { Figure, FigureSeries, Panel } from "./figure.ts";
import { withMedian } from "./median-trace.ts";
import { profilePanels } from "./profile-panels.ts";
import { statisticsLine } from "./statistics.ts";
import { subtitleOf } from "./subtitle.ts";
import { utscPanels } from "./utsc-panels.ts";

export interface FigureOptions {
  /** Result set of a UTSC file, from 0. */
  frame: number;
  fileName: string;
}

/**
 * The picture of a record.
 *
 * @throws InputError NOTHING_TO_PLOT where the content is in no known form
 * @throws PnmDecodeError BAD_VALUE for a frame the record does not have
 */
export function figureOf(record: PnmRecord, { frame, fileName }: FigureOptions): Figure {
  if (record.kind === "utsc" && record.frames === 0) throw nothingToPlot();
  if (record.kind === "utsc" && frame >= record.frames) {
    throw new PnmDecodeError("BAD_VALUE", `the file has no result set ${frame + 1}`, {
      expected: `1 to ${record.frames}`,
      found: `${frame + 1}`,
    });
  }
  const plot = plotOf(record, { frame });
  const count = plot.series.reduce((sum, { values }) => sum + values.length, 0);
  if (plot.style === "none" || count === 0) {
    throw nothingToPlot();
  }
  const panels = panelsOf(record, plot, frame);
  return {
    title: plot.title,
    lines: [...subtitleOf(record, fileName), ...statisticsLine(plot)],
    panels,
  };
}

function nothingToPlot(): InputError {
  return new InputError("NOTHING_TO_PLOT", "the content of this capture is in no known form");
}

function panelsOf(record: PnmRecord, plot: PlotSeries, frame: number): Panel[] {
  const base = panelOf(plot);
  switch (record.kind) {
    case "ds-ofdm-channel-estimate":
    case "us-ofdma-pre-equalizer":
    case "us-ofdma-pre-equalizer-last-update":
      return coefficientPanels(base, record);
    case "ds-constellation":
      return [constellationPanel(base, record)];
    case "ds-ofdm-fec-summary":
      return codewordPanels(record);
    case "ds-ofdm-modulation-profile":
      return profilePanels(base, record);
    case "ds-histogram":
    case "us-histogram":
      return [{ ...base, y: { ...base.y, range: [0, Number.NaN] } }];
    case "us-impulse-noise":
      return [{ ...base, y: { ...base.y, range: [0, Number.NaN] } }];
    case "utsc":
      return utscPanels(base, record, frame);
    case "ds-ofdm-rxmer":
    case "us-ofdma-rxmer":
      return [{ ...base, series: base.series.flatMap(withMedian) }];
    case "ds-ofdm-symbol-capture":
    case "cmts-ds-ofdm-symbol-capture":
    case "cm-spectrum":
    case "cm-spectrum-snmp":
    case "us-ofdma-probe":
    case "latency-report":
      return [base];
  }
}

/** A plot of the codec as a panel. */
function panelOf(plot: PlotSeries): Panel {
  const { x } = plot;
  const positions =
    x.kind === "linear" ? Float64Array.from({ length: x.count }, (_, k) => x.first + k * x.step) : x.values;
  const form: FigureSeries["form"] = plot.style === "scatter" ? "points" : toForm(plot.style);
  const names = plot.series.map(({ name }) => name);
  return {
    title: "",
    x: { label: x.label, unit: x.unit },
    y: { label: names.length === 1 ? names[0]! : names.join(", "), unit: plot.series[0]?.unit ?? "" },
    series: plot.series.map(({ name, values }) => ({ name, form, x: positions, y: values })),
    excluded: plot.excluded,
  };
}

function toForm(style: PlotSeries["style"]): "line" | "steps" | "bars" {
  return style === "steps" || style === "bars" ? style : "line";
}
