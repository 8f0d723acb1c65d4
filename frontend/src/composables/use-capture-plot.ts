import uPlot from "uplot";
import { onBeforeUnmount, onMounted, type Ref, type ShallowRef, shallowRef, watch } from "vue";
import {
  type ChartData,
  chartDataOf,
  type Extent,
  homeOf,
  panned,
  zoomed,
} from "../model/capture/chart-data.ts";
import type { PlotPanel } from "../model/capture/inspection.ts";
import { chartFont, chartLook } from "../render/chart-look.ts";
import {
  paintDecisionLines,
  paintExcluded,
  paintIdealPoints,
  paintMarks,
  type Token,
} from "../render/paint-chart.ts";
import { useSettings } from "./use-settings.ts";

const WHEEL_FACTOR = 1.25;
const KEY_FACTOR = 1.5;
const PAN_SHARE = 0.2;
/** A press that moved less than this is a click. */
const CLICK_PX = 4;

/** The value under the pointer: its index in the panel, and where in the plot it stands. */
export interface PlotHover {
  index: number;
  left: number;
  top: number;
}

export interface CapturePlot {
  hover: ShallowRef<PlotHover | null>;
  isZoomed: ShallowRef<boolean>;
  /** The whole panel again. */
  fit(): void;
  /** Handles a key of the focused plot; true where it meant something. */
  onKey(event: KeyboardEvent): boolean;
  setShown(series: number, isShown: boolean): void;
}

export interface CapturePlotOptions {
  panel: Readonly<Ref<PlotPanel>>;
  /** The visible part of x, shared by panels that stand on the same x; null for all of it. */
  range: Ref<Extent | null>;
  onPick(index: number): void;
}

/** A plot of one panel in a container: hover, wheel and box zoom, double click and keys. */
export function useCapturePlot(
  container: Readonly<Ref<HTMLElement | null>>,
  { panel, range, onPick }: CapturePlotOptions,
): CapturePlot {
  const { theme, settings } = useSettings();
  const hover = shallowRef<PlotHover | null>(null);
  const isZoomed = shallowRef(false);
  const hidden = new Set<number>();
  let chart: uPlot | undefined;
  let data: ChartData;
  let home: { x: Extent; y: Extent };
  let observer: ResizeObserver | undefined;
  let pressedAt: { x: number; y: number } | undefined;

  const token: Token = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function draw(): void {
    const element = container.value;
    if (!element || !canPaint()) return;
    chart?.destroy();
    data = chartDataOf(panel.value);
    home = homeOf(panel.value, data);
    hover.value = null;
    chart = new uPlot(optionsFor(element), [data.x, ...data.series], element);
    for (const series of hidden) chart.setSeries(series + 1, { show: false });
    show(range.value && !panel.value.square ? range.value : home.x, home.y);
    listen(chart.over);
  }

  function optionsFor(element: HTMLElement): uPlot.Options {
    const shown = panel.value;
    const asGiven: uPlot.Scale.Range = (_chart, min, max) => [min, max];
    return {
      ...sizeOf(element, shown.square),
      ...chartLook(shown, data, token),
      scales: {
        x: { time: false, auto: false, range: asGiven },
        y: { auto: false, range: asGiven, distr: shown.y.logarithmic ? 3 : 1 },
      },
      cursor: {
        drag: { x: true, y: true, uni: 24, setScale: false },
        points: { show: !shown.square },
        bind: {
          dblclick: () => () => {
            fit();
            return null;
          },
        },
      },
      hooks: {
        drawClear: [
          (one) => paintExcluded(one, shown, data, token),
          (one) => shown.ideal && paintDecisionLines(one, shown.ideal, token),
        ],
        draw: [
          (one) => paintMarks(one, shown, scaledFont(), token),
          (one) => shown.ideal && paintIdealPoints(one, shown.ideal, token),
        ],
        setCursor: [(one) => followCursor(one)],
        setSelect: [(one) => zoomToBox(one)],
      },
    };
  }

  /** The canvas is drawn in device pixels. */
  function scaledFont(): string {
    return chartFont(token).replace(/^[\d.]+/, (size) => String(Number(size) * devicePixelRatio));
  }

  function followCursor(one: uPlot): void {
    const { left = -1, top = -1, idx } = one.cursor;
    if (left < 0 || top < 0) {
      hover.value = null;
      return;
    }
    const drawn = panel.value.square ? nearestPoint(one, left, top) : idx;
    hover.value =
      drawn === null || drawn === undefined ? null : { index: data.order?.[drawn] ?? drawn, left, top };
  }

  function nearestPoint(one: uPlot, left: number, top: number): number | null {
    const x = one.posToVal(left, "x");
    const y = one.posToVal(top, "y");
    let nearest: number | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < data.x.length; k++) {
      const distance = (data.x[k]! - x) ** 2 + ((data.series[0]?.[k] ?? Number.NaN) - y) ** 2;
      if (distance < least) {
        least = distance;
        nearest = k;
      }
    }
    return nearest;
  }

  function zoomToBox(one: uPlot): void {
    const { left, top, width, height } = one.select;
    if (width <= 0 && height <= 0) return;
    const { x, y } = visible(one);
    const box = {
      x: width > 0 ? { min: one.posToVal(left, "x"), max: one.posToVal(left + width, "x") } : x,
      y: height > 0 ? { min: one.posToVal(top + height, "y"), max: one.posToVal(top, "y") } : y,
    };
    one.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show(box.x, box.y);
  }

  function visible(one: uPlot): { x: Extent; y: Extent } {
    const { x, y } = one.scales;
    return {
      x: { min: x!.min ?? home.x.min, max: x!.max ?? home.x.max },
      y: { min: y!.min ?? home.y.min, max: y!.max ?? home.y.max },
    };
  }

  function show(x: Extent, y: Extent): void {
    const one = chart;
    if (!one || !(x.max > x.min) || !(y.max > y.min)) return;
    one.batch(() => {
      one.setScale("x", x);
      one.setScale("y", y);
    });
    isZoomed.value = !isSame(x, home.x) || !isSame(y, home.y);
    if (!panel.value.square) range.value = isSame(x, home.x) ? null : x;
  }

  function fit(): void {
    show(home.x, home.y);
  }

  function zoom(factor: number, left?: number, top?: number): void {
    if (!chart) return;
    const { x, y } = visible(chart);
    const at = left === undefined ? (x.min + x.max) / 2 : chart.posToVal(left, "x");
    // A constellation keeps its axes at one scale.
    const atY = top === undefined ? (y.min + y.max) / 2 : chart.posToVal(top, "y");
    show(zoomed(x, at, factor, home.x), panel.value.square ? zoomed(y, atY, factor, home.y) : y);
  }

  function zoomLevel(factor: number, top?: number): void {
    if (!chart || panel.value.y.logarithmic) return;
    const { x, y } = visible(chart);
    const at = top === undefined ? (y.min + y.max) / 2 : chart.posToVal(top, "y");
    show(x, zoomed(y, at, factor, home.y));
  }

  function pan(shareX: number, shareY: number): void {
    if (!chart) return;
    const { x, y } = visible(chart);
    const isFixed = panel.value.y.logarithmic;
    show(panned(x, shareX, home.x), isFixed ? y : panned(y, shareY, home.y));
  }

  /** Moves the readout by values of the plot, into view where it leaves it. */
  function step(by: number): void {
    const one = chart;
    if (!one) return;
    const { x } = visible(one);
    const from = one.cursor.idx ?? one.posToIdx(one.over.clientWidth / 2);
    const to = Math.min(Math.max(from + by, 0), data.x.length - 1);
    const at = data.x[to]!;
    if (at < x.min || at > x.max) pan(at < x.min ? -0.5 : 0.5, 0);
    const top = one.cursor.top ?? -1;
    one.setCursor({ left: one.valToPos(at, "x"), top: top < 0 ? one.over.clientHeight / 2 : top });
  }

  const KEYS: Record<string, () => void> = {
    "+": () => zoom(1 / KEY_FACTOR),
    "=": () => zoom(1 / KEY_FACTOR),
    "-": () => zoom(KEY_FACTOR),
    "Ctrl +": () => zoomLevel(1 / KEY_FACTOR),
    "Ctrl -": () => zoomLevel(KEY_FACTOR),
    ArrowLeft: () => pan(-PAN_SHARE, 0),
    ArrowRight: () => pan(PAN_SHARE, 0),
    ArrowUp: () => pan(0, PAN_SHARE),
    ArrowDown: () => pan(0, -PAN_SHARE),
    "Shift ArrowLeft": () => step(-1),
    "Shift ArrowRight": () => step(1),
    "Shift ArrowUp": () => step(10),
    "Shift ArrowDown": () => step(-10),
    Home: fit,
    Backspace: fit,
    Enter: () => hover.value && onPick(hover.value.index),
  };

  function onKey(event: KeyboardEvent): boolean {
    const isSign = event.key.length === 1;
    const name = [event.ctrlKey ? "Ctrl" : "", event.shiftKey && !isSign ? "Shift" : "", event.key]
      .filter(Boolean)
      .join(" ");
    const run = KEYS[name];
    run?.();
    return run !== undefined;
  }

  function listen(over: HTMLElement): void {
    over.addEventListener("wheel", onWheel, { passive: false });
    over.addEventListener("mousedown", (event) => {
      pressedAt = { x: event.clientX, y: event.clientY };
    });
    over.addEventListener("click", (event) => {
      const moved = pressedAt
        ? Math.hypot(event.clientX - pressedAt.x, event.clientY - pressedAt.y)
        : Number.POSITIVE_INFINITY;
      if (moved < CLICK_PX && hover.value) onPick(hover.value.index);
    });
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    const delta = event.deltaY || event.deltaX;
    if (delta === 0) return;
    const factor = delta > 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR;
    if (event.shiftKey) pan(Math.sign(delta) * PAN_SHARE, 0);
    else if (event.ctrlKey) zoomLevel(factor, event.offsetY);
    else zoom(factor, event.offsetX, event.offsetY);
  }

  onMounted(() => {
    draw();
    observer = new ResizeObserver(() => {
      if (container.value) chart?.setSize(sizeOf(container.value, panel.value.square));
    });
    if (container.value) observer.observe(container.value);
  });
  watch([panel, theme, settings], draw, { flush: "post" });
  watch(range, (next) => {
    if (!chart || panel.value.square) return;
    const { x, y } = visible(chart);
    const wanted = next ?? home.x;
    if (!isSame(x, wanted)) show(wanted, y);
  });
  onBeforeUnmount(() => {
    observer?.disconnect();
    chart?.destroy();
  });
  return {
    hover,
    isZoomed,
    fit,
    onKey,
    setShown(series, isShown) {
      if (isShown) hidden.delete(series);
      else hidden.add(series);
      chart?.setSeries(series + 1, { show: isShown });
    },
  };
}

/** Without a canvas there is still the table of values. */
function canPaint(): boolean {
  return document.createElement("canvas").getContext("2d") !== null;
}

function isSame(a: Extent, b: Extent): boolean {
  const span = Math.abs(b.max - b.min) * 1e-6;
  return Math.abs(a.min - b.min) <= span && Math.abs(a.max - b.max) <= span;
}

/** The axes of a square plot have one scale: its width follows its height. */
function sizeOf(element: HTMLElement, isSquare: boolean): { width: number; height: number } {
  const width = Math.max(100, element.clientWidth);
  const height = Math.max(100, element.clientHeight);
  // Left axis and right margin against lower axis and upper margin, see chartLook.
  return { width: isSquare ? Math.min(width, height + 34) : width, height };
}
