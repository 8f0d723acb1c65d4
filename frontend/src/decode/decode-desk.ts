import { PnmLabError } from "@pnmlab/kit";
import type { Inspection, InspectionRefusal, InspectionRequest } from "../model/capture/inspection.ts";
import type { UnpackedFile } from "../model/capture/unpack.ts";
import { answerTo } from "./answer.ts";
import type { DecodeAnswer, DecodeRequest, DecodeResult } from "./messages.ts";

type Task = DecodeRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, "id">
    : never
  : never;

interface Waiting {
  resolve(result: never): void;
  reject(reason: PnmLabError): void;
}

/**
 * Decodes files beside the page, in one worker that starts with the first file; in the page itself where
 * there are no workers.
 */
class DecodeDesk {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  inspect(request: InspectionRequest): Promise<Inspection | InspectionRefusal> {
    return this.#ask({ task: "inspect", request });
  }

  unpack(fileName: string, bytes: Uint8Array): Promise<UnpackedFile> {
    return this.#ask({ task: "unpack", fileName, bytes });
  }

  #ask<Result extends DecodeResult>(task: Task): Promise<Result> {
    this.#lastId += 1;
    const request = { ...task, id: this.#lastId } as DecodeRequest;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      if (typeof Worker === "undefined") void answerTo(request).then((answer) => this.#settle(answer));
      else this.#start().postMessage(request);
    });
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./decode-worker.ts", import.meta.url), {
      type: "module",
      name: "decoder",
    });
    worker.addEventListener("message", (event: MessageEvent<DecodeAnswer>) => this.#settle(event.data));
    worker.addEventListener("error", (event) => {
      worker.terminate();
      this.#worker = undefined;
      this.#failAll(event.message || "the decoding worker could not be loaded");
    });
    this.#worker = worker;
    return worker;
  }

  #settle(answer: DecodeAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.result as never);
    else waiting?.reject(new PnmLabError("DECODER_FAILED", answer.message));
  }

  /** The next file starts a new worker. */
  #failAll(reason: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) {
      reject(new PnmLabError("DECODER_FAILED", `the file was not decoded: ${reason}`));
    }
  }
}

/** The one desk of the page: files are decoded in the order in which they come. */
export const decodeDesk = new DecodeDesk();
