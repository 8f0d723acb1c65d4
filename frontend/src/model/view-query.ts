import { decodeMarkers, encodeMarkers } from "./marker-query.ts";
import { PALETTE_NAMES, type PaletteName } from "./palette.ts";
import { DEFAULT_VIEW, type PlotView } from "./plot-view.ts";
import { displayOfText, textOfDisplay } from "./shown-level.ts";
import { TRACE_ROLES, type TraceSwitches } from "./trace-options.ts";
import { textOfTraceOptions, traceOptionsOf } from "./trace-query.ts";

export const DRAWER_TABS = ["channels", "markers", "events", "setup", "truth"] as const;
export type DrawerTab = (typeof DRAWER_TABS)[number];

/** The parts of the live page that its address keeps. */
export interface SharedView {
  view: Partial<Omit<PlotView, "frozen" | "stale" | "calm" | "scrollMs" | "events" | "palette">>;
  palette: PaletteName | undefined;
  tab: DrawerTab;
}

type Query = Record<string, unknown>;

/**
 * Reads the address: `f` in MHz, `l` reference and dB per division, `t` traces, `o` their options, `u` unit and
 * offset, `c` colour limits, `p` palette, `s` share of the trace pane, `r` milliseconds per row, `tab`, and the
 * markers. Ignores what does not fit.
 */
export function viewOfQuery(query: Query): SharedView {
  const view: SharedView["view"] = decodeMarkers(query);
  const [startMhz, stopMhz] = numbersOf(query.f);
  if (startMhz !== undefined && stopMhz !== undefined && startMhz >= 0 && stopMhz > startMhz) {
    view.range = { startHz: startMhz * 1e6, stopHz: stopMhz * 1e6 };
  }
  const [refDbmv, dbPerDivision] = numbersOf(query.l);
  if (refDbmv !== undefined && dbPerDivision !== undefined && dbPerDivision > 0) {
    view.scale = { refDbmv, dbPerDivision };
  }
  if (typeof query.t === "string") {
    const on = query.t.split(",");
    view.traces = Object.fromEntries(TRACE_ROLES.map((role) => [role, on.includes(role)])) as TraceSwitches;
  }
  if (typeof query.o === "string") view.traceOptions = traceOptionsOf(query.o);
  Object.assign(view, displayOfText(query.u));
  const [lowDbmv, highDbmv] = numbersOf(query.c);
  if (lowDbmv !== undefined && highDbmv !== undefined && highDbmv > lowDbmv) {
    view.colours = { lowDbmv, highDbmv };
  }
  const [share] = numbersOf(query.s);
  if (share !== undefined && share >= 20 && share <= 85) view.traceShare = share / 100;
  const [msPerPx] = numbersOf(query.r);
  if (msPerPx !== undefined && msPerPx >= 10 && msPerPx <= 600_000) view.msPerPx = msPerPx;
  const palette = PALETTE_NAMES.find((name) => name === query.p);
  return { view, palette, tab: DRAWER_TABS.find((tab) => tab === query.tab) ?? "channels" };
}

/**
 * Writes the address; what stands at its default is left out.
 *
 * @param isColoured the limits of the colours were chosen, in place of those that a new picture gets by itself
 */
export function queryOfView(
  view: PlotView,
  ranged: boolean,
  tab: DrawerTab,
  isColoured = false,
): Record<string, string> {
  const query: Record<string, string> = encodeMarkers(view);
  const { range, scale, traces } = view;
  if (ranged) query.f = `${round(range.startHz / 1e6)}_${round(range.stopHz / 1e6)}`;
  if (
    scale.refDbmv !== DEFAULT_VIEW.scale.refDbmv ||
    scale.dbPerDivision !== DEFAULT_VIEW.scale.dbPerDivision
  ) {
    query.l = `${Math.round(scale.refDbmv * 100) / 100}_${scale.dbPerDivision}`;
  }
  if (TRACE_ROLES.some((role) => traces[role] !== DEFAULT_VIEW.traces[role])) {
    query.t = TRACE_ROLES.filter((role) => traces[role]).join(",");
  }
  const options = textOfTraceOptions(view.traceOptions);
  if (options) query.o = options;
  const display = textOfDisplay(view);
  if (display) query.u = display;
  if (isColoured) query.c = `${view.colours.lowDbmv}_${view.colours.highDbmv}`;
  if (view.traceShare !== DEFAULT_VIEW.traceShare) query.s = String(Math.round(view.traceShare * 100));
  if (view.msPerPx !== DEFAULT_VIEW.msPerPx) query.r = String(Math.round(view.msPerPx));
  if (tab !== "channels") query.tab = tab;
  return query;
}

function numbersOf(part: unknown): number[] {
  if (typeof part !== "string") return [];
  return part.split("_").map(Number).filter(Number.isFinite);
}

function round(mhz: number): number {
  return Math.round(mhz * 1000) / 1000;
}
