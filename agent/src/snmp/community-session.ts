import { randomInt } from "node:crypto";
import { messageHead, openResponse, requestMessage, variableBindings } from "./community-message.ts";
import { ConnectedSocket } from "./connected-socket.ts";
import type { SnmpEndpoint } from "./endpoint.ts";
import { type Attempt, type Exchange, MAX_REQUEST_ID, type SnmpSession } from "./session.ts";

interface Waiting {
  undecodable: number;
  /** Varbinds of the request, as they were sent. */
  list: Buffer;
  oids: readonly string[];
  settle: (attempt: Attempt) => void;
}

const NO_OIDS: readonly string[] = [];

/** A session of SNMP v1 or v2c. */
export class CommunitySession implements SnmpSession {
  readonly #socket: ConnectedSocket;
  readonly #head: Buffer;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = randomInt(MAX_REQUEST_ID);
  #closed = false;

  constructor({ address, family, port }: SnmpEndpoint, version: "v1" | "v2c", community: string) {
    this.#head = messageHead(version, community);
    this.#socket = new ConnectedSocket(family, address, port, (error) => this.#socketFailed(error));
    this.#socket.on("message", (datagram: Buffer) => this.#received(datagram));
  }

  newRequestId(): number {
    do this.#lastId = (this.#lastId % MAX_REQUEST_ID) + 1;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  forgetEngine(): void {
    // Only SNMPv3 has engines.
  }

  attempt(requestId: number, exchange: Exchange, timeoutMs: number, signal?: AbortSignal): Promise<Attempt> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      let list: Buffer;
      let datagram: Buffer;
      try {
        if (this.#closed) throw new Error("the session is closed");
        list = variableBindings(exchange);
        datagram = requestMessage(this.#head, requestId, exchange, list);
      } catch (cause) {
        resolve({ outcome: "transport", cause });
        return;
      }
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(requestId);
      };
      const waiting: Waiting = {
        undecodable: 0,
        list,
        oids: exchange.kind === "set" ? NO_OIDS : exchange.oids,
        settle: (attempt) => {
          finish();
          resolve(attempt);
        },
      };
      const onAbort = () => {
        finish();
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => waiting.settle({ outcome: "silent", undecodable: waiting.undecodable }),
        timeoutMs,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.set(requestId, waiting);
      this.#socket.send(datagram, 0, datagram.length, 0, "", (error) => {
        if (error && this.#waiting.get(requestId) === waiting) {
          waiting.settle({ outcome: "transport", cause: error });
        }
      });
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socketFailed(new Error("the session is closed"));
    this.#socket.close();
  }

  #received(datagram: Buffer): void {
    try {
      const response = openResponse(datagram, this.#head);
      const waiting = this.#waiting.get(response.requestId);
      if (!waiting) return;
      waiting.settle(
        response.isOfHead
          ? { outcome: "answered", answer: response.read(waiting.list, waiting.oids) }
          : { outcome: "invalid", why: "version or community are not those of the request" },
      );
    } catch {
      // Nobody can say to which request such a datagram belongs, so it is noted for all that wait.
      for (const waiting of this.#waiting.values()) waiting.undecodable += 1;
    }
  }

  #socketFailed(cause: unknown): void {
    for (const waiting of [...this.#waiting.values()]) waiting.settle({ outcome: "transport", cause });
  }
}
