import { AnalysisError, utscFrameLevels } from "@pnmlab/pnm-analysis";
import { type PlotSeries, PnmDecodeError, type PnmRecord, plotOf } from "@pnmlab/pnm-codec";
import type { PanelSeries, PlotPanel } from "./inspection.ts";
import { codewordPanels } from "./panels-codewords.ts";
import { coefficientPanels } from "./panels-coefficients.ts";
import { constellationPanel } from "./panels-constellation.ts";
import { rxMerPanel } from "./panels-rxmer.ts";

/** The plots of a capture, the one that matters most first; none where its content is in no known form. */
export function panelsOf(record: PnmRecord, frame: number): PlotPanel[] {
  const plot = plotOf(record, { frame });
  if (plot.style === "none") return [];
  const panel = basePanel(plot);
  if (record.kind === "ds-ofdm-rxmer") return [rxMerPanel(panel, "downstream")];
  if (record.kind === "us-ofdma-rxmer") return [rxMerPanel(panel, "upstream")];
  if ("coefficients" in record) return coefficientPanels(panel, record);
  if (record.kind === "ds-constellation") return [constellationPanel(panel, record)];
  if (record.kind === "ds-ofdm-fec-summary") return codewordPanels(panel, record);
  if (record.kind === "utsc") return [panel, ...spectrumOfTimeSamples(record, frame)];
  return [panel];
}

/** A plot of the codec as a panel, without anything that only one kind of capture has. */
function basePanel(plot: PlotSeries): PlotPanel {
  const { x } = plot;
  const form: PanelSeries["form"] =
    plot.style === "bars" || plot.style === "steps" ? plot.style : plot.style === "scatter" ? "dots" : "line";
  const [first] = plot.series;
  return {
    title: plot.title,
    x: {
      label: x.label,
      unit: x.unit,
      values:
        x.kind === "linear"
          ? Float64Array.from({ length: x.count }, (_, k) => x.first + k * x.step)
          : Float64Array.from(x.values),
    },
    // The codec names traces, not the axis: several traces share the name of their unit.
    y: {
      label: plot.series.length === 1 ? (first?.name ?? "") : "",
      unit: first?.unit ?? "",
      logarithmic: false,
    },
    square: plot.style === "scatter",
    series: plot.series.map(({ name, unit, values }) => ({ name, unit, values, form })),
    excluded: plot.excluded,
    marks: [],
    ideal: null,
  };
}

/** The spectrum of a capture of time samples, where the file says enough for a frequency axis. */
function spectrumOfTimeSamples(record: Extract<PnmRecord, { kind: "utsc" }>, frame: number): PlotPanel[] {
  if (record.outputFormat !== "timeIQ" && record.outputFormat !== "rawAdc") return [];
  try {
    const { levelsDbmv, firstBinHz, binSpacingHz, uncalibrated } = utscFrameLevels(record, frame);
    return [
      {
        title: "Spectrum of the samples, Blackman-Harris window",
        x: {
          label: "Frequency",
          unit: "Hz",
          values: Float64Array.from(levelsDbmv, (_, k) => firstBinHz + k * binSpacingHz),
        },
        y: { label: "Level", unit: uncalibrated ? "dB" : "dBmV", logarithmic: false },
        square: false,
        series: [
          {
            name: "Level",
            unit: uncalibrated ? "dB" : "dBmV",
            values: Float64Array.from(levelsDbmv),
            form: "line",
          },
        ],
        excluded: [],
        marks: [],
        ideal: null,
      },
    ];
  } catch (thrown) {
    if (!(thrown instanceof AnalysisError || thrown instanceof PnmDecodeError)) throw thrown;
    // Without centre, span or sample rate there is no axis; the samples themselves are shown.
    return [];
  }
}
