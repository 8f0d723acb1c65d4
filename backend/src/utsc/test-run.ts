import type { RunView } from "./poll-schedule.ts";

/** What has been seen of one run of a test, from its start to its end. */
export class TestRun {
  readonly #armedAtMs = Date.now();
  #lastPollAtMs = Date.now();
  #lastFileAtMs: number | undefined;
  #files = 0;
  #busySeen: boolean;
  #quickPolls = 0;

  /** @param busySeen true for a run that was found under way */
  constructor(busySeen: boolean) {
    this.#busySeen = busySeen;
  }

  get files(): number {
    return this.#files;
  }

  fileArrived(): void {
    this.#files += 1;
    this.#lastFileAtMs = Date.now();
    this.#quickPolls = 0;
  }

  /** The CMTS has been asked for its status. */
  polled(): void {
    this.#lastPollAtMs = Date.now();
    this.#quickPolls += 1;
  }

  saysBusy(): void {
    if (this.#busySeen) return;
    this.#busySeen = true;
    this.#quickPolls = 0;
  }

  view(expectedFiles: number, periodMs: number, patienceMs: number): RunView {
    return {
      nowMs: Date.now(),
      armedAtMs: this.#armedAtMs,
      lastPollAtMs: this.#lastPollAtMs,
      lastFileAtMs: this.#lastFileAtMs,
      filesThisRun: this.#files,
      busySeen: this.#busySeen,
      quickPolls: this.#quickPolls,
      expectedFiles,
      periodMs,
      patienceMs,
    };
  }
}
