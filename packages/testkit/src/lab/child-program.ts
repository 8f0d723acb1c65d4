import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { backoffDelayMs, PnmLabError, sleep } from "@pnmlab/kit";

export interface ChildProgramOptions {
  name: string;
  /** Arguments for Node: flags, script and its arguments. */
  nodeArgs: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Every line that the program prints. */
  onLine: (program: string, line: string) => void;
  /** Called when it was started again after it had ended by itself. */
  onRestart: () => void;
}

/** How long a program may take from its start to its word that it is ready, in milliseconds. */
const READY_DEADLINE_MS = 30_000;
/** A program that lived this long before it ended is restarted without delay. */
const STABLE_MS = 10_000;
const CLOSE_DEADLINE_MS = 12_000;

/**
 * A program that must run: started, watched, started again when it ends by itself. It leads a process
 * group of its own, so that Ctrl-C in a terminal reaches only the lab, which then ends its programs in order.
 */
export class ChildProgram {
  readonly #options: ChildProgramOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #lastWords: string[] = [];
  readonly #abort = new AbortController();

  constructor(options: ChildProgramOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the program and waits until it says that it is ready.
   *
   * @throws PnmLabError `PROGRAM_FAILED` with the program's last words where it ends before.
   */
  async start(): Promise<void> {
    const child = this.#spawn();
    const ready = await Promise.race([
      whenReady(child).then(() => true),
      whenExited(child).then(() => false),
      sleep(READY_DEADLINE_MS, this.#abort.signal).then(
        () => false,
        () => false,
      ),
    ]);
    if (!ready) {
      this.#stopping = true;
      child.kill("SIGKILL");
      throw new PnmLabError(
        "PROGRAM_FAILED",
        this.#lastWords.join("\n") ||
          `${this.name} did not become ready within ${READY_DEADLINE_MS / 1000} s`,
      );
    }
    void this.#watch(child, Date.now());
  }

  /** Ends the program in order; after a bound, by force. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#abort.abort(new Error("the lab stops"));
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = whenExited(child);
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_DEADLINE_MS);
    await exited;
    clearTimeout(timer);
  }

  #spawn(): ChildProcess {
    const { name, nodeArgs, cwd, env, onLine } = this.#options;
    const child = spawn(process.execPath, nodeArgs, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    this.#lastWords = [];
    createInterface({ input: child.stdout! }).on("line", (line) => onLine(name, line));
    createInterface({ input: child.stderr! }).on("line", (line) => {
      this.#lastWords = [...this.#lastWords.slice(-19), line];
      onLine(name, line);
    });
    return child;
  }

  async #watch(first: ChildProcess, firstStartedAt: number): Promise<void> {
    let child = first;
    let startedAt = firstStartedAt;
    for (let attempt = 0; ; attempt += 1) {
      const how = await whenExited(child);
      if (this.#stopping) return;
      if (Date.now() - startedAt > STABLE_MS) attempt = 0;
      this.#options.onLine("lab", `${this.name} ended by itself (${how}); it is started again`);
      if (attempt > 0) {
        const delayMs = backoffDelayMs(attempt, { baseMs: 250, maxMs: 5000 });
        await sleep(delayMs, this.#abort.signal).catch(() => {});
        if (this.#stopping) return;
      }
      startedAt = Date.now();
      child = this.#spawn();
      this.#options.onRestart();
    }
  }
}

function whenReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      if ((message as { type?: string }).type === "ready") resolve();
    });
  });
}

/** How the program ended, in words. */
function whenExited(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve(endText(child.exitCode, child.signalCode));
      return;
    }
    child.once("exit", (code, signal) => resolve(endText(code, signal)));
    child.once("error", (error) => resolve(error.message));
  });
}

function endText(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `signal ${signal}` : `exit code ${code}`;
}
