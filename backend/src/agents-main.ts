import { loadConfig, reachableHost } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { AGENTS_USAGE, runAgentsCommand } from "./agents-command.ts";

/**
 * Body of `agents ...` beside a backend that runs with this configuration, in its container for example.
 * Returns the exit code.
 */
export async function agentsCommand(args: readonly string[]): Promise<number> {
  try {
    if (args.includes("--help")) {
      process.stdout.write(AGENTS_USAGE);
      return 0;
    }
    const { config } = loadConfig("backend");
    const host = reachableHost(config.httpHost);
    await runAgentsCommand({
      url: `http://${host.includes(":") ? `[${host}]` : host}:${config.httpPort}`,
      sessionKey: config.sessionKey,
      args,
      write: (text) => process.stdout.write(text),
    });
    return 0;
  } catch (error) {
    process.stderr.write(`backend: ${messageOf(error)}\n`);
    return 1;
  }
}
