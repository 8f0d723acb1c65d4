import { Worker } from "node:worker_threads";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { wrapperOf } from "@pnmlab/pnm-codec";
import { type Inspection, inspectCapture, plotCapture } from "./inspect.ts";
import type { WorkerRequest, WorkerResponse } from "./worker-messages.ts";

/** Files above this go to the worker: below, hashing and decoding take less than a millisecond or two. */
const INLINE_MAX_BYTES = 256 * 1024;

interface Pending {
  resolve: (result: never) => void;
  reject: (reason: PnmLabError) => void;
}

type Task = WorkerRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, "id">
    : never
  : never;

/** Decodes small files where they are and large ones in one worker thread, which starts when it is needed. */
export class Decoder implements AsyncDisposable {
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isClosed = false;

  async inspect(fileName: string, bytes: Uint8Array): Promise<Inspection> {
    if (isSmall(bytes)) return inspectCapture(fileName, bytes);
    return this.#ask<Inspection>({ task: "inspect", fileName, bytes });
  }

  /**
   * The plot as JSON text, so that a large one is not made into text on the main thread.
   *
   * @throws PnmLabError `CAPTURE_REFUSED` where the file cannot be decoded.
   */
  async plotJson(captureId: string, fileName: string, bytes: Uint8Array): Promise<string> {
    if (!isSmall(bytes)) {
      return this.#ask<string>({ task: "plot", captureId, fileName, bytes });
    }
    try {
      return JSON.stringify(await plotCapture(captureId, fileName, bytes));
    } catch (error) {
      throw new PnmLabError("CAPTURE_REFUSED", messageOf(error), { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#fail("the backend is stopping");
    await worker?.terminate();
  }

  #ask<Result>(task: Task): Promise<Result> {
    if (this.#isClosed) return Promise.reject(decoderGone("the backend is stopping"));
    this.#worker ??= this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker?.postMessage({ ...task, id });
    });
  }

  #start(): Worker {
    // The worker is a file of its own, which the compiler does not rename inside a text.
    const isSource = import.meta.url.endsWith(".ts");
    const worker = new Worker(new URL(`./decode-worker.${isSource ? "ts" : "js"}`, import.meta.url), {
      execArgv: isSource ? ["--conditions=@pnmlab/source"] : [],
    });
    worker.unref();
    // A thread that has been replaced has nothing more to say.
    const fail = (reason: string) => {
      if (this.#worker === worker) this.#fail(reason);
    };
    worker.on("message", (response: WorkerResponse) => this.#settle(response));
    worker.on("error", (error) => fail(messageOf(error)));
    worker.on("exit", () => fail("the decoding thread has ended"));
    return worker;
  }

  #settle(response: WorkerResponse): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (response.ok) pending?.resolve(response.result as never);
    else pending?.reject(new PnmLabError("CAPTURE_REFUSED", response.message));
  }

  /** The next request starts a new thread. */
  #fail(reason: string): void {
    this.#worker = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(decoderGone(reason));
  }
}

/** A wrapped file may unpack to many times its size. */
function isSmall(bytes: Uint8Array): boolean {
  return bytes.length <= INLINE_MAX_BYTES && wrapperOf(bytes) === undefined;
}

function decoderGone(reason: string): PnmLabError {
  return new PnmLabError("DECODER_UNAVAILABLE", `the file was not decoded: ${reason}`, { retryable: true });
}
