import { answerTo } from "./answer.ts";
import type { DecodeRequest } from "./messages.ts";

/** The part of a dedicated worker's scope that is needed; the DOM library does not know it. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent<DecodeRequest>) => void): void;
}

const scope = self as unknown as WorkerScope;

scope.addEventListener("message", (event) => {
  void answerTo(event.data).then((answer) => scope.postMessage(answer));
});
