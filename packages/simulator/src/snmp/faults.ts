import { Random } from "@pnmlab/pnm-analysis";
import { type ErrorStatus, RequestRefused } from "./error-status.ts";
import { type Oid, parseOid, startsWith } from "./oid.ts";
import type { RawValue } from "./values.ts";

export type FaultOperation = "get" | "set";

export type FaultBehaviour =
  /** The request is answered with this status, at this varbind. */
  | { kind: "error"; status: ErrorStatus }
  /** The request is neither carried out nor answered. */
  | { kind: "dropRequest" }
  /** The request is carried out, its response is lost. */
  | { kind: "dropResponse" }
  /** Reads give this value, whatever the device holds; a MeasStatus of 3 is a test that never ends. */
  | { kind: "value"; value: RawValue }
  /** A SET of this object is confirmed and not applied. */
  | { kind: "ignoreSet" }
  /** A SET is applied and taken back after this time; a RowStatus goes out of service. */
  | { kind: "revertSet"; afterMs: number };

export interface OidFault {
  /** Object, column or instance; everything below it is affected. */
  oid: string;
  /** Both unless given; "get" covers GETNEXT and GETBULK, by the OID they arrive at. */
  operations?: readonly FaultOperation[];
  behaviour: FaultBehaviour;
  /** Ends by itself after it has met this many varbinds. */
  times?: number;
}

/** Behaviours that a read does not meet. */
const WRITE_ONLY: ReadonlySet<FaultBehaviour["kind"]> = new Set(["ignoreSet", "revertSet"]);

interface ActiveFault extends OidFault {
  prefix: Oid;
  left: number;
}

/** Where a request meets a fault that answers nothing. */
export type Silence = "dropRequest" | "dropResponse";

/** What is wrong with a device: behaviours per OID, the newest first, and troubles of the whole device. */
export class Faults {
  /** Answers nothing, as a device that hangs. */
  frozen = false;
  /** Unix time in milliseconds until which nothing is answered: the device boots. */
  downUntilMs = 0;
  /** Delay of every response, in milliseconds. */
  latencyMs = 0;
  /** Added to the delay of each response, drawn evenly from 0 up to this; responses overtake each other. */
  jitterMs = 0;
  /** Probability from 0 to 1 that a response is sent twice. */
  duplication = 0;
  /** Octets of a response, at most; larger ones are tooBig. */
  maxResponseOctets = Infinity;
  /** Probability from 0 to 1 that a request is lost. */
  requestLoss = 0;
  /** Probability from 0 to 1 that a response is lost. */
  responseLoss = 0;
  readonly #stack: ActiveFault[] = [];
  readonly #random = new Random(1n);

  /** Puts a behaviour on top. The answer takes it off again. */
  add(fault: OidFault): () => void {
    const active: ActiveFault = { ...fault, prefix: parseOid(fault.oid), left: fault.times ?? Infinity };
    this.#stack.unshift(active);
    return () => {
      const at = this.#stack.indexOf(active);
      if (at >= 0) this.#stack.splice(at, 1);
    };
  }

  /** Makes the device sound again. */
  clear(): void {
    this.#stack.length = 0;
    this.frozen = false;
    this.downUntilMs = 0;
    this.latencyMs = 0;
    this.jitterMs = 0;
    this.duplication = 0;
    this.maxResponseOctets = Infinity;
    this.requestLoss = 0;
    this.responseLoss = 0;
  }

  losesRequest(): boolean {
    return this.frozen || Date.now() < this.downUntilMs || this.#happens(this.requestLoss);
  }

  losesResponse(): boolean {
    return this.#happens(this.responseLoss);
  }

  /** Delay of the next response in milliseconds. */
  delayMs(): number {
    return this.latencyMs + (this.jitterMs > 0 ? this.jitterMs * this.#random.uniform() : 0);
  }

  duplicatesResponse(): boolean {
    return this.#happens(this.duplication);
  }

  /** The newest behaviour for this OID, counted as one use. */
  match(operation: FaultOperation, oid: Oid): FaultBehaviour | undefined {
    if (this.#stack.length === 0) return undefined;
    for (const fault of this.#stack) {
      if (fault.left <= 0 || !(fault.operations?.includes(operation) ?? true)) continue;
      if (operation === "set" && fault.behaviour.kind === "value") continue;
      if (operation === "get" && WRITE_ONLY.has(fault.behaviour.kind)) continue;
      if (!startsWith(oid, fault.prefix)) continue;
      fault.left -= 1;
      return fault.behaviour;
    }
    return undefined;
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#random.uniform() < probability;
  }
}

/** The request meets a fault that leaves the manager without an answer. */
export class Unanswered extends Error {
  override name = "Unanswered";
}

/** Applies a behaviour that ends or silences a request; answers the others to the caller. */
export function raiseFault(
  behaviour: FaultBehaviour | undefined,
  position: number,
  silence: (kind: Silence) => void,
): FaultBehaviour | undefined {
  switch (behaviour?.kind) {
    case "error":
      throw new RequestRefused(behaviour.status, position, "injected fault");
    case "dropRequest":
      throw new Unanswered("injected fault");
    case "dropResponse":
      silence("dropResponse");
      return undefined;
    case "value":
    case "ignoreSet":
    case "revertSet":
    case undefined:
      return behaviour;
  }
}
