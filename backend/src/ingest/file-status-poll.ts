import type { CmtsTarget, Logger } from "@pnmlab/config";
import { bulkFileStatus, indexOf } from "@pnmlab/docsis-mib";
import { messageOf } from "@pnmlab/kit";
import type { SnmpGateway } from "../contracts.ts";
import { integerOf, textOf } from "../snmp/values.ts";

/** docsPnmBulkFileStatusFileStatus: the file has left the CMTS, whole. */
const UPLOAD_COMPLETED = 4;
const EVERY_MS = 1000;
const WALK_DEADLINE_MS = 5000;

export interface FileStatusPollOptions {
  targets: readonly CmtsTarget[];
  snmp: SnmpGateway;
  log: Logger;
  onReported(fileName: string): void;
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
    const walk = (oid: string) =>
      snmp.walk({ host, port, profile }, oid, { deadlineMs: WALK_DEADLINE_MS, signal: this.#abort.signal });
    try {
      const { fileStatus, localFilename } = bulkFileStatus;
      const [statuses, names] = await Promise.all([walk(fileStatus.oid), walk(localFilename.oid)]);
      const sent = new Set(
        statuses
          .filter(({ value }) => integerOf(value) === UPLOAD_COMPLETED)
          .map(({ oid }) => indexOf(fileStatus, oid)?.join(".")),
      );
      for (const { oid, value } of names) {
        const name = textOf(value);
        if (name && sent.has(indexOf(localFilename, oid)?.join("."))) onReported(name);
      }
      this.#failing.delete(id);
    } catch (error) {
      if (this.#abort.signal.aborted || this.#failing.has(id)) return;
      this.#failing.add(id);
      log.warn({ cmtsId: id }, `CMTS ${id} does not tell which files it has sent: ${messageOf(error)}`);
    }
  }
}
