import { join } from "node:path";
import { type Config, defaultRootDir } from "@pnmlab/config";
import { sleep } from "@pnmlab/kit";
import type { Health } from "@pnmlab/protocol";
import { ChildProgram } from "./child-program.ts";
import { claimDataDir, removeLabFile, writeLabFile } from "./lab-file.ts";
import { LogFile } from "./log-file.ts";
import { readableLine } from "./log-view.ts";

export interface LabOptions {
  config: Config;
  /** Restart programs when their sources change. */
  watch: boolean;
  print: (line: string) => void;
}

/** Start order; the order of the end is its reverse, so that the agent can still end tests on the CMTS. */
const PROGRAMS = [
  { name: "tftp-server", script: "packages/tftp-server/src/main.ts" },
  { name: "simulator", script: "packages/simulator/src/main.ts" },
  { name: "backend", script: "backend/src/main.ts" },
  { name: "agent", script: "agent/src/main.ts" },
] as const;

/** How long the chain may take to stand once every program is ready, in milliseconds. */
const CHAIN_DEADLINE_MS = 10_000;

/** The embedded lab: TFTP server, simulator, backend and agent as programs of their own. */
export class Lab implements AsyncDisposable {
  readonly url: string;
  readonly #options: LabOptions;
  readonly #log: LogFile;
  readonly #programs: ChildProgram[];

  constructor(options: LabOptions) {
    const { config } = options;
    claimDataDir(config.dataDir);
    this.#options = options;
    this.#log = new LogFile(config.dataDir);
    this.url = `http://${config.httpHost}:${config.httpPort}`;
    this.#programs = PROGRAMS.filter(({ name }) => name !== "simulator" || config.simulator).map(
      ({ name, script }) =>
        new ChildProgram({
          name,
          nodeArgs: [
            "--conditions=@pnmlab/source",
            ...(options.watch ? ["--watch", "--watch-preserve-output"] : []),
            join(defaultRootDir, script),
          ],
          cwd: defaultRootDir,
          env: process.env,
          onLine: (program, line) => this.#onLine(program, line),
          onRestart: () => this.#writeLabFile(),
        }),
    );
  }

  get logPath(): string {
    return this.#log.path;
  }

  /** Starts every program and waits until the chain stands from browser to CMTS, or says what does not. */
  async start(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.start()));
    this.#writeLabFile();
    const deadline = Date.now() + CHAIN_DEADLINE_MS;
    while ((await this.#health()) !== "ok") {
      if (Date.now() > deadline) {
        this.#options.print(
          "The lab is up, but not everything is well; the page Health and the log say what.",
        );
        return;
      }
      await sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of [...this.#programs].reverse()) await program.stop();
    removeLabFile(this.#options.config.dataDir);
    this.#log.close();
  }

  async #health(): Promise<Health["status"] | undefined> {
    try {
      const response = await fetch(`${this.url}/api/health`, { signal: AbortSignal.timeout(2000) });
      return ((await response.json()) as Health).status;
    } catch {
      return undefined;
    }
  }

  #onLine(program: string, line: string): void {
    const text = readableLine(program, line);
    this.#log.write(line.startsWith("{") ? line : text);
    // The whole list of settings of each program belongs into the file, not onto the screen.
    if (!line.includes('"settings":')) this.#options.print(text);
  }

  #writeLabFile(): void {
    writeLabFile(this.#options.config.dataDir, {
      pid: process.pid,
      url: this.url,
      programs: Object.fromEntries(this.#programs.map(({ name, pid }) => [name, pid ?? 0])),
    });
  }
}
