import type { PlotTheme } from "../../render/plot-theme.ts";

export const PICTURE_FONT = "'Inter Variable', Inter, 'Helvetica Neue', Arial, sans-serif";

/** The light theme of the page, whatever the page shows: for paper. `picture-look.test.ts` holds it to the tokens. */
export const PAPER_LOOK: PlotTheme = {
  well: "#ffffff",
  panel: "#f8fafb",
  popover: "#ffffff",
  grid: "rgb(40 60 90 / 0.12)",
  frame: "rgb(40 60 90 / 0.2)",
  edge: "#c2cad3",
  hatch: "rgb(40 60 90 / 0.34)",
  plan: "#3a66b8",
  planShade: "rgb(58 102 184 / 0.06)",
  text1: "#12161b",
  text2: "#434d59",
  text3: "#5a6572",
  fail: "#c2261e",
  warn: "#8a5800",
  unknown: "#57607a",
  accent: "#1a5ccb",
  traces: {
    live: "#a5890f",
    average: "#4d9bc1",
    max: "#d4377b",
    min: "#0a5542",
    band: "#7156d8",
    reference: "#181b1f",
    difference: "#914b00",
    user: "#1b008f",
    persistence: "#a5890f",
  },
  bandOpacity: 0.16,
  labelFont: `400 11.5px ${PICTURE_FONT}`,
  strongFont: `600 11.5px ${PICTURE_FONT}`,
};
