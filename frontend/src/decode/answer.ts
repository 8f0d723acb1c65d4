import { messageOf } from "@pnmlab/kit";
import { inspect } from "../model/capture/inspect.ts";
import { unpack } from "../model/capture/unpack.ts";
import type { DecodeAnswer, DecodeRequest } from "./messages.ts";

/** Does what is asked; what fails is an answer too. */
export async function answerTo(request: DecodeRequest): Promise<DecodeAnswer> {
  const { id } = request;
  try {
    const result =
      request.task === "inspect" ? inspect(request.request) : await unpack(request.fileName, request.bytes);
    return { id, ok: true, result };
  } catch (thrown) {
    return { id, ok: false, message: messageOf(thrown) };
  }
}
