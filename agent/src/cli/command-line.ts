import { flagOf, variables } from "@pnmlab/config";
import { nearestWord, PnmLabError } from "@pnmlab/kit";

const COMMANDS = ["run", "config", "check", "diagnose", "help", "version"] as const;
export type Command = (typeof COMMANDS)[number];

/** Flags that are no settings, and who takes them. */
const OPTIONS = {
  "--json": { commands: ["config", "check", "diagnose"], takesValue: false },
  "--profile": { commands: ["diagnose"], takesValue: true },
  "--write-test": { commands: ["diagnose"], takesValue: false },
} as const;
type OptionFlag = keyof typeof OPTIONS;

export interface CommandLine {
  command: Command;
  /** What stands without a flag: the address of `diagnose`. */
  operands: string[];
  /** `--agent-name=lab-1` and the like, in the form that `loadConfig` takes. */
  settings: string[];
  json: boolean;
  profile: string | undefined;
  writeTest: boolean;
}

/** A command line that means nothing. */
export class UsageError extends PnmLabError<"USAGE"> {
  override name = "UsageError";
  constructor(message: string) {
    super("USAGE", message);
  }
}

/**
 * Reads the command line: `[command] [operands] [flags]`, each flag as `--name=value` or `--name value`.
 *
 * @throws UsageError with what is not known and the nearest that is.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const rest = [...args];
  const parsed: CommandLine = {
    command: "run",
    operands: [],
    settings: [],
    json: false,
    profile: undefined,
    writeTest: false,
  };
  if (rest[0] !== undefined && !rest[0].startsWith("-")) parsed.command = commandOf(rest.shift()!);
  if (rest.includes("--help") || rest.includes("-h")) return { ...parsed, command: "help" };
  if (rest.includes("--version")) return { ...parsed, command: "version" };
  while (rest.length > 0) takeNext(rest, parsed);
  checkOperands(parsed);
  return parsed;
}

function commandOf(word: string): Command {
  const command = COMMANDS.find((name) => name === word);
  if (command) return command;
  throw new UsageError(`there is no command "${word}"${didYouMean(word, COMMANDS)}`);
}

function takeNext(rest: string[], parsed: CommandLine): void {
  const word = rest.shift()!;
  if (!word.startsWith("-")) {
    parsed.operands.push(word);
    return;
  }
  const [, flag = word, inline] = /^(--[a-z0-9-]+)(?:=(.*))?$/s.exec(word) ?? [];
  const takeValue = () => {
    const value = inline ?? rest.shift();
    if (value === undefined) throw new UsageError(`${flag} needs a value`);
    return value;
  };
  if (settingFlags.includes(flag)) parsed.settings.push(`${flag}=${takeValue()}`);
  else if (isOption(flag)) takeOption(flag, parsed, OPTIONS[flag].takesValue ? takeValue() : "");
  else
    throw new UsageError(
      `there is no flag ${flag}${didYouMean(flag, [...settingFlags, ...Object.keys(OPTIONS)])}`,
    );
}

const settingFlags: readonly string[] = Object.values(variables).map(({ name }) => flagOf(name));

function isOption(flag: string): flag is OptionFlag {
  return flag in OPTIONS;
}

function takeOption(flag: OptionFlag, parsed: CommandLine, value: string): void {
  const { commands } = OPTIONS[flag];
  if (!(commands as readonly string[]).includes(parsed.command)) {
    throw new UsageError(`${flag} belongs to ${commands.join(", ")}, not to ${parsed.command}`);
  }
  if (flag === "--json") parsed.json = true;
  else if (flag === "--profile") parsed.profile = value;
  else parsed.writeTest = true;
}

function checkOperands({ command, operands }: CommandLine): void {
  const wanted = command === "diagnose" ? 1 : 0;
  if (operands.length < wanted) throw new UsageError("diagnose needs the address of a device");
  if (operands.length > wanted) throw new UsageError(`${command} does not take "${operands[wanted]!}"`);
}

function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  return nearest ? `; did you mean ${nearest}?` : "";
}
