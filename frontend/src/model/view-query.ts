import { decodeMarkers, encodeMarkers, type MarkedView } from "./marker-query.ts";
import { DEFAULT_VIEW, type PlotView } from "./plot-view.ts";
import { TRACE_ROLES, type TraceSwitches } from "./trace-options.ts";

export const DRAWER_TABS = ["channels", "markers", "events", "setup", "truth"] as const;
export type DrawerTab = (typeof DRAWER_TABS)[number];

/** The parts of the live page that its address keeps. */
export interface SharedView {
  view: Partial<Pick<PlotView, "range" | "scale" | "traces"> & MarkedView>;
  tab: DrawerTab;
}

type Query = Record<string, unknown>;

/** Reads the address: `f` in MHz, `l` reference and dB per division, `t` traces, `tab`. Ignores what does not fit. */
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
  return { view, tab: DRAWER_TABS.find((tab) => tab === query.tab) ?? "channels" };
}

/** Writes the address; what stands at its default is left out. */
export function queryOfView(view: PlotView, ranged: boolean, tab: DrawerTab): Record<string, string> {
  const query: Record<string, string> = encodeMarkers(view);
  const { range, scale, traces } = view;
  if (ranged) query.f = `${round(range.startHz / 1e6)}_${round(range.stopHz / 1e6)}`;
  if (
    scale.refDbmv !== DEFAULT_VIEW.scale.refDbmv ||
    scale.dbPerDivision !== DEFAULT_VIEW.scale.dbPerDivision
  ) {
    query.l = `${scale.refDbmv}_${scale.dbPerDivision}`;
  }
  if (TRACE_ROLES.some((role) => traces[role] !== DEFAULT_VIEW.traces[role])) {
    query.t = TRACE_ROLES.filter((role) => traces[role]).join(",");
  }
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
