import type { PnmLabError } from "@pnmlab/kit";
import { type AgentToBackend, type BuildInfo, isCounted } from "@pnmlab/protocol";
import { Ledger } from "./ledger.ts";
import type { LinkConnection } from "./link-options.ts";

/** What may wait for the backend's word before the session is given up, in characters. */
const MAX_KEPT_CHARS = 64 * 1024 * 1024;

export interface LinkSessionOptions {
  backend: BuildInfo;
  /** By which the backend knows it again. */
  token: string;
  /** How long after a drop the backend keeps its side of it. */
  resumeMs: number;
  /** More waits for the backend than may be kept. */
  onOverflow: () => void;
}

/** A session with a backend: begins with its welcome and outlives drops of the connection. */
export class LinkSession implements LinkConnection {
  readonly backend: BuildInfo;
  readonly resumeMs: number;
  readonly #options: LinkSessionOptions;
  readonly #ledger = new Ledger();
  readonly #end = new AbortController();
  #write: ((text: string) => void) | undefined;

  constructor(options: LinkSessionOptions) {
    this.#options = options;
    this.backend = options.backend;
    this.resumeMs = options.resumeMs;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** What the agent says to take it up again. */
  get offer(): { token: string; received: number } {
    return { token: this.#options.token, received: this.#ledger.acknowledge() };
  }

  /**
   * Goes on over a new connection: what the backend misses is sent first.
   *
   * @throws LedgerGapError where the backend has more or less than can be made up for.
   */
  attach(write: (text: string) => void, receivedByBackend: number): void {
    const missing = this.#ledger.missing(receivedByBackend);
    this.#write = write;
    for (const text of missing) write(text);
  }

  /** The connection has gone; what is sent from now on waits for the next one. */
  detach(): void {
    this.#write = undefined;
  }

  send(message: AgentToBackend): boolean {
    if (this.#end.signal.aborted) return false;
    const text = JSON.stringify(message);
    if (!isCounted(message)) {
      this.#write?.(text);
      return this.#write !== undefined;
    }
    this.#ledger.keep(text);
    this.#write?.(text);
    if (this.#ledger.keptChars > MAX_KEPT_CHARS) this.#options.onOverflow();
    return true;
  }

  /** Notes a counted message of the backend. */
  noteReceived(chars: number): void {
    if (this.#ledger.note(chars)) this.sayReceived();
  }

  /** Tells the backend what has arrived, where it does not know it yet. */
  sayReceived(): void {
    if (this.#write && this.#ledger.owesAck) {
      this.send({ type: "ack", received: this.#ledger.acknowledge() });
    }
  }

  /** The backend says what has arrived there. */
  acknowledged(received: number): void {
    this.#ledger.forget(received);
  }

  /**
   * Ends what runs for the session, with `reason`. Returns what a later session must tell in its place,
   * for no answer can ask for it: that leases have expired.
   */
  end(reason: PnmLabError): AgentToBackend[] {
    this.#write = undefined;
    this.#end.abort(reason);
    return this.#ledger.kept
      .map((text) => JSON.parse(text) as AgentToBackend)
      .filter(({ type }) => type === "lease-expired");
  }
}
