/** A rectangle in CSS pixels of the canvas. */
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where the parts of the live plot lie. Painters and pointer handling share it, so they never disagree. */
export interface PlotLayout {
  width: number;
  height: number;
  trace: Box;
  /** Strip with the frequency labels between the panes; its drag moves the split. */
  axis: Box;
  waterfall: Box;
  colourBar: Box;
  /** Labels and gutters are drawn; tiles leave them out. */
  labelled: boolean;
}

export interface Gutters {
  left: number;
  right: number;
}

const AXIS_HEIGHT = 24;
const TOP_MARGIN = 8;
/** A pane is never lower than this where there is room for both; where there is not, one of them goes. */
export const LEAST_PANE_PX = 200;

export type Pane = "trace" | "waterfall";
export type Panes = Pane | "both";

/** Whether trace and waterfall both have room in a plot of a height, CSS pixels. */
export function hasRoomForBoth(height: number): boolean {
  return panesOf(height) >= 2 * LEAST_PANE_PX;
}

/** A share of the trace pane that leaves something of both. */
export function clampTraceShare(share: number): number {
  return Math.min(0.85, Math.max(0.2, share));
}

function panesOf(height: number): number {
  return Math.max(2, height - TOP_MARGIN - AXIS_HEIGHT - TOP_MARGIN);
}

/**
 * Layout of the monitor: gutters for labels, trace pane above the shared axis, waterfall below. A pane that is not
 * shown has no height.
 */
export function monitorLayout(
  width: number,
  height: number,
  gutters: Gutters,
  { traceShare, panes: shown }: { traceShare: number; panes: Panes },
): PlotLayout {
  const paneWidth = Math.max(1, width - gutters.left - gutters.right);
  const panes = panesOf(height);
  const least = Math.min(LEAST_PANE_PX, panes / 2);
  const shared = Math.round(Math.min(Math.max(panes * traceShare, least), panes - least));
  const traceHeight = shown === "both" ? shared : shown === "trace" ? panes : 0;
  const trace = { left: gutters.left, top: TOP_MARGIN, width: paneWidth, height: traceHeight };
  const axis = { left: gutters.left, top: trace.top + traceHeight, width: paneWidth, height: AXIS_HEIGHT };
  const waterfallTop = axis.top + AXIS_HEIGHT;
  const waterfall = { ...trace, top: waterfallTop, height: panes - traceHeight };
  const colourBar = {
    left: gutters.left + paneWidth + 9,
    top: waterfallTop + 5,
    width: 10,
    height: Math.max(0, waterfall.height - 10),
  };
  return { width, height, trace, axis, waterfall, colourBar, labelled: true };
}

/** Layout of a small picture without labels: trace above, waterfall below. */
export function tileLayout(width: number, height: number): PlotLayout {
  const traceHeight = Math.round(height * 0.6);
  const trace = { left: 0, top: 0, width, height: traceHeight };
  const axis = { left: 0, top: traceHeight, width, height: 2 };
  const waterfall = { left: 0, top: traceHeight + 2, width, height: Math.max(1, height - traceHeight - 2) };
  const colourBar = { left: width, top: waterfall.top, width: 0, height: waterfall.height };
  return { width, height, trace, axis, waterfall, colourBar, labelled: false };
}

export type PlotZone = "trace" | "levelAxis" | "frequencyAxis" | "waterfall" | "timeAxis" | "colourBar";

/** The part of the plot under a point, or undefined between the parts. */
export function zoneAt(layout: PlotLayout, x: number, y: number): PlotZone | undefined {
  const { trace, axis, waterfall, colourBar } = layout;
  const inPane = x >= trace.left && x <= trace.left + trace.width;
  if (y >= axis.top && y < axis.top + axis.height) return "frequencyAxis";
  if (y >= trace.top && y < axis.top) return inPane ? "trace" : x < trace.left ? "levelAxis" : undefined;
  if (waterfall.height > 0 && y >= waterfall.top && y <= waterfall.top + waterfall.height) {
    if (inPane) return "waterfall";
    if (x < trace.left) return "timeAxis";
    if (x >= colourBar.left - 10) return "colourBar";
  }
  return undefined;
}
