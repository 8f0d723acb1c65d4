import type { CmtsTarget, Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { SnmpGateway } from "../contracts.ts";
import { readFileStatuses } from "../snmp/file-status.ts";

const EVERY_MS = 1000;
const WALK_DEADLINE_MS = 5000;

export interface FileStatusPollOptions {
  targets: readonly CmtsTarget[];
  snmp: SnmpGateway;
  log: Logger;
  /** `wasThere` where the CMTS has been asked for the first time. */
  onReported(fileName: string, wasThere: boolean): void;
  everyMs?: number;
}

/**
 * Reads docsPnmBulkFileStatusTable of every CMTS again and again and tells the names of the files that it
 * has sent (uploadCompleted). Whoever is told sorts out what he has heard before.
 */
export class FileStatusPoll implements AsyncDisposable {
  readonly #options: FileStatusPollOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #failing = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #abort = new AbortController();
  #round: Promise<void> | undefined;

  constructor(options: FileStatusPollOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#round ??= this.#poll().finally(() => {
        this.#round = undefined;
      });
    }, options.everyMs ?? EVERY_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await this.#round;
  }

  async #poll(): Promise<void> {
    const { targets, snmp } = this.#options;
    if (snmp.available) await Promise.all(targets.map((target) => this.#ask(target)));
  }

  async #ask({ id, host, port, profile }: CmtsTarget): Promise<void> {
    const { snmp, log, onReported } = this.#options;
    const options = { deadlineMs: WALK_DEADLINE_MS, signal: this.#abort.signal };
    try {
      for (const { name, status } of await readFileStatuses(snmp, { host, port, profile }, options)) {
        if (status === "uploadCompleted") onReported(name, !this.#asked.has(id));
      }
      this.#asked.add(id);
      this.#failing.delete(id);
    } catch (error) {
      if (this.#abort.signal.aborted || this.#failing.has(id)) return;
      this.#failing.add(id);
      log.warn({ cmtsId: id }, `CMTS ${id} does not tell which files it has sent: ${messageOf(error)}`);
    }
  }
}
