import { loadConfig, readBuildInfo } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { type Command, type CommandLine, parseCommandLine, UsageError } from "./command-line.ts";

/** Where a command line that means nothing ends, so that it does not look like a number of failures. */
const USAGE_EXIT_CODE = 64;
const MAX_EXIT_CODE = 63;

/**
 * Does what the command line asks for. For `run` it answers with the settings of the command line and
 * leaves the rest to the caller; every other command ends the process, with its number of failures.
 */
export async function takeCommand(args: readonly string[]): Promise<string[]> {
  try {
    const commandLine = parseCommandLine(args);
    const { command } = commandLine;
    if (command === "run") return commandLine.settings;
    const failures = await obey({ ...commandLine, command }, write);
    process.exit(Math.min(failures, MAX_EXIT_CODE));
  } catch (error) {
    process.stderr.write(`agent: ${messageOf(error)}\n`);
    if (error instanceof UsageError) process.stderr.write("agent --help shows commands and flags\n");
    process.exit(error instanceof UsageError ? USAGE_EXIT_CODE : 1);
  }
}

/** Runs one command other than `run`; resolves with the number of failures once its output is taken. */
async function obey(
  commandLine: CommandLine & { command: Exclude<Command, "run"> },
  out: (text: string) => Promise<void>,
): Promise<number> {
  const { settings: args, json } = commandLine;
  switch (commandLine.command) {
    case "help": {
      const { helpText } = await import("./help.ts");
      await out(helpText());
      return 0;
    }
    case "version": {
      const { version, commit, dirty } = readBuildInfo();
      await out(
        `PNM Lab agent ${version} (commit ${commit}${dirty ? ", changed" : ""}), Node ${process.versions.node}\n`,
      );
      return 0;
    }
    case "config": {
      const { printConfig } = await import("./print-config.ts");
      const texts: string[] = [];
      const wrong = printConfig(commandLine, (text) => texts.push(text));
      await out(texts.join(""));
      return wrong;
    }
    case "check":
    case "diagnose": {
      const { checkEverything, diagnose, failures, rowsText } = await import("../examine/index.ts");
      const rows =
        commandLine.command === "check"
          ? await checkEverything(args, readBuildInfo())
          : await diagnose(loadConfig("agent", { args }).config, {
              address: commandLine.operands[0]!,
              profile: commandLine.profile,
              writeTest: commandLine.writeTest,
              log: auditLog,
            });
      const failed = failures(rows);
      await out(json ? `${JSON.stringify({ failures: failed, rows }, null, 2)}\n` : rowsText(rows));
      return failed;
    }
  }
}

/** A SET is on record also where a person at a terminal asked for it. */
const auditLog = { info: record, warn: record, error: record };

function record(details: object, message: string): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...details, msg: message })}\n`);
}

/** Resolves when the reader has taken the text: an exit before that would cut it off. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
