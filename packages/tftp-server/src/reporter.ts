import { isIPv6 } from "node:net";
import { Emitter } from "@pnmlab/kit";
import type { Peer } from "./conversation.ts";
import { type TftpCounters, zeroCounters } from "./counters.ts";
import type { PeerText, TftpLog, TftpServerEvents } from "./events.ts";
import { shownName } from "./names.ts";
import type { RequestPacket } from "./packets.ts";
import type { TransferOutcome } from "./transfer.ts";

/** Tells how requests ended: in counters, to observers and in the log. */
export class Reporter {
  readonly counters: TftpCounters = zeroCounters();
  readonly #log: TftpLog | undefined;
  readonly #events = new Emitter<TftpServerEvents>();

  constructor(log: TftpLog | undefined) {
    this.#log = log;
  }

  on<Name extends keyof TftpServerEvents>(
    name: Name,
    listener: (event: TftpServerEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  tell(request: RequestPacket, peer: Peer, outcome: TransferOutcome): void {
    const from = peerText(peer);
    const { bytes } = outcome;
    switch (outcome.kind) {
      case "replaced": {
        const { name, durationMs, announcedBytes } = outcome;
        const announced = announcedBytes === undefined ? {} : { announcedBytes };
        this.counters.received += 1;
        this.counters.receivedBytes += bytes;
        this.#emit("received", { name, bytes, durationMs, from, ...announced });
        return;
      }
      case "removed":
        this.counters.removed += 1;
        this.#emit("removed", { name: outcome.name, from });
        return;
      case "nothing":
        return;
      case "sent":
        this.counters.sent += 1;
        this.counters.sentBytes += bytes;
        this.#emit("sent", { name: outcome.name, bytes, durationMs: outcome.durationMs, to: from });
        return;
      case "refused":
      case "aborted": {
        const { code, message: reason } = outcome.fault;
        const event = {
          name: shownName(request.nameBytes),
          operation: request.operation,
          from,
          code,
          reason,
        };
        this.counters[outcome.kind] += 1;
        this.#log?.warn(
          event,
          outcome.kind === "refused" ? "refused a request" : "a transfer did not finish",
        );
        this.#events.emit(outcome.kind, event);
      }
    }
  }

  #emit<Name extends "received" | "removed" | "sent">(name: Name, event: TftpServerEvents[Name]): void {
    this.#log?.debug(event, name);
    this.#events.emit(name, event);
  }
}

function peerText({ address, port }: Peer): PeerText {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
