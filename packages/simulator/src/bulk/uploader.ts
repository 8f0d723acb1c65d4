import { messageOf, sleep } from "@pnmlab/kit";
import { putFile } from "@pnmlab/tftp-client";
import type { SimulatorLog } from "../log.ts";
import type { ClosedFile } from "../utsc/run.ts";
import type { UploadTarget } from "./destination.ts";
import { FileStatus, type FileStatusTable } from "./file-status.ts";
import { pacedPut } from "./paced-put.ts";
import type { UploadBehaviour } from "./upload-fault.ts";

const RETRIES = 3;
const RETRY_DELAY_MS = 1000;
const ATTEMPT_DEADLINE_MS = 5000;
/** Files under way at once; further ones wait. */
const MAX_UNDER_WAY = 64;
/** Files that wait, as many as an E6000 holds (E6000 CER user guide); what comes then stays on the CMTS. */
const MAX_WAITING = 960;

/** Sends closed files to their destination by TFTP; what cannot be sent stays as a row of the file table. */
export class Uploader {
  readonly #fileStatus: FileStatusTable;
  readonly #reportsUploads: boolean;
  readonly #log: SimulatorLog | undefined;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiting: (() => Promise<void>)[] = [];
  #uploaded = 0;
  #failed = 0;

  /** @param reportsUploads whether files that were sent have a row in the table as well */
  constructor(fileStatus: FileStatusTable, reportsUploads: boolean, log: SimulatorLog | undefined) {
    this.#fileStatus = fileStatus;
    this.#reportsUploads = reportsUploads;
    this.#log = log;
  }

  get counters(): { uploaded: number; failed: number; underWay: number } {
    return {
      uploaded: this.#uploaded,
      failed: this.#failed,
      underWay: this.#underWay.size + this.#waiting.length,
    };
  }

  /** Keeps a file on the CMTS. */
  keep(file: ClosedFile): void {
    this.#fileStatus.add(file.name, FileStatus.availableForUpload);
  }

  /**
   * Sends a file in the background.
   *
   * @param target undefined where the destination lacks an address
   * @param fault what goes wrong with this file
   */
  send(file: ClosedFile, target: UploadTarget | undefined, fault?: UploadBehaviour): void {
    if (target === undefined) {
      this.#fail(file.name, "the destination has no address");
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.#fail(file.name, `${MAX_WAITING} files wait for their upload`);
      return;
    }
    this.#waiting.push(() => this.#carryOut(file, target, fault));
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#underWay.size < MAX_UNDER_WAY) {
      const start = this.#waiting.shift();
      if (start === undefined) return;
      const upload = start().finally(() => {
        this.#underWay.delete(upload);
        this.#startWaiting();
      });
      this.#underWay.add(upload);
    }
  }

  /** Ends every upload. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#stopping.abort(new Error("the simulator is closing"));
    await Promise.all(this.#underWay);
  }

  async #carryOut(file: ClosedFile, target: UploadTarget, fault: UploadBehaviour | undefined): Promise<void> {
    const { signal } = this.#stopping;
    try {
      if (await this.#arrives(file, target, fault)) this.#completed(file.name);
      else this.#fail(file.name, "the upload was broken off");
    } catch (error) {
      if (!signal.aborted) this.#fail(file.name, messageOf(error));
    }
  }

  #completed(name: string): void {
    this.#uploaded += 1;
    if (this.#reportsUploads) this.#fileStatus.add(name, FileStatus.uploadCompleted);
  }

  /** Sends a file as its fault has it; answers whether it has arrived as far as the CMTS knows. */
  async #arrives(
    file: ClosedFile,
    target: UploadTarget,
    fault: UploadBehaviour | undefined,
  ): Promise<boolean> {
    const { signal } = this.#stopping;
    const paced = { ...target, name: target.folder + file.name, data: file.bytes, signal };
    const part = (share: number) => Math.round(share * file.bytes.length);
    switch (fault?.kind) {
      case "unreachable":
        await sleep(RETRY_DELAY_MS, signal);
        throw new Error(`no answer from ${target.host}:${target.port} to ${file.name}`);
      case "lost":
        return true;
      case "slow":
        return pacedPut({ ...paced, octetsPerS: fault.octetsPerS });
      case "broken":
        return pacedPut({ ...paced, silentAfterOctets: part(fault.share) });
      case "empty":
        return pacedPut({ ...paced, data: new Uint8Array(0) });
      case "truncated":
        return this.#put({ ...file, bytes: file.bytes.subarray(0, part(fault.share)) }, target);
      case "otherByteOrder":
        return this.#put({ ...file, bytes: inOtherByteOrder(file) }, target);
      case "wrongName":
        return this.#put({ ...file, name: fault.name.replaceAll("*", file.name) }, target);
      case "late":
        await sleep(fault.delayMs, signal);
        return this.#put(file, target);
      case "duplicate":
        await this.#put(file, target);
        await sleep(fault.delayMs, signal);
        return this.#put(file, target);
      case undefined:
        return this.#put(file, target);
    }
  }

  /** Sends a file with repeats. */
  async #put(file: ClosedFile, { host, port, folder }: UploadTarget): Promise<true> {
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
        return true;
      } catch (error) {
        if (signal.aborted || attempt >= RETRIES) throw error;
      }
      await sleep(RETRY_DELAY_MS, signal);
    }
  }

  #fail(name: string, reason: string): void {
    this.#failed += 1;
    this.#fileStatus.add(name, FileStatus.error);
    this.#log?.warn({ file: name, reason }, "a capture file could not be sent and stays on the CMTS");
  }
}

/** The same file with the octets of each sample turned round; its header stays as it is. */
function inOtherByteOrder({ bytes, headerOctets, sampleOctets }: ClosedFile): Uint8Array {
  const turned = bytes.slice();
  for (let at = headerOctets; at < turned.length; at += sampleOctets) {
    turned.subarray(at, at + sampleOctets).reverse();
  }
  return turned;
}
