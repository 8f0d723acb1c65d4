import type { UtscSession } from "@pnmlab/protocol";
import type { Fault, Simulator } from "@pnmlab/simulator";
import type { TestLab } from "@pnmlab/testkit";
import { vi } from "vitest";
import type { Arrivals } from "./arrivals.ts";
import type { LiveView } from "./live-view.ts";

/** Runs end after 2 s, so that each fault meets ends of runs and re-arms as well. */
const REQUEST = {
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 256,
  outputFormat: "fftPower",
  repeatPeriodUs: 250_000,
  freeRunDurationMs: 2000,
} as const;
const STEP_DELAY_MS = 250;

/** States that a fault can meet; `idle` is before the start. */
export const STATES = [
  "idle",
  "configuring",
  "armed",
  "running",
  "receiving",
  "stalled",
  "stopping",
] as const;
export type CellState = (typeof STATES)[number];

/** What the cells of a lab share. */
export interface CellSurroundings {
  lab: TestLab;
  live: LiveView;
  arrivals: Arrivals;
}

/** One fault in one state, on a CMTS of its own. */
export class Cell {
  readonly lab: TestLab;
  readonly live: LiveView;
  readonly cmtsId: string;
  readonly rfPort: number;
  readonly state: CellState;
  readonly #arrivals: Arrivals;
  readonly #refusesFiles: boolean;
  /** What a backend before the present one has counted. */
  #countedBefore = 0;
  readonly #holds: (() => void)[] = [];
  #refusal: string | undefined;
  #stopping: Promise<unknown> | undefined;
  /** When the present session was no longer to run. */
  #endedMs: number | undefined;

  constructor(
    { lab, live, arrivals }: CellSurroundings,
    cmtsId: string,
    state: CellState,
    refusesFiles = false,
  ) {
    this.lab = lab;
    this.live = live;
    this.cmtsId = cmtsId;
    this.state = state;
    this.#arrivals = arrivals;
    this.#refusesFiles = refusesFiles;
    live.onSession((session) => {
      if (session.cmtsId !== cmtsId) return;
      if (session.desired === "running") this.#endedMs = undefined;
      else this.#endedMs ??= Date.parse(session.since);
    });
    this.rfPort = this.simulator.devices.find(({ name }) => name === cmtsId)!.rfPorts[0]!.ifIndex;
  }

  get simulator(): Simulator {
    return this.lab.simulator;
  }

  get session(): UtscSession | undefined {
    return this.live.of(this.cmtsId);
  }

  /** What the page shows: state and sentence, or the refusal of a start. */
  get shown(): { state: string; words: string } {
    if (this.#refusal !== undefined) return { state: "refused", words: this.#refusal };
    return { state: this.session?.state ?? "idle", words: this.session?.sentence ?? "" };
  }

  inject(fault: Fault): () => void {
    return this.simulator.inject(this.cmtsId, fault);
  }

  /** Makes everything ready from which `enter` leads into the cell's state at once. */
  async prepare(): Promise<void> {
    this.#holds.push(...this.#holdsOf());
    if (this.state === "stopping" || this.state === "receiving") {
      await this.start();
      await this.live.until(this.cmtsId, ({ framesReceived }) => framesReceived >= 2);
    } else if (this.state === "stalled") {
      await this.start();
      await this.live.until(this.cmtsId, ({ state }) => state === "stalled");
    }
  }

  /** Brings the session into the cell's state, in which it is held until `release`. */
  async enter(): Promise<void> {
    if (this.state === "idle") return;
    if (this.state === "stopping") {
      this.#holds.push(this.inject({ kind: "network", delayMs: STEP_DELAY_MS }));
      this.#stopping = this.live.call(`/api/utsc/sessions/${this.session!.id}/stop`, {}).catch(() => {});
    } else if (this.session === undefined) void this.start();
    await this.live.until(this.cmtsId, ({ state }) => state === this.state);
  }

  release(): void {
    for (const end of this.#holds.splice(0)) end();
  }

  async start(): Promise<void> {
    this.#refusal = undefined;
    await this.live
      .call("/api/utsc/sessions", { cmtsId: this.cmtsId, rfPortIfIndex: this.rfPort, ...REQUEST })
      .catch((error: Error) => {
        this.#refusal = error.message;
      });
  }

  /** Stops what runs; resolves when the session has stopped, or says what it shows instead. */
  async stop(): Promise<void> {
    if (this.session === undefined) return;
    await this.#stopping;
    await this.live.call(`/api/utsc/sessions/${this.session.id}/stop`, {});
    await this.live
      .until(this.cmtsId, ({ state }) => state === "stopped" || state === "failed", 3000)
      .catch(() => {});
  }

  /** The backend is about to go: what it has counted is taken down, when it has all that came. */
  async takeDownCounts(): Promise<void> {
    if (this.session === undefined) return;
    await this.#untilCounted();
    const { session } = await this.live.call<{ session: UtscSession }>(
      `/api/utsc/sessions/${this.session.id}`,
    );
    this.#countedBefore += this.#countOf(session);
  }

  /** Files that were in place before the session ended, and those that became frames: refused ones only where some are. */
  get books(): { arrived: number; counted: number } {
    const { session } = this;
    if (session === undefined) return { arrived: 0, counted: 0 };
    return {
      arrived: this.#arrivals.count(session.id, this.#endedMs),
      counted: this.#countedBefore + this.#countOf(session),
    };
  }

  /** Lets no further file come, and waits until every one that came is accounted for. */
  async drain(): Promise<void> {
    const end = this.inject({ kind: "upload", behaviour: { kind: "unreachable" } });
    await this.drainUnderWay();
    await this.#untilCounted();
    end();
  }

  /** Waits until no upload is under way. */
  async drainUnderWay(): Promise<void> {
    await vi
      .waitUntil(() => this.simulator.counters(this.cmtsId).files.underWay === 0, {
        timeout: 20_000,
        interval: 20,
      })
      .catch(() => {});
  }

  async #untilCounted(): Promise<void> {
    await vi
      .waitUntil(() => this.books.counted >= this.books.arrived, { timeout: 20_000, interval: 20 })
      .catch(() => {});
  }

  #countOf({ framesReceived, framesDropped }: UtscSession): number {
    return framesReceived + (this.#refusesFiles ? framesDropped : 0);
  }

  #holdsOf(): (() => void)[] {
    const late = { kind: "upload", behaviour: { kind: "late", delayMs: 1500 } } as const;
    switch (this.state) {
      case "configuring":
        return [this.inject({ kind: "network", delayMs: STEP_DELAY_MS })];
      case "armed":
        return [
          this.inject(late),
          this.inject({ kind: "measStatus", rfPort: this.rfPort, status: "inactive" }),
        ];
      case "running":
        return [this.inject(late)];
      case "stalled":
        return [this.inject({ kind: "upload", behaviour: { kind: "unreachable" } })];
      case "idle":
      case "receiving":
      case "stopping":
        return [];
    }
  }
}
