import type { TraceRole } from "../model/trace-options.ts";

/** Colours and fonts of the canvas, read from the tokens by the page and handed to the painters. */
export interface PlotTheme {
  well: string;
  panel: string;
  popover: string;
  grid: string;
  frame: string;
  edge: string;
  hatch: string;
  plan: string;
  planShade: string;
  text1: string;
  text2: string;
  text3: string;
  accent: string;
  fail: string;
  warn: string;
  unknown: string;
  traces: Record<TraceRole, string>;
  bandOpacity: number;
  labelFont: string;
  strongFont: string;
}

/** Reads the theme from the custom properties in force. Runs on the page, never in the worker. */
export function readPlotTheme(root: HTMLElement): PlotTheme {
  const style = getComputedStyle(root);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const sizePx = Number.parseFloat(token("canvas-label-size")) * Number.parseFloat(token("text-scale"));
  const family = token("font-sans");
  return {
    well: token("bg-0"),
    panel: token("bg-2"),
    popover: token("bg-3"),
    grid: token("grid"),
    frame: token("frame"),
    edge: token("line-2"),
    hatch: token("hatch"),
    plan: token("plan"),
    planShade: token("plan-shade"),
    text1: token("text-1"),
    text2: token("text-2"),
    text3: token("text-3"),
    accent: token("accent"),
    fail: token("fail"),
    warn: token("warn"),
    unknown: token("unknown"),
    traces: {
      live: token("trace-live"),
      average: token("trace-average"),
      max: token("trace-max"),
      min: token("trace-min"),
      band: token("trace-band"),
      reference: token("trace-reference"),
      difference: token("trace-difference"),
      user: token("trace-user"),
      persistence: token("trace-live"),
    },
    bandOpacity: Number(token("band-opacity")),
    labelFont: `400 ${sizePx}px ${family}`,
    strongFont: `600 ${sizePx}px ${family}`,
  };
}
