import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
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

/** A setting as it stands, with what is wrong with it. */
export interface InspectedSetting extends EffectiveValue {
  /** `--agent-name` of PNMLAB_AGENT_NAME. */
  flag: string;
  /** One line that names variable, source and accepted form; undefined where the value is valid. */
  problem: string | undefined;
}

export interface InspectedConfig {
  settings: InspectedSetting[];
  /** Lines about `PNMLAB_*` names that nobody reads. */
  warnings: string[];
  /** The settings file; it need not exist. */
  fileName: string;
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
 * Reads the configuration of a program. Order: command line, environment, settings file, default.
 * Only the variables that the program reads are checked, so that an agent needs no session key.
 *
 * @throws ConfigError with one line that names variable, source and accepted form.
 */
export function loadConfig(program: Program, options: LoadOptions = {}): LoadedConfig {
  const { settings, texts, values, warnings } = readSettings(program, options);
  const wrong = settings.find(({ problem }) => problem !== undefined);
  if (wrong) throw new ConfigError(wrong.problem!);
  const effective = settings.map(({ name, value, layer }) => ({ name, value, layer }));
  return { config: Object.freeze(values) as Config, texts, effective, warnings };
}

/**
 * Every setting that a program reads, the wrong ones among them.
 *
 * @throws ConfigError where the settings file cannot be read.
 */
export function inspectConfig(program: Program, options: LoadOptions = {}): InspectedConfig {
  const { settings, warnings, fileName } = readSettings(program, options);
  return { settings, warnings, fileName };
}

/** The flag of a variable: `--agent-name` of PNMLAB_AGENT_NAME. */
export function flagOf(name: string): string {
  return `--${name
    .replace(/^PNMLAB_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`;
}

interface ReadSettings extends InspectedConfig {
  texts: Record<string, string>;
  values: Record<string, unknown>;
}

function readSettings(program: Program, options: LoadOptions): ReadSettings {
  const rootDir = options.rootDir ?? process.env.PNMLAB_ROOT ?? defaultRootDir;
  const env = options.env ?? process.env;
  const args = parseArgs(options.args ?? []);
  const { fileName, file } = readSettingsFile(program, rootDir, env, args);
  const baseDir = dirname(fileName);

  const texts: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const settings: InspectedSetting[] = [];

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
    texts[name] = isPath(field) && text ? toAbsolute(baseDir, text!) : text!;
    if (field === "settingsFile") texts[name] = fileName;
    const parsed =
      texts[name] === "" && isReplaced(program, variable, texts)
        ? { success: true as const, data: "" }
        : variable.schema.safeParse(texts[name]);
    if (parsed.success) values[field] = parsed.data;
    if (!variable.readers.includes(program)) continue;
    settings.push({
      name,
      flag: flagOf(name),
      value: shownValue(variable, texts[name]!),
      layer,
      problem: parsed.success
        ? undefined
        : `${name} ${describeValue(variable, texts[name]!)} (from ${sourceText(layer, fileName)}) is not valid: expected ${variable.form}`,
    });
  }
  return { settings, texts, values, warnings: unknownNames(env, file, args), fileName };
}

/** @throws ConfigError where a file that was asked for by name is not there. */
function readSettingsFile(
  program: Program,
  rootDir: string,
  env: Readonly<Record<string, string | undefined>>,
  args: Readonly<Record<string, string>>,
): { fileName: string; file: Record<string, string> } {
  const { name, readers } = variables.settingsFile;
  const named = (readers as readonly Program[]).includes(program) && (args[name] || env[name]);
  const fileName = named ? resolve(named) : join(rootDir, ".env");
  if (named && !existsSync(fileName)) {
    throw new ConfigError(`${fileName} (${name}) cannot be read: there is no such file`);
  }
  return { fileName, file: readEnvFile(fileName) };
}

function shownValue(variable: Variable, text: string): string {
  if (!variable.secret) return text;
  return text === "" ? "not set" : "set, not shown";
}

const PATHS: readonly FieldName[] = [
  "dataDir",
  "tftpDir",
  "agentDataDir",
  "agentDataDir",
  "agentTokenFile",
  "eventWebhookUrlFile",
  "agentCaFile",
  "agentCertFile",
  "agentKeyFile",
  "snmpProfilesFile",
];

function isPath(field: FieldName): boolean {
  return PATHS.includes(field);
}

/** Whether another variable, which the program reads and which is set, stands in for this one. */
function isReplaced(
  program: Program,
  { notNeededWith }: Variable,
  texts: Readonly<Record<string, string>>,
): boolean {
  const other = (Object.values(variables) as Variable[]).find(({ name }) => name === notNeededWith);
  return Boolean(other?.readers.includes(program) && texts[other.name]);
}

function toAbsolute(baseDir: string, path: string): string {
  return isAbsolute(path) ? path : absolutePath(baseDir, path);
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
  "PNMLAB_CHECK_SOCKET",
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
