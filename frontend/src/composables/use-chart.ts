import type { CaptureData } from "@pnmlab/protocol";
import uPlot from "uplot";
import { onBeforeUnmount, onMounted, type Ref, watch } from "vue";
import { formatValue, type PlottedCapture, plotDataOf, squareLimit } from "../model/engineering-unit.ts";
import { formatNumber } from "../model/format.ts";
import { tickDigits } from "../model/ticks.ts";
import { useSettings } from "./use-settings.ts";

const LEGEND_HEIGHT = 30;
const Y_AXIS_WIDTH = 48;
const SERIES_TOKENS = [
  "trace-live",
  "trace-average",
  "trace-max",
  "trace-min",
  "trace-band",
  "trace-difference",
];

/** An ordinary plot in a container: axes with units, values on hover, zoom by dragging, double click fits. */
export function useChart(
  container: Readonly<Ref<HTMLElement | null>>,
  data: Readonly<Ref<CaptureData>>,
): void {
  const { theme, settings } = useSettings();
  let chart: uPlot | undefined;
  let observer: ResizeObserver | undefined;

  const draw = () => {
    const element = container.value;
    if (!element) return;
    chart?.destroy();
    const plotted = plotDataOf(data.value);
    chart = new uPlot(optionsOf(data.value, plotted, element), [plotted.x, ...plotted.series], element);
  };
  onMounted(() => {
    draw();
    observer = new ResizeObserver(() => {
      const element = container.value!;
      chart?.setSize(sizeOf(element, data.value.style === "scatter"));
    });
    observer.observe(container.value!);
  });
  watch([data, theme, settings], draw, { flush: "post" });
  onBeforeUnmount(() => {
    observer?.disconnect();
    chart?.destroy();
  });
}

/** The axes of a scatter plot have one scale, so its plot is about square. */
function sizeOf(element: HTMLElement, square: boolean): { width: number; height: number } {
  const width = Math.max(100, element.clientWidth);
  const height = Math.max(100, element.clientHeight - LEGEND_HEIGHT);
  return { width: square ? Math.min(width, height + Y_AXIS_WIDTH) : width, height };
}

function optionsOf(data: CaptureData, plotted: PlottedCapture, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `${token("canvas-label-size")} ${token("font-sans")}`;
  const axis = (label: string, unit: string): uPlot.Axis => ({
    label: unit ? `${label}, ${unit}` : label,
    labelFont: font,
    font,
    stroke: token("text-2"),
    labelSize: 18,
    labelGap: 0,
    grid: { stroke: token("grid"), width: 1 },
    ticks: { stroke: token("frame"), width: 1, size: 4 },
    values: (_chart, ticks) =>
      ticks.map((tick) => formatNumber(tick, tickDigits(ticks.length > 1 ? ticks[1]! - ticks[0]! : 1))),
  });
  const scatter = data.style === "scatter";
  const bars = data.style === "bars";
  const limit = scatter ? squareLimit(plotted) : 0;
  return {
    ...sizeOf(element, scatter),
    scales: scatter
      ? { x: { time: false, range: [-limit, limit] }, y: { range: [-limit, limit] } }
      : { x: { time: false } },
    axes: [
      { ...axis(plotted.xLabel, plotted.xUnit), size: 26 },
      { ...axis(data.y.label, data.y.unit), size: Y_AXIS_WIDTH },
    ],
    cursor: { drag: { x: true, y: true, uni: 24 }, points: { show: !bars } },
    series: [
      {
        label: plotted.xLabel,
        value: (_chart, value) => (value === null ? "" : `${formatValue(value)} ${plotted.xUnit}`),
      },
      ...data.series.map((series, index): uPlot.Series => {
        const stroke = token(SERIES_TOKENS[index % SERIES_TOKENS.length]!);
        return {
          label: series.name,
          stroke,
          width: 1.2,
          spanGaps: false,
          value: (_chart, value) => (value === null ? "excluded" : `${formatValue(value)} ${series.unit}`),
          ...(scatter
            ? { paths: () => null, points: { show: true, size: 3, fill: stroke } }
            : { points: { show: false } }),
          ...(bars && uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.7, 40] }), fill: stroke } : {}),
        };
      }),
    ],
  };
}
