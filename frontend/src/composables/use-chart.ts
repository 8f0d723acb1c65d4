import type { CaptureData } from "@pnmlab/protocol";
import uPlot from "uplot";
import { onBeforeUnmount, onMounted, type Ref, watch } from "vue";
import { formatNumber } from "../model/format.ts";
import { tickDigits } from "../model/ticks.ts";
import { useSettings } from "./use-settings.ts";

const LEGEND_HEIGHT = 30;
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
    chart = new uPlot(optionsOf(data.value, element), dataOf(data.value), element);
  };
  onMounted(() => {
    draw();
    observer = new ResizeObserver(() => {
      const element = container.value!;
      chart?.setSize({ width: element.clientWidth, height: element.clientHeight - LEGEND_HEIGHT });
    });
    observer.observe(container.value!);
  });
  watch([data, theme, settings], draw, { flush: "post" });
  onBeforeUnmount(() => {
    observer?.disconnect();
    chart?.destroy();
  });
}

/** uPlot wants ascending x; a constellation is drawn as it comes. */
function dataOf(data: CaptureData): uPlot.AlignedData {
  return [data.x.values, ...data.series.map((series) => series.values)];
}

function optionsOf(data: CaptureData, element: HTMLElement): uPlot.Options {
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
  return {
    width: Math.max(100, element.clientWidth),
    height: Math.max(100, element.clientHeight - LEGEND_HEIGHT),
    scales: { x: { time: false } },
    axes: [
      { ...axis(data.x.label, data.x.unit), size: 26 },
      { ...axis(data.y.label, data.y.unit), size: 48 },
    ],
    cursor: { drag: { x: true, y: true, uni: 24 }, points: { show: !bars } },
    series: [
      {
        label: data.x.label,
        value: (_chart, value) => (value === null ? "" : `${formatNumber(value, 3)} ${data.x.unit}`),
      },
      ...data.series.map((series, index): uPlot.Series => {
        const stroke = token(SERIES_TOKENS[index % SERIES_TOKENS.length]!);
        return {
          label: series.name,
          stroke,
          width: 1.2,
          spanGaps: false,
          value: (_chart, value) =>
            value === null ? "excluded" : `${formatNumber(value, 2)} ${series.unit}`,
          ...(scatter
            ? { paths: () => null, points: { show: true, size: 3, fill: stroke } }
            : { points: { show: false } }),
          ...(bars && uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.7, 40] }), fill: stroke } : {}),
        };
      }),
    ],
  };
}
