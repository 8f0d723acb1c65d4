import type { AverageMode } from "@pnmlab/pnm-analysis";

/** Everything that is drawn in the trace pane as a trace. `persistence` is drawn as cells under the lines. */
export const TRACE_ROLES = [
  "live",
  "average",
  "max",
  "min",
  "band",
  "reference",
  "difference",
  "user",
  "persistence",
] as const;
export type TraceRole = (typeof TRACE_ROLES)[number];
export type TraceSwitches = Record<TraceRole, boolean>;

export const TRACE_NAMES: Record<TraceRole, string> = {
  live: "Live",
  average: "Average",
  max: "Max hold",
  min: "Min hold",
  band: "p10–p90",
  reference: "Reference",
  difference: "Difference",
  user: "Maths",
  persistence: "Persistence",
};

export const DEFAULT_SWITCHES: TraceSwitches = {
  live: true,
  average: true,
  max: true,
  min: false,
  band: true,
  reference: false,
  difference: false,
  user: false,
  persistence: false,
};

/** The band by the shares at its edges: `p10–p90`. */
export function bandName({ band }: TraceOptions): string {
  return `p${Math.round(band.lowShare * 100)}–p${Math.round(band.highShare * 100)}`;
}

/** What differences and sums are made of; `p50` is the middle line of the band, `floor` the noise floor per bin. */
export const TRACE_SOURCES = ["live", "average", "max", "min", "p50", "reference", "floor"] as const;
export type TraceSource = (typeof TRACE_SOURCES)[number];

export const SOURCE_NAMES: Record<TraceSource, string> = {
  live: "Live",
  average: "Average",
  max: "Max hold",
  min: "Min hold",
  p50: "p50",
  reference: "Reference",
  floor: "Noise floor",
};

/** How long a hold holds: since its reset, over the last seconds, or falling back by so many dB in a second. */
export type HoldRule =
  | { rule: "reset" }
  | { rule: "window"; seconds: number }
  | { rule: "decay"; dbPerS: number };

/** What a pixel column shows of its bins: the highest, all from the lowest to the highest, or the one in its middle. */
export const DECIMATIONS = ["peak", "normal", "sample"] as const;
export type Decimation = (typeof DECIMATIONS)[number];

export const USER_OPERATIONS = ["sum", "difference", "smooth"] as const;
export type UserOperation = (typeof USER_OPERATIONS)[number];

export interface TraceOptions {
  average: { mode: AverageMode; count: number };
  max: HoldRule;
  min: HoldRule;
  /** Shares of the looks that lie below the edges of the band, and how many looks it goes over. */
  band: { lowShare: number; highShare: number; frames: number };
  difference: { a: TraceSource; b: TraceSource };
  /** `smooth` takes `a` alone, over `width` bins (odd). */
  user: { operation: UserOperation; a: TraceSource; b: TraceSource; width: number };
  /** Seconds after which a hit counts 1/e; Infinity keeps all. */
  persistence: { tauS: number };
  /** Colours that were chosen in place of those of the theme, as `#rrggbb`. */
  colours: Partial<Record<TraceRole, string>>;
  decimation: Decimation;
}

export const DEFAULT_TRACE_OPTIONS: TraceOptions = {
  average: { mode: "moving", count: 16 },
  max: { rule: "reset" },
  min: { rule: "reset" },
  band: { lowShare: 0.1, highShare: 0.9, frames: 600 },
  difference: { a: "average", b: "reference" },
  user: { operation: "sum", a: "average", b: "reference", width: 9 },
  persistence: { tauS: 1 },
  colours: {},
  decimation: "peak",
};

/** Sources that the shown traces are made from, so that only those are computed. */
export function usesSource(switches: TraceSwitches, options: TraceOptions, source: TraceSource): boolean {
  const { difference, user } = options;
  return (
    (switches.difference && (difference.a === source || difference.b === source)) ||
    (switches.user && (user.a === source || (user.operation !== "smooth" && user.b === source)))
  );
}

export function holdOf(rule: HoldRule): { decayDbPerS?: number; windowS?: number } {
  if (rule.rule === "window") return { windowS: rule.seconds };
  if (rule.rule === "decay") return { decayDbPerS: rule.dbPerS };
  return {};
}
