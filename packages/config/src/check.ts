import { messageOf, withDeadline } from "@pnmlab/kit";
import { loadConfig } from "./load.ts";
import type { Config, Program } from "./variables.ts";

/** How long a check may take, in milliseconds: two in a row, 5 s apart, find a program that hangs within 15 s. */
const CHECK_DEADLINE_MS = 2500;

/** Whether the command line asks for a check of the running program in place of starting it. */
export function isCheck(args: readonly string[] = process.argv.slice(2)): boolean {
  return args.includes("--check");
}

/**
 * Body of `--check`: asks the program that already runs here whether it works, prints one line and ends
 * this process with 0, or with 1 and the reason. The health check of a container runs it.
 *
 * @param check Answers the line; throws where the program does not work.
 */
export async function runCheck(
  program: Program,
  check: (config: Config) => Promise<string>,
  args: readonly string[] = process.argv.slice(2),
): Promise<never> {
  try {
    const { config } = loadConfig(program, { args });
    const line = await withDeadline(check(config), CHECK_DEADLINE_MS, "the check");
    process.stdout.write(`${program}: ${line}\n`);
    process.exit(0);
  } catch (error) {
    process.stdout.write(`${program}: ${messageOf(error)}\n`);
    process.exit(1);
  }
}
