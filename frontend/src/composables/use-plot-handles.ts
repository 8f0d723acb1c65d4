import { DEFAULT_BAND_HZ } from "../model/marker.ts";
import type { MarkedView } from "../model/marker-query.ts";
import { monitorLayout } from "../model/plot-layout.ts";
import { lowestLevel, zeroOfDb } from "../model/plot-view.ts";
import type { PlotHandles, PlotPoint } from "./plot-handles.ts";
import { announce } from "./use-announcer.ts";
import { type LiveMonitor, PLOT_GUTTERS } from "./use-live-monitor.ts";
import type { Markers } from "./use-markers.ts";
import type { Masks } from "./use-masks.ts";

/** How near the pointer has to be, in CSS pixels: across a marker, above its diamond with the flag, below it. */
const REACH = { across: 10, above: 40, below: 14, edge: 5, point: 9, peak: 28 };
const FAST = 10;
/** With Alt what is dragged follows the pointer by this share. */
const FINE = 0.1;
const LEVEL_STEP_DB = 0.1;
/** A double click comes within this time of the first of its two clicks. */
const DOUBLE_CLICK_MS = 700;

type Grabbed =
  | { kind: "marker"; number: number }
  | { kind: "edge"; number: number }
  | { kind: "point"; mask: number; index: number };

/** What the pointer can take hold of: diamonds and flags, edges of power bands, points of drawn masks. */
export function usePlotHandles(monitor: LiveMonitor, markers: Markers, masks: Masks): PlotHandles {
  const { control, report, plot } = monitor;
  let grabbed: Grabbed | undefined;
  let start: PlotPoint | undefined;
  let remembered = false;
  let beforeClick: { state: MarkedView; atMs: number } | undefined;

  const pane = () => {
    const { width, height } = plot.size.value;
    return monitorLayout(width, height, PLOT_GUTTERS, control.view.value).trace;
  };
  const waterfallTop = () => {
    const { width, height } = plot.size.value;
    return monitorLayout(width, height, PLOT_GUTTERS, control.view.value).waterfall.top;
  };
  /** Time of the row of the waterfall at a height; undefined while it shows nothing. */
  const timeAt = (y: number) => {
    const topMs = report.value?.waterfall.topMs;
    return topMs ? topMs - (y - waterfallTop()) * control.view.value.msPerPx : undefined;
  };
  const inTime = (point: PlotPoint): Grabbed | undefined => {
    const topMs = report.value?.waterfall.topMs ?? 0;
    const found = markers.list.value.find(({ frequencyHz, timeMs }) => {
      if (timeMs === undefined) return false;
      const y = waterfallTop() + (topMs - timeMs) / control.view.value.msPerPx;
      const isAcross = Math.abs(point.x - xOf(frequencyHz)) <= REACH.across;
      return isAcross && point.y >= y - REACH.above && point.y <= y + REACH.below;
    });
    return found && { kind: "marker", number: found.number };
  };
  const xOf = (frequencyHz: number) => {
    const { range } = control.view.value;
    const { left, width } = pane();
    return left + ((frequencyHz - range.startHz) / (range.stopHz - range.startHz)) * width;
  };
  const yOf = (levelDbmv: number) => {
    const { scale } = control.view.value;
    const { top, height } = pane();
    return top + ((scale.refDbmv - levelDbmv) / (scale.refDbmv - lowestLevel(scale))) * height;
  };
  const hzOfPx = (px: number) => {
    const { range } = control.view.value;
    return (px / pane().width) * (range.stopHz - range.startHz);
  };
  const stepped = (value: number, step: number) => Math.round(value / step) * step;

  const under = (point: PlotPoint): Grabbed | undefined => {
    if (point.zone === "waterfall") return inTime(point);
    if (point.zone !== "trace") return undefined;
    for (const mask of masks.list.value) {
      if (!mask.isOn || mask.source.from !== "points") continue;
      const index = mask.source.points.findIndex(
        ({ frequencyHz, levelDbmv }) =>
          Math.hypot(xOf(frequencyHz) - point.x, yOf(levelDbmv) - point.y) <= REACH.point,
      );
      if (index >= 0) return { kind: "point", mask: mask.id, index };
    }
    // The active marker lies above the others.
    const { activeMarker } = control.view.value;
    const ordered = markers.list.value.toSorted(
      (a, b) => Number(b.number === activeMarker) - Number(a.number === activeMarker),
    );
    for (const { number, kind, timeMs, bandHz = DEFAULT_BAND_HZ } of ordered) {
      if (timeMs !== undefined) continue;
      const reading = markers.readingOf(number);
      if (!reading) continue;
      const x = xOf(reading.frequencyHz);
      const level = reading.levelDbmv + (reading.isInDb ? zeroOfDb(control.view.value.scale) : 0);
      const y = Math.min(Math.max(yOf(level), pane().top), pane().top + pane().height);
      if (Math.abs(point.x - x) <= REACH.across && point.y >= y - REACH.above && point.y <= y + REACH.below) {
        return { kind: "marker", number };
      }
      const half = bandHz / hzOfPx(1) / 2;
      const isEdge = [x - half, x + half].some((edge) => Math.abs(point.x - edge) <= REACH.edge);
      if (kind === "bandPower" && isEdge) return { kind: "edge", number };
    }
    return undefined;
  };

  return {
    isOver: (point) => grabbed !== undefined || under(point) !== undefined,
    grab(point) {
      grabbed =
        masks.drawing.value === undefined || under(point)?.kind === "point" ? under(point) : undefined;
      start = point;
      remembered = false;
      if (grabbed && grabbed.kind !== "point") markers.activate(grabbed.number);
      return grabbed !== undefined;
    },
    drag(point) {
      if (!grabbed || (!remembered && start && Math.hypot(point.x - start.x, point.y - start.y) < 2)) return;
      if (!remembered) markers.remember();
      remembered = true;
      const fast = point.shiftKey ? FAST : 1;
      const binHz = report.value?.binSpacingHz ?? 1;
      if (grabbed.kind === "marker") {
        const step = binHz * fast;
        const frequencyHz = point.altKey
          ? start!.frequencyHz + (point.frequencyHz - start!.frequencyHz) * FINE
          : point.frequencyHz;
        markers.moveTo(grabbed.number, stepped(frequencyHz - markers.snap(0), step) + markers.snap(0));
        const timeMs = point.zone === "waterfall" ? timeAt(point.y) : undefined;
        const { number } = grabbed;
        if (timeMs !== undefined)
          control.change({
            markers: markers.list.value.map((marker) =>
              marker.number === number && marker.timeMs !== undefined ? { ...marker, timeMs } : marker,
            ),
          });
      } else if (grabbed.kind === "edge") {
        const { number } = grabbed;
        const reading = markers.readingOf(number);
        if (!reading) return;
        const bandHz = 2 * Math.abs(point.frequencyHz - reading.frequencyHz);
        control.change({
          markers: markers.list.value.map((marker) =>
            marker.number === number
              ? { ...marker, bandHz: Math.max(binHz, stepped(bandHz, binHz * fast)) }
              : marker,
          ),
        });
      } else {
        const { mask: id, index } = grabbed;
        const mask = masks.list.value.find((one) => one.id === id);
        if (mask?.source.from !== "points") return;
        const { points } = mask.source;
        // A point stays between its neighbours, so that the one under the pointer stays the same.
        const lowHz = (points[index - 1]?.frequencyHz ?? Number.NEGATIVE_INFINITY) + binHz;
        const highHz = (points[index + 1]?.frequencyHz ?? Number.POSITIVE_INFINITY) - binHz;
        const levelStep = LEVEL_STEP_DB * fast;
        const along = point.altKey ? FINE : 1;
        const from = start!;
        const moved = {
          frequencyHz: Math.min(
            Math.max(markers.snap(from.frequencyHz + (point.frequencyHz - from.frequencyHz) * along), lowHz),
            highHz,
          ),
          levelDbmv:
            Math.round(stepped(from.levelDbmv + (point.levelDbmv - from.levelDbmv) * along, levelStep) * 10) /
            10,
        };
        masks.setPoints(
          id,
          points.map((old, at) => (at === index ? moved : old)),
          false,
        );
      }
    },
    drop() {
      grabbed = undefined;
    },
    click(point) {
      if (point.zone !== "trace") return;
      if (beforeClick === undefined || Date.now() - beforeClick.atMs > DOUBLE_CLICK_MS) {
        beforeClick = { state: markers.state(), atMs: Date.now() };
      }
      if (masks.drawing.value !== undefined) {
        masks.addPoint({
          frequencyHz: markers.snap(point.frequencyHz),
          levelDbmv: Math.round(point.levelDbmv * 10) / 10,
        });
        return;
      }
      const { active } = markers;
      if (!active.value) return;
      markers.remember();
      markers.moveTo(active.value.number, point.frequencyHz);
    },
    longPress(point) {
      if (masks.drawing.value !== undefined) return;
      this.doubleClick(point, () => markers.add({ frequencyHz: point.frequencyHz }));
    },
    doubleClick(point, onNothing) {
      const over = under(point);
      if (point.zone === "waterfall") {
        const timeMs = timeAt(point.y);
        if (over?.kind === "marker") markers.activate(over.number);
        else if (timeMs === undefined || timeMs < report.value!.waterfall.keptFromMs)
          announce("No frame is kept of then");
        else markers.add({ frequencyHz: point.frequencyHz, timeMs });
        return;
      }
      if (over?.kind === "point") {
        const mask = masks.list.value.find((one) => one.id === over.mask);
        if (mask?.source.from !== "points") return;
        masks.setPoints(
          mask.id,
          mask.source.points.filter((_, index) => index !== over.index),
        );
        return;
      }
      if (masks.drawing.value !== undefined) return;
      // The two clicks have moved the active marker, which a double click does not mean.
      if (beforeClick && Date.now() - beforeClick.atMs <= DOUBLE_CLICK_MS) markers.restore(beforeClick.state);
      beforeClick = undefined;
      void markers.peakNear(point.frequencyHz, hzOfPx(REACH.peak)).then((peakHz) => {
        if (peakHz === undefined) return onNothing();
        const there = markers.list.value.find((marker) => marker.frequencyHz === markers.snap(peakHz));
        if (there) markers.activate(there.number);
        else markers.add({ frequencyHz: peakHz });
      });
    },
  };
}
