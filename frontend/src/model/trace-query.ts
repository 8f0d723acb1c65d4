import type { AverageMode } from "@pnmlab/pnm-analysis";
import {
  DECIMATIONS,
  DEFAULT_TRACE_OPTIONS,
  type HoldRule,
  TRACE_ROLES,
  TRACE_SOURCES,
  type TraceOptions,
  type TraceRole,
  USER_OPERATIONS,
} from "./trace-options.ts";

export const AVERAGE_MODES: readonly AverageMode[] = ["moving", "fixed", "leaky", "log"];
/** Bounds of what may be typed; one place for the menus and for the address. */
export const MOST_AVERAGED = 1000;
export const MOST_BAND_FRAMES = 3000;
export const MOST_SECONDS = 86_400;
export const MOST_SMOOTHED = 301;

/** Writes the options of traces: one part each, `a.leaky.32~x.w.60`; the empty text for the defaults. */
export function textOfTraceOptions(options: TraceOptions): string {
  const plain = DEFAULT_TRACE_OPTIONS;
  const { average, band, difference, user, persistence, colours, decimation } = options;
  const parts: (string | false)[] = [
    isSame(average, plain.average) ? false : `a.${average.mode}.${average.count}`,
    isSame(options.max, plain.max) ? false : `x.${holdText(options.max)}`,
    isSame(options.min, plain.min) ? false : `n.${holdText(options.min)}`,
    isSame(band, plain.band)
      ? false
      : `b.${Math.round(band.lowShare * 100)}.${Math.round(band.highShare * 100)}.${band.frames}`,
    isSame(difference, plain.difference) ? false : `d.${difference.a}.${difference.b}`,
    isSame(user, plain.user) ? false : `u.${user.operation}.${user.a}.${user.b}.${user.width}`,
    isSame(persistence, plain.persistence)
      ? false
      : `p.${persistence.tauS === Number.POSITIVE_INFINITY ? "inf" : Math.round(persistence.tauS * 1000)}`,
    decimation === plain.decimation ? false : `l.${decimation}`,
    ...TRACE_ROLES.map((role) => {
      const colour = colours[role];
      return colour !== undefined && `c.${role}.${colour.slice(1)}`;
    }),
  ];
  return parts.filter((part) => part !== false).join("~");
}

/** Reads the options back; parts that do not fit leave their default. */
export function traceOptionsOf(text: string): TraceOptions {
  const options: TraceOptions = { ...DEFAULT_TRACE_OPTIONS, colours: {} };
  for (const part of text.split("~")) {
    const [key, ...values] = part.split(".");
    readPart(options, key!, values);
  }
  return options;
}

function readPart(options: TraceOptions, key: string, values: readonly string[]): void {
  const [first = "", second = "", third = "", fourth = ""] = values;
  switch (key) {
    case "a": {
      const mode = AVERAGE_MODES.find((known) => known === first);
      if (mode) options.average = { mode, count: whole(second, 1, MOST_AVERAGED, 16) };
      break;
    }
    case "x":
    case "n":
      options[key === "x" ? "max" : "min"] = holdOfText(first, values.slice(1).join("."));
      break;
    case "b": {
      const [low, high] = [whole(first, 0, 99, 10) / 100, whole(second, 1, 100, 90) / 100];
      if (low < high) {
        options.band = { lowShare: low, highShare: high, frames: whole(third, 10, MOST_BAND_FRAMES, 600) };
      }
      break;
    }
    case "d":
      options.difference = { a: sourceOf(first, "average"), b: sourceOf(second, "reference") };
      break;
    case "u": {
      const operation = USER_OPERATIONS.find((known) => known === first) ?? "sum";
      const width = whole(fourth, 1, MOST_SMOOTHED, 9) | 1;
      options.user = { operation, a: sourceOf(second, "average"), b: sourceOf(third, "reference"), width };
      break;
    }
    case "p":
      options.persistence = {
        tauS: first === "inf" ? Number.POSITIVE_INFINITY : whole(first, 100, 3_600_000, 1000) / 1000,
      };
      break;
    case "l":
      options.decimation = DECIMATIONS.find((known) => known === first) ?? "peak";
      break;
    case "c": {
      const role = TRACE_ROLES.find((known): known is TraceRole => known === first);
      if (role && /^[0-9a-f]{6}$/i.test(second))
        options.colours = { ...options.colours, [role]: `#${second}` };
      break;
    }
  }
}

function holdText(hold: HoldRule): string {
  if (hold.rule === "window") return `w.${hold.seconds}`;
  return hold.rule === "decay" ? `f.${hold.dbPerS}` : "r";
}

function holdOfText(rule: string, value: string): HoldRule {
  const number = Number(value);
  if (!(number > 0)) return { rule: "reset" };
  if (rule === "w") return { rule: "window", seconds: Math.min(MOST_SECONDS, number) };
  if (rule === "f") return { rule: "decay", dbPerS: Math.min(1000, number) };
  return { rule: "reset" };
}

function whole(text: string, least: number, most: number, otherwise: number): number {
  const value = Math.round(Number(text));
  return text !== "" && value >= least && value <= most ? value : otherwise;
}

function sourceOf<Source extends (typeof TRACE_SOURCES)[number]>(text: string, otherwise: Source) {
  return TRACE_SOURCES.find((known) => known === text) ?? otherwise;
}

function isSame(a: object, b: object): boolean {
  return textOf(a) === textOf(b);
}

function textOf(value: object): string {
  // JSON knows no infinity.
  return JSON.stringify(value, (_, part: unknown) => (part === Number.POSITIVE_INFINITY ? "inf" : part));
}
