import type { Config } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";
import { type PersonalityName, personalities } from "./personality/index.ts";
import { type ScenarioName, scenarios } from "./signal/scenario.ts";
import type { DeviceOptions } from "./simulator.ts";

/** What the command line asks for, beside the settings of the product. */
export interface CommandLine {
  help: boolean;
  /** Prints what a personality does differently, and ends. */
  describe?: PersonalityName;
  /** One CMTS of each, in this order. */
  personalities?: PersonalityName[];
  name?: string;
  host?: string;
  communityRead?: string;
  communityWrite?: string;
  scenario?: ScenarioName;
  seed?: string;
  rfPorts?: number;
  tftpPort?: number;
  /** Loopback port of the control API, which is off where this is undefined. */
  controlPort?: number;
  /** Arguments for the configuration, in the form `--name=value`. */
  rest: string[];
}

export const HELP = `PNM Lab CMTS simulator: CMTSs as SNMP agents that measure a synthetic plant and send
PNM files by TFTP.

Usage: npm run sim -- [options]

Without --personality two CMTSs start: lab-cmts-1 (generic) on PNMLAB_SIM_SNMP_PORT and
lab-cmts-2 (e6000) on the port after it. With it, one CMTS of each kind that it names starts.

  --personality NAMES     one or more, separated by commas, or "all":
${Object.values(personalities)
  .map(({ name, title }) => `                            ${name.padEnd(12)} ${title}`)
  .join("\n")}
  --describe NAME         list what that personality does differently, with sources, and end
  --name NAME             name of the first CMTS; lab-cmts-1 unless given
  --host ADDRESS          address to listen on; PNMLAB_SIM_HOST unless given
  --port PORT             UDP port of the first CMTS; PNMLAB_SIM_SNMP_PORT unless given
  --community-read TEXT   read community; that of PNMLAB_SIM_COMMUNITIES unless given
  --community-write TEXT  write community; that of PNMLAB_SIM_COMMUNITIES unless given
  --scenario NAME         one of: ${Object.keys(scenarios).join(", ")}
  --seed TEXT             another seed gives other signals; the CMTS's name unless given
  --rf-ports COUNT        RF ports of each CMTS, 1 to 256; as many as the scenario has unless given
  --tftp-port PORT        UDP port of TFTP servers that a manager names without one; 69 unless given
  --control-port PORT     loopback TCP port of the control API (faults, restarts, truth); off unless given
  --log-level LEVEL       debug, info, warn or error
  --help                  this text
`;

const OWN_OPTIONS = [
  "personality",
  "name",
  "host",
  "community-read",
  "community-write",
  "scenario",
  "seed",
  "describe",
  "rf-ports",
  "tftp-port",
  "control-port",
] as const;

const MAX_RF_PORTS = 256;
const MAX_PORT = 65_535;

/** @throws PnmLabError `BAD_OPTION` that names the option and what it takes */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const rest: string[] = [];
  const own: Partial<Record<(typeof OWN_OPTIONS)[number], string>> = {};
  for (let i = 0; i < args.length; i += 1) {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[i]!);
    if (!match) throw new PnmLabError("BAD_OPTION", `"${args[i]}" is not an option; see --help`);
    const [, name = "", inline] = match;
    if (name === "help") return { help: true, rest: [] };
    if (inline === undefined) i += 1;
    const value = inline ?? args[i];
    if (value === undefined || value === "") throw new PnmLabError("BAD_OPTION", `--${name} needs a value`);
    const ownName = OWN_OPTIONS.find((candidate) => candidate === name);
    if (ownName) own[ownName] = value;
    else if (name === "port") rest.push(`--sim-snmp-port=${value}`);
    else rest.push(`--${name}=${value}`);
  }
  return {
    help: false,
    rest,
    ...given("personalities", personalitiesOf(own.personality)),
    ...given("describe", oneOf("describe", own.describe, personalities)),
    ...given("rfPorts", numberOf("rf-ports", own["rf-ports"], MAX_RF_PORTS)),
    ...given("tftpPort", numberOf("tftp-port", own["tftp-port"], MAX_PORT)),
    ...given("controlPort", numberOf("control-port", own["control-port"], MAX_PORT)),
    ...given("scenario", oneOf("scenario", own.scenario, scenarios)),
    ...given("name", own.name),
    ...given("host", own.host),
    ...given("communityRead", own["community-read"]),
    ...given("communityWrite", own["community-write"]),
    ...given("seed", own.seed),
  };
}

/** The devices that command line and configuration ask for. */
export function devicesOf(
  line: CommandLine,
  config: Pick<Config, "simHost" | "simSnmpPort" | "simCommunities">,
): DeviceOptions[] {
  const common = {
    host: line.host ?? config.simHost,
    readCommunity: line.communityRead ?? config.simCommunities.read,
    writeCommunity: line.communityWrite ?? config.simCommunities.write,
    ...given("scenario", line.scenario),
    ...given("seed", line.seed),
    ...given("rfPorts", line.rfPorts),
    ...given("tftpPort", line.tftpPort),
  };
  const kinds = line.personalities ?? DEFAULT_PERSONALITIES;
  return kinds.map((personality, i) => ({
    ...common,
    name: (i === 0 ? line.name : undefined) ?? `lab-cmts-${i + 1}`,
    personality,
    port: config.simSnmpPort + i,
  }));
}

const DEFAULT_PERSONALITIES: readonly PersonalityName[] = ["generic", "e6000"];

function personalitiesOf(names: string | undefined): PersonalityName[] | undefined {
  if (names === "all") return Object.keys(personalities) as PersonalityName[];
  return names?.split(",").map((name) => oneOf("personality", name.trim(), personalities)!);
}

function numberOf(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number;
  throw new PnmLabError("BAD_OPTION", `--${option} takes a number from 1 to ${most}, not "${value}"`);
}

/** What a personality does differently, a line each, with sources. */
export function describePersonality(name: PersonalityName): string {
  const { title, quirks } = personalities[name];
  const lines = quirks.map(({ what, source }) => `- ${what} [${source}]`);
  return `${name}: ${title}\n\n${lines.join("\n")}\n`;
}

function oneOf<Key extends string>(
  option: string,
  value: string | undefined,
  known: Readonly<Record<Key, unknown>>,
): Key | undefined {
  if (value === undefined || Object.hasOwn(known, value)) return value as Key | undefined;
  throw new PnmLabError("BAD_OPTION", `--${option} takes ${Object.keys(known).join(" or ")}, not "${value}"`);
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
