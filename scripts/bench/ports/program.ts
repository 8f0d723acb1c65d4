import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultRootDir } from "@pnmlab/config";
import type { Figures, FiguresRequest } from "./figures.ts";

const READY_DEADLINE_MS = 60_000;
const ANSWER_DEADLINE_MS = 10_000;
const CLOSE_DEADLINE_MS = 15_000;
const LAST_LINES = 20;

export interface ProgramOptions {
  name: string;
  /** Below the root of the project. */
  script: string;
  args?: readonly string[];
  env: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
}

/** A program of the product in a process of its own, with the figures of that process. */
export class MeasuredProgram implements AsyncDisposable {
  readonly name: string;
  readonly child: ChildProcess;
  readonly #lastLines: string[] = [];

  private constructor({ name, script, args = [], env, onLine }: ProgramOptions) {
    this.name = name;
    this.child = spawn(
      process.execPath,
      [
        "--conditions=@pnmlab/source",
        "--import",
        join(defaultRootDir, "scripts/bench/ports/figures.ts"),
        join(defaultRootDir, script),
        ...args,
      ],
      { cwd: defaultRootDir, env, stdio: ["ignore", "pipe", "pipe", "ipc"] },
    );
    const keep = (line: string) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
    };
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      keep(line);
      onLine?.(line);
    });
    createInterface({ input: this.child.stderr! }).on("line", keep);
  }

  /** @throws Error with the program's last words where it does not become ready */
  static async start(options: ProgramOptions): Promise<MeasuredProgram> {
    const program = new MeasuredProgram(options);
    try {
      await program.message("ready", READY_DEADLINE_MS);
      return program;
    } catch (error) {
      program.child.kill("SIGKILL");
      throw error;
    }
  }

  /** The last lines that the program wrote. */
  get lastWords(): string {
    return this.#lastLines.join("\n");
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What the process needed; `reset` begins the event loop's measurement anew. */
  async figures(reset = false): Promise<Figures> {
    const answer = this.message<Figures>("figures", ANSWER_DEADLINE_MS);
    this.ask({ type: "figures", reset });
    return answer;
  }

  /** Megabytes of heap that the process holds on to: what is left when all garbage is collected. */
  async heldMb(): Promise<number> {
    const answer = this.message<{ type: "held"; heapMb: number }>("held", ANSWER_DEADLINE_MS);
    this.ask({ type: "held" });
    return (await answer).heapMb;
  }

  ask(message: FiguresRequest | { type: string }): void {
    if (this.isRunning) this.child.send(message);
  }

  /** The next message of this type. */
  async message<Message extends { type: string }>(
    type: Message["type"],
    deadlineMs: number,
  ): Promise<Message> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const onMessage = (message: unknown) => {
      if ((message as Message).type === type) resolve(message as Message);
    };
    const onExit = () => reject(new Error(`${this.name} ended by itself:\n${this.lastWords}`));
    const timer = setTimeout(
      () => reject(new Error(`${this.name} does not answer:\n${this.lastWords}`)),
      deadlineMs,
    );
    this.child.on("message", onMessage).on("exit", onExit);
    if (!this.isRunning) onExit();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.child.off("message", onMessage).off("exit", onExit);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), CLOSE_DEADLINE_MS);
    await exited;
    clearTimeout(timer);
    // The pipes may still hold lines.
    await sleep(0);
  }
}
