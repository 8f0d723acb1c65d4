import { messageOf } from "@pnmlab/kit";
import type { SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway, StorageLook } from "../contracts.ts";
import { readFileStatuses } from "../snmp/file-status.ts";

/** What is known of why files stay away. */
export type MissingFilesCause =
  | { kind: "storage"; found: string; fix: string }
  | { kind: "upload"; status: string; fileName: string }
  | { kind: "unnamed" };

export interface MissingFilesOptions {
  snmp: SnmpGateway;
  target: SnmpTarget;
  lookAtStorage: StorageLook | undefined;
  /** Whether a file of this name is one that the session misses. */
  isMissed(fileName: string): boolean;
  /** Whether files can be had by the names alone that the file table of the CMTS tells. */
  needsNames(): boolean;
  onFound(cause: MissingFilesCause | undefined): void;
  onFailure(message: string): void;
}

const LOOK_EVERY_MS = 1000;
/** The table of files can be long: it is not walked at every look. */
const ASK_EVERY_MS = 3000;
const WALK_DEADLINE_MS = 5000;

/**
 * Finds out why no files come: looks at the TFTP directory as this program sees it, then asks the CMTS what has
 * become of its uploads.
 */
export class MissingFiles {
  readonly #options: MissingFilesOptions;
  readonly #abort = new AbortController();
  #looking = false;
  #lookAtMs = 0;
  #askAtMs = 0;
  #upload: MissingFilesCause | undefined;

  constructor(options: MissingFilesOptions) {
    this.#options = options;
  }

  /** Looks where it is time; called while files are missing. */
  async look(): Promise<void> {
    const nowMs = performance.now();
    if (this.#looking || nowMs < this.#lookAtMs) return;
    this.#looking = true;
    try {
      const cause = await this.#find(nowMs);
      if (!this.#abort.signal.aborted) this.#options.onFound(cause);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#options.onFailure(messageOf(error));
    } finally {
      this.#looking = false;
      this.#lookAtMs = performance.now() + LOOK_EVERY_MS;
    }
  }

  /** A file has come: what was found is history. */
  forget(): void {
    this.#upload = undefined;
    this.#askAtMs = 0;
  }

  close(): void {
    this.#abort.abort();
  }

  async #find(nowMs: number): Promise<MissingFilesCause | undefined> {
    const trouble = await this.#options.lookAtStorage?.();
    if (trouble !== undefined) return { kind: "storage", found: trouble.found, fix: trouble.fix };
    if (nowMs >= this.#askAtMs && this.#options.snmp.available) {
      this.#askAtMs = nowMs + ASK_EVERY_MS;
      this.#upload = await this.#askForUploads();
    }
    return this.#upload;
  }

  /** The newest of the missed files that the CMTS could not send; the names end in their time. */
  async #askForUploads(): Promise<MissingFilesCause | undefined> {
    const { snmp, target, isMissed, needsNames } = this.#options;
    const options = { deadlineMs: WALK_DEADLINE_MS, signal: this.#abort.signal };
    const [newest] = (await readFileStatuses(snmp, target, options))
      .filter(({ name }) => isMissed(name))
      .sort((a, b) => (a.name < b.name ? 1 : -1));
    if (newest === undefined) return needsNames() ? { kind: "unnamed" } : undefined;
    const { name: fileName, status } = newest;
    if (status !== "error" && status !== "uploadCancelled") return undefined;
    return { kind: "upload", status, fileName };
  }
}
