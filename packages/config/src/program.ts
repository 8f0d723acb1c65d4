import { isPnmLabError, messageOf } from "@pnmlab/kit";
import { type Logger, pino } from "pino";
import { type BuildInfo, readBuildInfo } from "./build-info.ts";
import { serveCheck } from "./check.ts";
import { type LoadOptions, loadConfig } from "./load.ts";
import { type Config, type Program, variables } from "./variables.ts";

export type { Logger } from "pino";

/** A logger that writes JSON lines to standard output, as every program of the product does. */
export function createLogger(program: string, level: string): Logger {
  return pino({
    name: program,
    level,
    base: { program },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

export interface ProgramContext {
  config: Config;
  /** Effective text of every variable by its name, for fingerprints; secrets are among them. */
  texts: Readonly<Record<string, string>>;
  build: BuildInfo;
  log: Logger;
  /** Aborts on SIGINT and SIGTERM, and when the program that started this one is gone. */
  signal: AbortSignal;
  /** Tells the program that started this one that everything listens; nothing happens without one. */
  ready: () => void;
}

/** How long a program may take to close after a signal before it is ended, in milliseconds. */
const CLOSE_DEADLINE_MS = 10_000;

export interface ProgramOptions extends LoadOptions {
  /** Asks the running program whether it works, as its users do; for the health check of a container. */
  check?: (config: Config) => Promise<string>;
}

/**
 * Body of every program: reads the configuration, logs which code runs with which settings, runs
 * `main` and turns a failure into one line and a non-zero exit code. `main` returns when the signal
 * aborts and everything it owns is closed.
 */
export async function runProgram(
  program: Program,
  main: (context: ProgramContext) => Promise<void>,
  { check, ...options }: ProgramOptions = {},
): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) return;
    controller.abort(new Error("the program was asked to stop"));
    setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // A lab that dies without a word must not leave its programs behind.
  process.on("disconnect", stop);
  process.channel?.unref();
  let config: Config | undefined;
  try {
    const loaded = loadConfig(program, { args: process.argv.slice(2), ...options });
    const { effective, warnings } = loaded;
    config = loaded.config;
    const build = readBuildInfo();
    const log = createLogger(program, config.logLevel);
    log.info({ build, node: process.version, pid: process.pid }, `${program} ${build.version} starts`);
    log.info({ settings: effective }, "effective settings");
    for (const warning of warnings) log.warn(warning);
    const ready = () => void process.send?.({ type: "ready" });
    const path = process.env.PNMLAB_CHECK_SOCKET;
    await using _check = check && path ? await serveCheck(path, () => check(loaded.config)) : undefined;
    await main({ config, texts: loaded.texts, build, log, signal: controller.signal, ready });
    log.info(`${program} has stopped`);
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) return;
    process.stderr.write(`${program}: ${messageOf(error)}${portAdvice(error, config)}\n`);
    if (!isPnmLabError(error) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    process.off("disconnect", stop);
    if (process.connected) process.disconnect();
  }
}

/** Names the variable that changes a port which is taken. */
function portAdvice(error: unknown, config: Config | undefined): string {
  if (!config || !isPnmLabError(error, "PORT_IN_USE")) return "";
  const { port } = error.details ?? {};
  const [name] =
    Object.entries({
      [variables.httpPort.name]: [config.httpPort],
      [variables.tftpPort.name]: [config.tftpPort],
      // Each simulated CMTS takes the next port.
      [variables.simSnmpPort.name]: [config.simSnmpPort, config.simSnmpPort + 1],
    }).find(([, ports]) => ports.includes(port as number)) ?? [];
  return name ? `; set ${name} to another port, in .env or the environment` : "";
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
