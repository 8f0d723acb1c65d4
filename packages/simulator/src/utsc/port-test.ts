import { MeasStatus } from "@pnmlab/docsis-mib";
import { transition } from "@pnmlab/kit";
import type { Oid } from "../snmp/oid.ts";
import { type UtscEvent, type UtscState, utscTransitions } from "./machine.ts";
import type { Measurement } from "./measurement.ts";
import { type Capture, type RunOptions, UtscRun } from "./run.ts";

/** What docsPnmCmtsUtscResultTable shows: the newest capture and what it was made with. */
export interface LatestResult {
  measurement: Measurement;
  capture: Capture;
}

/** The test of one row: its state, its run while it is busy, its newest result. */
export class PortTest {
  /** Number of the RF port, counted from 1. */
  readonly port: number;
  readonly index: Oid;
  latest: LatestResult | undefined;
  /** When it was last started; 0 before. */
  startedMs = 0;
  #state: UtscState = "inactive";
  #run: UtscRun | undefined;

  constructor(port: number, index: Oid) {
    this.port = port;
    this.index = index;
  }

  get state(): UtscState {
    return this.#state;
  }

  get isBusy(): boolean {
    return this.#state === "busy";
  }

  get measStatus(): number {
    return MeasStatus[this.#state];
  }

  /** Begins a run. The caller has made sure that the row may be started. */
  start(options: Omit<RunOptions, "onCapture" | "onEnd">): void {
    if (!this.#apply("start")) return;
    this.startedMs = Date.now();
    this.#run = new UtscRun({
      ...options,
      onCapture: (capture) => {
        this.latest = { measurement: options.measurement, capture };
      },
      onEnd: (outcome) => {
        this.#run = undefined;
        this.#apply(outcome);
      },
    });
  }

  /** InitiateTest = false: a run is aborted and what it has not filed is discarded; a finished one is cleared. */
  stop(): void {
    this.#endRun();
    this.#apply("stop");
  }

  /** Is busy without measuring, until it is stopped: a test of somebody else. */
  hold(): void {
    this.#endRun();
    this.#apply("stop");
    this.#apply("start");
    this.startedMs = Date.now();
  }

  /** A start that resources are missing for. */
  starve(): void {
    this.#apply("starve");
  }

  /** The interfaces under the test have changed. */
  renumber(): void {
    this.#endRun();
    this.#apply("renumber");
  }

  /** Ends a run without a trace, because the device goes away. */
  dispose(): void {
    this.#endRun();
  }

  #endRun(): void {
    this.#run?.stop();
    this.#run = undefined;
  }

  #apply(event: UtscEvent): boolean {
    const next = transition(utscTransitions, this.#state, event);
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}
