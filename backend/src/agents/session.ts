import { randomBytes } from "node:crypto";
import { PnmLabError } from "@pnmlab/kit";
import { Ledger, MAX_AGENT_MESSAGE_BYTES, RequestManager } from "@pnmlab/link";
import { type BackendToAgent, isCounted } from "@pnmlab/protocol";
import { equalInConstantTime } from "../auth/constant-time.ts";

/** The backend's side of a session with an agent: its requests, kept over drops of the connection. */
export class AgentSession {
  readonly token = randomBytes(24).toString("base64url");
  readonly requests: RequestManager;
  /** Who it is with, for errors. */
  readonly #who: string;
  readonly #ledger = new Ledger();
  #write: ((text: string) => void) | undefined;

  constructor(who: string) {
    this.#who = who;
    this.requests = new RequestManager({ send: (message) => this.#send(message) });
  }

  /** Messages of the agent that have arrived. */
  get received(): number {
    return this.#ledger.received;
  }

  isOf(token: string): boolean {
    return equalInConstantTime(token, this.token);
  }

  /** Whether an agent that has `received` messages can be brought up to date. */
  canResumeFrom(received: number): boolean {
    return this.#ledger.canSendFrom(received);
  }

  /** Goes on over a connection: what the agent misses is sent first. */
  attach(write: (text: string) => void, receivedByAgent: number): void {
    const missing = this.#ledger.missing(receivedByAgent);
    this.#ledger.acknowledge();
    this.#write = write;
    for (const text of missing) write(text);
  }

  /** The connection has gone; requests wait for the next one, within their deadlines. */
  detach(): void {
    this.#write = undefined;
  }

  noteReceived(chars: number): void {
    if (this.#ledger.note(chars)) this.sayReceived();
  }

  /** Tells the agent what has arrived, where it does not know it yet. */
  sayReceived(): void {
    if (this.#write && this.#ledger.owesAck) {
      this.#send({ type: "ack", received: this.#ledger.acknowledge() });
    }
  }

  /** The agent says what has arrived there. */
  acknowledged(received: number): void {
    this.#ledger.forget(received);
  }

  /** Rejects what waits; `reason` says why the agent will not answer. */
  end(reason: string): void {
    this.#write = undefined;
    this.requests.close(
      new PnmLabError("AGENT_LOST", `${this.#who} was lost: ${reason}`, { retryable: true }),
    );
  }

  #send(message: BackendToAgent): void {
    const text = JSON.stringify(message);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_AGENT_MESSAGE_BYTES) {
      // Kept in the ledger it would end every connection on which the session is taken up again.
      const megabytes = (length: number) => `${(length / 1_000_000).toFixed(1)} MB`;
      throw new Error(
        `it is ${megabytes(bytes)} long, and an agent takes ${megabytes(MAX_AGENT_MESSAGE_BYTES)}`,
      );
    }
    if (isCounted(message)) this.#ledger.keep(text);
    this.#write?.(text);
  }
}
