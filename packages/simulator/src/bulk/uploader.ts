import { TRUE } from "@pnmlab/docsis-mib";
import { messageOf, sleep } from "@pnmlab/kit";
import { putFile } from "@pnmlab/tftp-client";
import type { SimulatorLog } from "../log.ts";
import type { ClosedFile } from "../utsc/run.ts";
import { type Destination, uploadTarget } from "./destination.ts";
import { FileStatus, type FileStatusTable } from "./file-status.ts";

const RETRIES = 3;
const RETRY_DELAY_MS = 1000;
const ATTEMPT_DEADLINE_MS = 5000;
/** Files under way at once; further ones are kept on the CMTS, as by one whose store is full of them. */
const MAX_UNDER_WAY = 64;

/** Sends closed files to their destination by TFTP; what cannot be sent stays as a row of the file table. */
export class Uploader {
  readonly #fileStatus: FileStatusTable;
  readonly #log: SimulatorLog | undefined;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #uploaded = 0;
  #failed = 0;

  constructor(fileStatus: FileStatusTable, log: SimulatorLog | undefined) {
    this.#fileStatus = fileStatus;
    this.#log = log;
  }

  get counters(): { uploaded: number; failed: number; underWay: number } {
    return { uploaded: this.#uploaded, failed: this.#failed, underWay: this.#underWay.size };
  }

  /** @param destination undefined keeps the file on the CMTS */
  accept(file: ClosedFile, destination: Destination | undefined): void {
    if (destination === undefined || destination.localStore === TRUE) {
      this.#fileStatus.add(file.name, FileStatus.availableForUpload);
      return;
    }
    if (this.#underWay.size >= MAX_UNDER_WAY) {
      this.#fail(file.name, `${MAX_UNDER_WAY} uploads are under way`);
      return;
    }
    const upload = this.#send(file, destination).finally(() => this.#underWay.delete(upload));
    this.#underWay.add(upload);
  }

  /** Ends every upload. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error("the simulator is closing"));
    await Promise.all(this.#underWay);
  }

  async #send(file: ClosedFile, destination: Destination): Promise<void> {
    const target = uploadTarget(destination);
    if (!target) {
      this.#fail(file.name, "the destination row has no address");
      return;
    }
    const { host, port, folder } = target;
    const { signal } = this.#stopping;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await putFile({
          host,
          port,
          name: folder + file.name,
          data: file.bytes,
          deadlineMs: ATTEMPT_DEADLINE_MS,
          signal,
        });
        this.#uploaded += 1;
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (attempt >= RETRIES) {
          this.#fail(file.name, messageOf(error));
          return;
        }
      }
      try {
        await sleep(RETRY_DELAY_MS, signal);
      } catch {
        return;
      }
    }
  }

  #fail(name: string, reason: string): void {
    this.#failed += 1;
    this.#fileStatus.add(name, FileStatus.error);
    this.#log?.warn({ file: name, reason }, "a capture file could not be sent and stays on the CMTS");
  }
}
