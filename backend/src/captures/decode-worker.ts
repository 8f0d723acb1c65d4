import { parentPort } from "node:worker_threads";
import { messageOf } from "@pnmlab/kit";
import { PnmDecodeError } from "@pnmlab/pnm-codec";
import { inspectCapture, plotCapture } from "./inspect.ts";
import type { WorkerRequest, WorkerResponse } from "./worker-messages.ts";

// One after the other: what several archives unpack to at the same time can be more than the memory there is.
let turn: Promise<void> = Promise.resolve();

parentPort?.on("message", (request: WorkerRequest) => {
  turn = turn.then(async () => parentPort?.postMessage(await answer(request)));
});

async function answer(request: WorkerRequest): Promise<WorkerResponse> {
  const { id, fileName, bytes } = request;
  try {
    const result =
      request.task === "inspect"
        ? await inspectCapture(fileName, bytes)
        : JSON.stringify(await plotCapture(request.captureId, fileName, bytes));
    return { id, ok: true, result };
  } catch (error) {
    const code = error instanceof PnmDecodeError ? error.code : "DECODER_FAILED";
    return { id, ok: false, code, message: messageOf(error) };
  }
}
