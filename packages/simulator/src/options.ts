import type { Config } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";
import { type PersonalityName, personalities } from "./personality/index.ts";
import { type ScenarioName, scenarios } from "./signal/scenario.ts";
import type { DeviceOptions } from "./simulator.ts";

/** What the command line asks for, beside the settings of the product. */
export interface CommandLine {
  help: boolean;
  personality?: PersonalityName;
  name?: string;
  host?: string;
  communityRead?: string;
  communityWrite?: string;
  scenario?: ScenarioName;
  seed?: string;
  /** Arguments for the configuration, in the form `--name=value`. */
  rest: string[];
}

export const HELP = `PNM Lab CMTS simulator: CMTSs as SNMP agents that measure a synthetic plant and send
PNM files by TFTP.

Usage: npm run sim -- [options]

Without --personality two CMTSs start: lab-cmts-1 (generic) on PNMLAB_SIM_SNMP_PORT and
lab-cmts-2 (e6000) on the port after it. With it, one CMTS of that kind starts.

  --personality NAME      one of: ${Object.keys(personalities).join(", ")}
  --name NAME             name of the single CMTS; lab-cmts-1 unless given
  --host ADDRESS          address to listen on; PNMLAB_SIM_HOST unless given
  --port PORT             UDP port of the first CMTS; PNMLAB_SIM_SNMP_PORT unless given
  --community-read TEXT   read community; that of PNMLAB_SIM_COMMUNITIES unless given
  --community-write TEXT  write community; that of PNMLAB_SIM_COMMUNITIES unless given
  --scenario NAME         one of: ${Object.keys(scenarios).join(", ")}
  --seed TEXT             another seed gives other signals; the CMTS's name unless given
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
] as const;

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
    ...given("personality", oneOf("personality", own.personality, personalities)),
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
  };
  const port = config.simSnmpPort;
  if (line.personality) {
    return [{ ...common, name: line.name ?? "lab-cmts-1", personality: line.personality, port }];
  }
  return [
    { ...common, name: line.name ?? "lab-cmts-1", personality: "generic", port },
    { ...common, name: "lab-cmts-2", personality: "e6000", port: port + 1 },
  ];
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
