import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nearestWord } from "@pnmlab/kit";
import { readEnvFile } from "./env-file.ts";
import { ConfigError } from "./errors.ts";
import {
  absolutePath,
  type Config,
  type FieldName,
  type Program,
  type Variable,
  variables,
} from "./variables.ts";

export type Layer = "command line" | "environment" | "file" | "default";

/** An effective value and the layer that gave it; secrets are masked. */
export interface EffectiveValue {
  name: string;
  value: string;
  layer: Layer;
}

export interface LoadedConfig {
  config: Config;
  /** Effective text of every variable by its name, for fingerprints; secrets are among them. */
  texts: Readonly<Record<string, string>>;
  effective: EffectiveValue[];
  /** Lines about `PNMLAB_*` names that nobody reads. */
  warnings: string[];
}

export interface LoadOptions {
  /** Folder of `.env`; the root of the checkout or of the image by default. */
  rootDir?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** Arguments such as `--http-port=5050`; they win over everything. */
  args?: readonly string[];
}

const checkoutDir = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/**
 * Root of the running code: the checkout, two folders above this package, or in an image, where packages
 * lie elsewhere, what PNMLAB_ROOT says.
 */
export const defaultRootDir = existsSync(join(checkoutDir, "package.json"))
  ? checkoutDir
  : process.env.PNMLAB_ROOT || checkoutDir;

/**
 * Reads the configuration of a program. Order: command line, environment, `.env`, default.
 * Only the variables that the program reads are checked, so that an agent needs no session key.
 *
 * @throws ConfigError with one line that names variable, source and accepted form.
 */
export function loadConfig(program: Program, options: LoadOptions = {}): LoadedConfig {
  const rootDir = options.rootDir ?? process.env.PNMLAB_ROOT ?? defaultRootDir;
  const env = options.env ?? process.env;
  const fileName = join(rootDir, ".env");
  const file = readEnvFile(fileName);
  const args = parseArgs(options.args ?? []);

  const texts: Record<string, string> = {};
  const layers: Record<string, Layer> = {};
  const values: Record<string, unknown> = {};
  const effective: EffectiveValue[] = [];

  for (const [field, variable] of Object.entries(variables) as [FieldName, Variable][]) {
    const { name } = variable;
    const given: [Layer, string | undefined][] = [
      ["command line", args[name]],
      ["environment", env[name]],
      ["file", file[name]],
    ];
    // An empty text counts as not given: compose files and templates write `NAME=` for "default".
    const [layer, text] = given.find(([, candidate]) => candidate !== undefined && candidate !== "") ?? [
      "default" as const,
      typeof variable.default === "function" ? variable.default(texts, rootDir) : variable.default,
    ];
    texts[name] = isPath(field) && text ? toAbsolute(rootDir, text!) : text!;
    layers[name] = layer;
    const isRead = variable.readers.includes(program);
    const parsed = variable.schema.safeParse(texts[name]);
    if (!parsed.success) {
      if (!isRead) continue;
      throw new ConfigError(
        `${name} ${describeValue(variable, texts[name]!)} (from ${sourceText(layer, fileName)}) is not valid: expected ${variable.form}`,
      );
    }
    values[field] = parsed.data;
    if (isRead) {
      effective.push({ name, value: variable.secret ? "set, not shown" : texts[name]!, layer });
    }
  }
  const config = Object.freeze(values) as Config;
  return { config, texts, effective, warnings: unknownNames(env, file, args) };
}

function isPath(field: FieldName): boolean {
  return field === "dataDir" || field === "tftpDir";
}

function toAbsolute(rootDir: string, path: string): string {
  return isAbsolute(path) ? path : absolutePath(rootDir, path);
}

function describeValue(variable: Variable, text: string): string {
  if (text === "") return "is not set and";
  return variable.secret ? "(value not shown)" : `"${text}"`;
}

function sourceText(layer: Layer, fileName: string): string {
  return layer === "file" ? fileName : layer;
}

function parseArgs(args: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const arg of args) {
    const match = /^--([a-z0-9-]+)=(.*)$/.exec(arg);
    if (match) values[`PNMLAB_${match[1]!.toUpperCase().replaceAll("-", "_")}`] = match[2]!;
  }
  return values;
}

/** Names that are read outside of the configuration: by the bootstrap, the build, compose and the test runs. */
const OTHER_NAMES = [
  "PNMLAB_IMAGE_TAG",
  "PNMLAB_ROOT",
  "PNMLAB_BUILD_COMMIT",
  "PNMLAB_BUILD_DIRTY",
  "PNMLAB_BUILD_TIME",
  "PNMLAB_FUZZ_RUNS",
];

function unknownNames(...sources: Readonly<Record<string, string | undefined>>[]): string[] {
  const known: string[] = [...Object.values(variables).map((variable) => variable.name), ...OTHER_NAMES];
  const names = new Set(sources.flatMap((source) => Object.keys(source)));
  return [...names]
    .filter((name) => name.startsWith("PNMLAB_") && !known.includes(name))
    .map((name) => {
      const nearest = nearestWord(name, known);
      return nearest
        ? `${name} is not a known setting and has no effect; did you mean ${nearest}?`
        : `${name} is not a known setting and has no effect`;
    });
}
