import { LOG_AVERAGE_BIAS_DB, maxHoldDriftDb, minHoldDriftDb } from "@pnmlab/pnm-analysis";
import { formatCount, formatNumber, formatSigned } from "./format.ts";
import type { PlotReport } from "./plot-report.ts";
import {
  type Decimation,
  type HoldRule,
  SOURCE_NAMES,
  type TraceOptions,
  type TraceRole,
} from "./trace-options.ts";

type Looks = Pick<
  PlotReport,
  "averagedFrames" | "holdFrames" | "minHoldFrames" | "bandFrames" | "referenceLabel"
>;

const NO_LOOKS: Looks = {
  averagedFrames: 0,
  holdFrames: 0,
  minHoldFrames: 0,
  bandFrames: 0,
  referenceLabel: undefined,
};

/** How a trace is made, short enough for its chip. */
export function traceMode(role: TraceRole, options: TraceOptions, looks: Looks = NO_LOOKS): string {
  switch (role) {
    case "live":
      return "single frame";
    case "average":
      return averageMode(options.average, looks.averagedFrames);
    case "max":
      return holdMode(options.max, looks.holdFrames);
    case "min":
      return holdMode(options.min, looks.minHoldFrames);
    case "band":
      return soFar(looks.bandFrames, options.band.frames, "frames");
    case "reference":
      return looks.referenceLabel ?? "none taken";
    case "difference":
      return `${SOURCE_NAMES[options.difference.a]} − ${SOURCE_NAMES[options.difference.b]}`;
    case "user":
      return userMode(options.user);
    case "persistence":
      return Number.isFinite(options.persistence.tauS)
        ? `${formatNumber(options.persistence.tauS, options.persistence.tauS < 10 ? 1 : 0)} s`
        : "keeps all";
  }
}

function averageMode({ mode, count }: TraceOptions["average"], frames: number): string {
  if (mode === "leaky") return `exponential ${count}`;
  if (mode === "fixed") return `${soFar(frames, count, "")}, fixed`;
  return mode === "log" ? `${soFar(frames, count, "")}, log: −2.5 dB` : `${soFar(frames, count, "")}, power`;
}

function holdMode(hold: HoldRule, looks: number): string {
  const held = `${formatCount(looks)} frames`;
  if (hold.rule === "window") return `${formatNumber(hold.seconds, 0)} s, ${held}`;
  return hold.rule === "decay" ? `${held}, ${formatNumber(hold.dbPerS, 1)} dB/s` : held;
}

function soFar(now: number, wanted: number, unit: string): string {
  const count = now < wanted ? `${formatCount(now)} of ${formatCount(wanted)}` : formatCount(wanted);
  return unit ? `${count} ${unit}` : count;
}

function userMode({ operation, a, b, width }: TraceOptions["user"]): string {
  if (operation === "smooth") return `${SOURCE_NAMES[a]} over ${width} bins`;
  return `${SOURCE_NAMES[a]} ${operation === "sum" ? "+" : "−"} ${SOURCE_NAMES[b]}`;
}

/** What a reader must know of the statistics of a trace; undefined where there is nothing to warn of. */
export function traceStatistics(
  role: TraceRole,
  options: TraceOptions,
  looks: Looks = NO_LOOKS,
): string | undefined {
  switch (role) {
    case "live":
      return "One look: on noise a single bin scatters by 5.6 dB.";
    case "average":
      return options.average.mode === "log"
        ? `A mean of dB values reads noise ${formatNumber(-LOG_AVERAGE_BIAS_DB, 1)} dB low. Channel powers are never taken from it.`
        : "Mean of linear powers: noise reads true.";
    case "max":
      return looks.holdFrames > 0
        ? `On noise the maximum of ${formatCount(looks.holdFrames)} looks reads ${formatSigned(maxHoldDriftDb(looks.holdFrames), 1)} dB to its mean, and drifts on with every look.`
        : undefined;
    case "min":
      return looks.minHoldFrames > 0
        ? `On noise the minimum of ${formatCount(looks.minHoldFrames)} looks reads ${formatSigned(minHoldDriftDb(looks.minHoldFrames), 1)} dB to its mean, and drifts on with every look.`
        : undefined;
    case "band":
      return "Shares of the frames below each edge, by a histogram of half-dB cells; the dashed line is the median.";
    case "difference":
      return "In dB; its zero is the middle line of the pane.";
    case "user":
      return options.user.operation === "sum" ? "Powers are added, not dB." : undefined;
    case "reference":
    case "persistence":
      return undefined;
  }
}

export const DECIMATION_WORDS: Record<Decimation, string> = {
  peak: "peak",
  normal: "lowest to highest",
  sample: "middle bin",
};
