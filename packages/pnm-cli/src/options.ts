import { parseArgs } from "node:util";
import {
  type DecodeHints,
  UTSC_FORMATS,
  UTSC_READING_PROFILES,
  type UtscHints,
  type UtscLayout,
  type UtscOutputFormat,
} from "@pnmlab/pnm-codec";
import { type CommandName, UsageError } from "./usage.ts";

export interface Options {
  help: boolean;
  files: string[];
  recursive: boolean;
  /** Name to go by instead of the file's own. */
  name: string | undefined;
  hints: DecodeHints;
  output: string | undefined;
  csv: boolean;
  pretty: boolean;
  raw: boolean;
  data: boolean;
  image: "svg" | "png";
  widthPixels: number;
  /** Result set, counted from 0. */
  frame: number;
}

const INPUT_OPTIONS = {
  help: { type: "boolean", short: "h" },
  recursive: { type: "boolean", short: "r" },
  name: { type: "string" },
  layout: { type: "string" },
  "header-length": { type: "string" },
  format: { type: "string" },
  "sample-width": { type: "string" },
  bins: { type: "string" },
  endianness: { type: "string" },
  "center-hz": { type: "string" },
  "span-hz": { type: "string" },
  scale: { type: "string" },
  k: { type: "string" },
  profile: { type: "string" },
  relative: { type: "boolean" },
  tolerant: { type: "boolean" },
} as const;

const OUTPUT_OPTIONS = {
  decode: {
    csv: { type: "boolean" },
    pretty: { type: "boolean" },
    "no-raw": { type: "boolean" },
    "no-data": { type: "boolean" },
    output: { type: "string", short: "o" },
  },
  summarize: {},
  plot: {
    output: { type: "string", short: "o" },
    image: { type: "string" },
    width: { type: "string" },
    frame: { type: "string" },
  },
} as const;

const LAYOUTS = ["e6000-328", "common-header", "vendor-header", "headerless", "manual"] as const;
const FORMATS = Object.keys(UTSC_FORMATS) as UtscOutputFormat[];
const PROFILES: Readonly<Record<string, UtscHints>> = {
  "be-hundredths": UTSC_READING_PROFILES["int16 big-endian, hundredths"],
  "be-tenths": UTSC_READING_PROFILES["int16 big-endian, tenths"],
  "le-hundredths": UTSC_READING_PROFILES["int16 little-endian, hundredths"],
};

type Values = Readonly<Record<string, unknown>>;

/** Reads what follows the command's name. @throws UsageError */
export function readOptions(command: CommandName, args: readonly string[]): Options {
  const { values, positionals } = parse(command, args);
  const image = choice(values, "image", ["svg", "png"] as const) ?? "svg";
  const options: Options = {
    help: values.help === true,
    files: positionals,
    recursive: values.recursive === true,
    name: text(values, "name"),
    hints: {
      ...(values.relative === true ? { levelReference: "relative" } : {}),
      ...(values.tolerant === true ? { tolerant: true } : {}),
      ...utscHints(values),
    },
    output: text(values, "output"),
    csv: values.csv === true,
    pretty: values.pretty === true,
    raw: values["no-raw"] !== true,
    data: values["no-data"] !== true,
    image,
    widthPixels: number(values, "width", 100, 8000, true) ?? 1200,
    frame: (number(values, "frame", 1, 1_000_000, true) ?? 1) - 1,
  };
  if (options.help) return options;
  if (options.files.length === 0) throw new UsageError("no file is named; - stands for standard input");
  if (command === "plot" && options.output === undefined) {
    throw new UsageError("plot needs -o NAME.svg, NAME.png or a directory");
  }
  return options;
}

function parse(command: CommandName, args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    const options = { ...INPUT_OPTIONS, ...OUTPUT_OPTIONS[command] };
    const { values, positionals } = parseArgs({ args: joinNegative(args), options, allowPositionals: true });
    return { values: { ...values }, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `--k -6000` as `--k=-6000`: the parser takes a lone `-6000` for options. */
function joinNegative(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    if (/^-\.?\d/.test(arg) && /^--[a-z-]+$/.test(joined.at(-1) ?? "")) joined.push(`${joined.pop()}=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

/** Undefined hints would hide that nothing was said, so that only what was given is there. */
function utscHints(values: Values): { utsc?: UtscHints } {
  const profile = choice(values, "profile", Object.keys(PROFILES));
  const given: UtscHints = {
    layout: choice(values, "layout", LAYOUTS) satisfies UtscLayout | undefined,
    headerLength: number(values, "header-length", 0, 1e9, true),
    outputFormat: choice(values, "format", FORMATS),
    sampleWidth: sampleWidth(values),
    bins: number(values, "bins", 1, 1e8, true),
    endianness: choice(values, "endianness", ["big", "little"] as const),
    centerFrequencyHz: number(values, "center-hz", 0, 1e11, false),
    spanHz: number(values, "span-hz", 1, 1e11, false),
    dbPerCount: number(values, "scale", 1e-9, 1e3, false),
    kHundredthsDb: number(values, "k", -1e6, 1e6, true),
  };
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const utsc = { ...(profile === undefined ? {} : PROFILES[profile]), ...Object.fromEntries(entries) };
  return Object.keys(utsc).length === 0 ? {} : { utsc: { ...utsc, overrides: true } };
}

function sampleWidth(values: Values): 2 | 4 | undefined {
  const width = choice(values, "sample-width", ["2", "4"] as const);
  return width === undefined ? undefined : width === "2" ? 2 : 4;
}

function text(values: Values, name: string): string | undefined {
  const value = values[name];
  if (value === "") throw new UsageError(`--${name} is empty`);
  return typeof value === "string" ? value : undefined;
}

function choice<Name extends string>(
  values: Values,
  name: string,
  allowed: readonly Name[],
): Name | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`--${name} is "${value}", expected ${allowed.join(", ")}`);
  return found;
}

function number(
  values: Values,
  name: string,
  least: number,
  most: number,
  isWhole: boolean,
): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (
    Number.isFinite(parsed) &&
    parsed >= least &&
    parsed <= most &&
    (!isWhole || Number.isInteger(parsed))
  ) {
    return parsed;
  }
  const kind = isWhole ? "a whole number" : "a number";
  throw new UsageError(`--${name} is "${value}", expected ${kind} from ${least} to ${most}`);
}
