import { onBeforeUnmount, onMounted, type Ref } from "vue";
import type { FrequencyRange } from "../model/frequency-axis.ts";
import {
  clampTraceShare,
  monitorLayout,
  type PlotLayout,
  type PlotZone,
  zoneAt,
} from "../model/plot-layout.ts";
import {
  type ColourLimits,
  DEFAULT_TRACE_SHARE,
  DEFAULT_VIEW,
  DIVISIONS,
  type LevelScale,
  lowestLevel,
  stepScale,
} from "../model/plot-view.ts";
import type { PanePoint } from "../model/qualify-box.ts";
import type { PlotCursor, Scene } from "../render/scene.ts";
import type { PlotHandles, PlotPoint } from "./plot-handles.ts";
import { touchGestures } from "./touch-gestures.ts";
import type { PlotViewControl } from "./use-plot-view.ts";
import type { WaterfallTime } from "./use-waterfall-time.ts";

export interface GestureOptions {
  element: Readonly<Ref<HTMLElement | null>>;
  size: Readonly<Ref<{ width: number; height: number }>>;
  gutters: { left: number; right: number };
  control: PlotViewControl;
  time: WaterfallTime;
  /** `Z` or `B` was pressed: what the box of the next drag does. */
  boxArmed: Ref<BoxUse | undefined>;
  /** The next drag on the trace draws the qualify box. */
  qualifyArmed: Ref<boolean>;
  /** Takes the corners of the qualify box while it is drawn. */
  drawQualify(from: PanePoint, to: PanePoint): void;
  /** Markers and mask points, which are asked before the plot moves. */
  handles: PlotHandles;
  /** A row of the waterfall was clicked; the cursor stands on it. @returns how to take the click back */
  pickRow(): () => void;
  /** Two panes are shown one at a time, and a swipe changes to the other. */
  swipe(): void;
  /** A box was drawn for its statistics. */
  measureBox(box: MeasuredBox): void;
  setCursor(cursor: PlotCursor | undefined, selection: Scene["selection"]): void;
}

export type BoxUse = "zoom" | "measure";

/** A box by its frequencies with, on the waterfall, its rows in CSS pixels or, on the trace, the level of its lower edge. */
export type MeasuredBox = FrequencyRange &
  ({ rows: { top: number; bottom: number } } | { thresholdDbmv: number });

type Drag =
  | { kind: "pan"; x: number; y: number; moved: boolean; zone: "trace" | "waterfall" }
  | { kind: "box"; x: number; y: number; zone: "trace" | "waterfall"; use: BoxUse }
  | { kind: "qualify"; x: number; y: number; from: PanePoint }
  | { kind: "handle" }
  | { kind: "reference"; y: number; refDbmv: number }
  | { kind: "scale"; y: number; scale: LevelScale }
  | { kind: "split" }
  | { kind: "time"; y: number }
  | { kind: "limit"; which: "low" | "high"; y: number; colours: ColourLimits };

const WHEEL_ZOOM = 1.0015;
const LEAST_BOX_PX = 6;
const TOP_END_PX = 24;

/** Mouse, pen and touch on the plot: hover, wheel, drag. All of it moves the view only. */
export function usePlotGestures(options: GestureOptions): void {
  const { control, setCursor } = options;
  let drag: Drag | undefined;
  let takeBackPick = () => {};
  let cursor: PlotCursor | undefined;

  const layout = (): PlotLayout =>
    monitorLayout(options.size.value.width, options.size.value.height, options.gutters, control.view.value);
  const pointOf = (event: MouseEvent) => {
    const box = options.element.value!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const frequencyAt = (x: number) => {
    const { trace } = layout();
    const { range } = control.view.value;
    return range.startHz + ((x - trace.left) / trace.width) * (range.stopHz - range.startHz);
  };
  const levelAt = (y: number) => {
    const { trace } = layout();
    const { scale } = control.view.value;
    return scale.refDbmv - ((y - trace.top) / trace.height) * (scale.refDbmv - lowestLevel(scale));
  };

  const handlePoint = (event: MouseEvent): PlotPoint => {
    const { x, y } = pointOf(event);
    return {
      x,
      y,
      zone: zoneAt(layout(), x, y),
      frequencyHz: frequencyAt(x),
      levelDbmv: levelAt(y),
      shiftKey: event.shiftKey,
      altKey: event.altKey,
    };
  };

  const hover = (x: number, y: number, zone: PlotZone | undefined) => {
    cursor =
      zone === "trace" || zone === "waterfall"
        ? { x, y, frequencyHz: frequencyAt(x), pane: zone }
        : undefined;
    setCursor(cursor, undefined);
  };

  const onWheel = (event: WheelEvent) => {
    const { x, y } = pointOf(event);
    const zone = zoneAt(layout(), x, y);
    if (!zone) return;
    event.preventDefault();
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 18 : 1);
    const { view } = control;
    const onLevels = zone === "levelAxis" || (zone === "trace" && event.ctrlKey);
    const onTime = zone === "timeAxis" || (zone === "waterfall" && event.ctrlKey);
    if (onLevels) control.setScale(stepScale(view.value.scale, delta > 0 ? 1 : -1));
    else if (event.shiftKey && (zone === "waterfall" || zone === "timeAxis")) {
      options.time.scroll(delta * view.value.msPerPx * 0.3);
    } else if (onTime) options.time.zoom(WHEEL_ZOOM ** delta, y - layout().waterfall.top);
    else if (zone === "colourBar") {
      const { lowDbmv, highDbmv } = view.value.colours;
      control.setColours({ lowDbmv: lowDbmv - Math.sign(delta) * 2, highDbmv });
    } else if (event.shiftKey) control.pan(delta / 1000);
    else control.zoom(frequencyAt(x), WHEEL_ZOOM ** delta);
    hover(x, y, zone);
  };

  /** The top end of the axis changes dB per division, the rest moves the reference. */
  const onLevelAxis = (y: number): Drag => {
    const { scale } = control.view.value;
    return y < layout().trace.top + TOP_END_PX
      ? { kind: "scale", y, scale }
      : { kind: "reference", y, refDbmv: scale.refDbmv };
  };

  const touch = touchGestures({
    control,
    frequencyAt,
    paneWidth: () => layout().trace.width,
    longPress: (event) => options.handles.longPress(handlePoint(event)),
    swipe: options.swipe,
  });

  const onDown = (event: PointerEvent) => {
    const { x, y } = pointOf(event);
    if (event.pointerType === "touch") {
      const zone = zoneAt(layout(), x, y);
      const isPane = zone === "trace" || zone === "waterfall";
      const isArmed = options.boxArmed.value !== undefined || options.qualifyArmed.value;
      if (touch.down(event, x, y, isPane && !isArmed)) {
        if (drag?.kind === "handle") options.handles.drop();
        drag = undefined;
        hover(x, y, touch.isPinching() ? undefined : zone);
        if (!options.handles.grab(handlePoint(event))) return;
        drag = { kind: "handle" };
        return;
      }
    }
    const zone = zoneAt(layout(), x, y);
    if (!zone) return;
    const boxUse =
      options.boxArmed.value ??
      (event.button === 2 ? (zone === "waterfall" ? "measure" : "zoom") : undefined);
    if (event.button !== 0 && event.button !== 2) return;
    options.element.value!.setPointerCapture(event.pointerId);
    if (zone === "trace" && options.qualifyArmed.value && event.button === 0) {
      drag = { kind: "qualify", x, y, from: { frequencyHz: frequencyAt(x), levelDbmv: levelAt(y) } };
    } else if (!boxUse && options.handles.grab(handlePoint(event))) drag = { kind: "handle" };
    else if ((zone === "trace" || zone === "waterfall") && boxUse)
      drag = { kind: "box", x, y, zone, use: boxUse };
    else if (zone === "trace" || zone === "waterfall") drag = { kind: "pan", x, y, moved: false, zone };
    else if (zone === "levelAxis") drag = onLevelAxis(y);
    else if (zone === "frequencyAxis") drag = { kind: "split" };
    else if (zone === "timeAxis") drag = { kind: "time", y };
    else if (zone === "colourBar") {
      const { colourBar } = layout();
      const which = y < colourBar.top + colourBar.height / 2 ? "high" : "low";
      drag = { kind: "limit", which, y, colours: control.view.value.colours };
    }
  };

  const onMove = (event: PointerEvent) => {
    const { x, y } = pointOf(event);
    if (!drag && event.pointerType === "touch" && touch.move(event, x, y)) {
      if (touch.isPinching()) setCursor(undefined, undefined);
      else hover(x, y, zoneAt(layout(), x, y));
      return;
    }
    if (!drag) {
      const zone = zoneAt(layout(), x, y);
      options.element.value!.dataset.zone = options.handles.isOver(handlePoint(event))
        ? "handle"
        : (zone ?? "");
      hover(x, y, zone);
      return;
    }
    const { trace, height } = layout();
    const { view } = control;
    switch (drag.kind) {
      case "pan": {
        if (!drag.moved && Math.hypot(x - drag.x, y - drag.y) < 3) return;
        if (!drag.moved) control.show(view.value.range);
        control.pan((drag.x - x) / trace.width);
        // Levels follow once they are zoomed, when there is more of them than is shown.
        if (drag.zone === "trace" && view.value.scale.dbPerDivision < DEFAULT_VIEW.scale.dbPerDivision) {
          const perPx = (view.value.scale.dbPerDivision * DIVISIONS) / trace.height;
          control.setScale({ ...view.value.scale, refDbmv: view.value.scale.refDbmv + (y - drag.y) * perPx });
        }
        if (drag.zone === "waterfall") {
          options.time.scroll((drag.y - y) * view.value.msPerPx);
        }
        drag = { ...drag, x, y, moved: true };
        setCursor(undefined, undefined);
        break;
      }
      case "handle":
        options.handles.drag(handlePoint(event));
        setCursor(undefined, undefined);
        break;
      case "box":
        setCursor(undefined, boxOf(drag, x, y));
        break;
      case "qualify":
        if (Math.hypot(x - drag.x, y - drag.y) < 3) return;
        setCursor(undefined, undefined);
        options.drawQualify(drag.from, { frequencyHz: frequencyAt(x), levelDbmv: levelAt(y) });
        break;
      case "reference": {
        const perPx = (view.value.scale.dbPerDivision * DIVISIONS) / trace.height;
        const byDb = Math.round((y - drag.y) * perPx);
        control.setScale({ ...view.value.scale, refDbmv: drag.refDbmv + byDb });
        break;
      }
      case "scale": {
        // A drag down by a division is one step coarser.
        const steps = Math.trunc((y - drag.y) / (trace.height / DIVISIONS / 2));
        let { scale } = drag;
        for (let step = 0; step < Math.abs(steps); step += 1) scale = stepScale(scale, steps > 0 ? 1 : -1);
        control.setScale(scale);
        break;
      }
      case "split": {
        control.change({ traceShare: clampTraceShare((y - trace.top - 12) / (height - 40)) });
        break;
      }
      case "time":
        options.time.scroll((drag.y - y) * view.value.msPerPx);
        drag = { kind: "time", y };
        break;
      case "limit": {
        // Measured from where the drag began, because the bar is drawn anew under the pointer.
        const { colours } = drag;
        const perPx = (colours.highDbmv - colours.lowDbmv) / layout().colourBar.height;
        const byDb = (drag.y - y) * perPx;
        if (drag.which === "low") control.setColours({ ...colours, lowDbmv: colours.lowDbmv + byDb });
        else control.setColours({ ...colours, highDbmv: colours.highDbmv + byDb });
        break;
      }
    }
  };

  const onUp = (event: PointerEvent) => {
    const { x, y } = pointOf(event);
    if (event.pointerType === "touch" && touch.up(event) && !drag) return;
    if (drag?.kind === "box") {
      options.boxArmed.value = undefined;
      const box = boxOf(drag, x, y);
      const bottom = box.top + box.height;
      if (box.width >= LEAST_BOX_PX) {
        const range = { startHz: frequencyAt(box.left), stopHz: frequencyAt(box.left + box.width) };
        if (drag.use === "zoom") control.show(range);
        else if (drag.zone === "waterfall") options.measureBox({ ...range, rows: { top: box.top, bottom } });
        else options.measureBox({ ...range, thresholdDbmv: levelAt(bottom) });
        if (drag.use === "zoom" && drag.zone === "trace" && box.height >= 24) {
          const refDbmv = Math.ceil(levelAt(box.top) / 5) * 5;
          const dbPerDivision = Math.max(1, Math.ceil((refDbmv - levelAt(bottom)) / DIVISIONS));
          control.setScale({ refDbmv, dbPerDivision });
        }
      }
    }
    if (drag?.kind === "qualify" && Math.hypot(x - drag.x, y - drag.y) >= 3)
      options.qualifyArmed.value = false;
    if (drag?.kind === "handle") options.handles.drop();
    const movedLevels =
      drag?.kind === "pan" &&
      drag.zone === "trace" &&
      drag.moved &&
      control.view.value.scale.dbPerDivision < DEFAULT_VIEW.scale.dbPerDivision;
    // Labels at the grid are round again once the drag ends.
    if (drag?.kind === "reference" || movedLevels) control.roundScale();
    if (drag?.kind === "pan" && !drag.moved && event.type === "pointerup") {
      options.handles.click(handlePoint(event));
      if (zoneAt(layout(), x, y) === "waterfall") takeBackPick = options.pickRow();
    }
    drag = undefined;
    hover(x, y, zoneAt(layout(), x, y));
  };

  const onLeave = () => {
    if (drag) return;
    cursor = undefined;
    setCursor(undefined, undefined);
  };

  const onDoubleClick = (event: MouseEvent) => {
    const { x, y } = pointOf(event);
    const zone = zoneAt(layout(), x, y);
    if (zone === "trace") options.handles.doubleClick(handlePoint(event), () => control.back());
    else if (zone === "waterfall") {
      takeBackPick();
      options.handles.doubleClick(handlePoint(event), () => {});
    } else if (zone === "frequencyAxis") control.change({ traceShare: DEFAULT_TRACE_SHARE });
  };

  const onMenu = (event: Event) => event.preventDefault();

  const listeners = {
    wheel: onWheel,
    pointerdown: onDown,
    pointermove: onMove,
    pointerup: onUp,
    pointercancel: onUp,
    pointerleave: onLeave,
    dblclick: onDoubleClick,
    contextmenu: onMenu,
  };
  let attached: HTMLElement | null = null;
  onMounted(() => {
    attached = options.element.value;
    for (const [name, listener] of Object.entries(listeners)) {
      attached?.addEventListener(name, listener as EventListener, { passive: false });
    }
  });
  onBeforeUnmount(() => {
    for (const [name, listener] of Object.entries(listeners)) {
      attached?.removeEventListener(name, listener as EventListener);
    }
  });
}

function boxOf(drag: { x: number; y: number }, x: number, y: number) {
  return {
    left: Math.min(drag.x, x),
    top: Math.min(drag.y, y),
    width: Math.abs(x - drag.x),
    height: Math.abs(y - drag.y),
  };
}
