import { RowStatus, rowStatus } from "@pnmlab/docsis-mib";
import { MalformedMessage } from "./ber.ts";
import { type ErrorStatus, RequestRefused, v1Status } from "./error-status.ts";
import { type Faults, raiseFault, Unanswered } from "./faults.ts";
import {
  decodeRequest,
  encodeResponse,
  encodeVarbind,
  RESPONSE_OVERHEAD,
  type SnmpRequest,
  type Varbind,
} from "./message.ts";
import type { MibView } from "./mib-view.ts";
import { type Oid, oidText } from "./oid.ts";
import { applySet } from "./set-request.ts";
import { END_OF_MIB_VIEW, type SnmpValue, typedValue } from "./values.ts";

export interface EngineOptions {
  view: MibView;
  faults: Faults;
  readCommunity: string;
  writeCommunity: string;
  /** Octets of a GETBULK response, at most; one varbind that is larger alone still goes. 1,400 unless given. */
  maxBulkResponseOctets?: number;
  /** Octets of any response, at most; 65,507, the most that UDP over IPv4 carries, unless given. */
  maxResponseOctets?: number;
  /** Told of every SET as it arrives, and of those that were carried out. */
  onSet?: (moment: "arrived" | "done", oids: readonly Oid[]) => void;
  /** Told of every SET that was refused, with the reason that SNMP has no room for. */
  onRefused?: (refusal: RequestRefused) => void;
  /** Told of a mistake in an object, which the manager sees as genErr. */
  onFailure?: (error: unknown) => void;
}

export interface SnmpCounters {
  requests: number;
  sets: number;
  /** Varbinds of responses to reads. */
  varbindsRead: number;
  /** Datagrams that are no request an agent answers. */
  malformed: number;
  /** Requests of an unknown community, which stay without answer. */
  unknownCommunity: number;
  refused: number;
}

/** A request as it was handled; the last ones are kept for tests and for looking at a manager's doings. */
export interface RecordedRequest {
  atMs: number;
  kind: SnmpRequest["kind"];
  oids: string[];
  /** undefined where nothing was answered. */
  status: ErrorStatus | undefined;
}

const RECORDED_REQUESTS = 256;

/**
 * Answers SNMPv1 and SNMPv2c requests over a view. Without a socket: datagram in, datagram out.
 */
export class SnmpEngine {
  readonly counters: SnmpCounters = {
    requests: 0,
    sets: 0,
    varbindsRead: 0,
    malformed: 0,
    unknownCommunity: 0,
    refused: 0,
  };
  readonly #view: MibView;
  readonly #faults: Faults;
  readonly #readCommunity: string;
  readonly #writeCommunity: string;
  readonly #maxBulkOctets: number;
  readonly #maxOctets: number;
  readonly #onRefused: (refusal: RequestRefused) => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #onSet: NonNullable<EngineOptions["onSet"]>;
  readonly #recorded: RecordedRequest[] = [];
  readonly #reverting = new Set<NodeJS.Timeout>();

  constructor(options: EngineOptions) {
    this.#view = options.view;
    this.#faults = options.faults;
    this.#onRefused = options.onRefused ?? (() => {});
    this.#onFailure = options.onFailure ?? (() => {});
    this.#onSet = options.onSet ?? (() => {});
    this.#readCommunity = options.readCommunity;
    this.#writeCommunity = options.writeCommunity;
    this.#maxOctets = options.maxResponseOctets ?? 65_507;
    this.#maxBulkOctets = Math.min(options.maxBulkResponseOctets ?? 1400, this.#maxOctets);
  }

  /** The last requests, oldest first. */
  get recorded(): readonly RecordedRequest[] {
    return this.#recorded;
  }

  /** The response to a datagram; undefined where there is none: malformed, unknown community, fault. */
  respond(datagram: Uint8Array): Uint8Array | undefined {
    let request: SnmpRequest;
    try {
      request = decodeRequest(datagram);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.counters.malformed += 1;
      return undefined;
    }
    const access = this.#accessOf(request.community);
    if (access === undefined) {
      this.counters.unknownCommunity += 1;
      return undefined;
    }
    this.counters.requests += 1;
    const answer = this.#answer(request, access);
    this.#record(request, answer?.status);
    if (answer === undefined) return undefined;
    if (answer.status !== "noError" && answer.status !== "noSuchName") this.counters.refused += 1;
    return answer.bytes;
  }

  #accessOf(community: Uint8Array): "read" | "write" | undefined {
    const text = Buffer.from(community).toString("utf8");
    if (text === this.#writeCommunity) return "write";
    return text === this.#readCommunity ? "read" : undefined;
  }

  #answer(
    request: SnmpRequest,
    access: "read" | "write",
  ): { status: ErrorStatus; bytes: Uint8Array } | undefined {
    const echo = () => request.varbinds.map((varbind) => varbind.raw);
    const refuse = (status: ErrorStatus, position: number) => {
      const seen = request.version === "v1" ? v1Status(status) : status;
      return { status: seen, bytes: encodeResponse(request, seen, position, echo()) };
    };
    let lost = false;
    const lose = () => {
      lost = true;
    };
    try {
      const varbinds = request.kind === "set" ? this.#set(request, access, lose) : this.#read(request, lose);
      if (lost) return undefined;
      const bytes = encodeResponse(request, "noError", 0, varbinds ?? echo());
      if (bytes.length <= Math.min(this.#maxOctets, this.#faults.maxResponseOctets))
        return { status: "noError", bytes };
      if (request.version === "v1") return refuse("tooBig", 0);
      return { status: "tooBig", bytes: encodeResponse(request, "tooBig", 0, []) };
    } catch (error) {
      if (error instanceof Unanswered) return undefined;
      if (error instanceof RequestRefused) {
        if (request.kind === "set") this.#onRefused(error);
        return refuse(error.status, error.position);
      }
      this.#onFailure(error);
      return refuse("genErr", 0);
    }
  }

  #set(request: SnmpRequest, access: "read" | "write", lose: () => void): undefined {
    this.counters.sets += 1;
    if (access === "read") throw new RequestRefused("noAccess", 1, "the community may only read");
    const reverted: { varbind: Varbind; afterMs: number }[] = [];
    const applied = request.varbinds
      .map((varbind, i) => ({ ...varbind, position: i + 1 }))
      .filter(({ oid, position }) => {
        const fault = raiseFault(this.#faults.match("set", oid), position, lose);
        if (fault?.kind === "revertSet") {
          reverted.push({ varbind: { oid, value: this.#valueToRevertTo(oid) }, afterMs: fault.afterMs });
        }
        return fault?.kind !== "ignoreSet";
      });
    const oids = request.varbinds.map(({ oid }) => oid);
    this.#onSet("arrived", oids);
    applySet(this.#view, applied);
    this.#onSet("done", oids);
    for (const { varbind, afterMs } of reverted) this.#revert(varbind, afterMs);
    return undefined;
  }

  #valueToRevertTo(oid: Oid): SnmpValue {
    const isRowStatus = this.#view.variableOf(oid)?.object.values === rowStatus;
    return isRowStatus ? { type: "Integer", value: RowStatus.notInService } : this.#view.get(oid);
  }

  #revert(varbind: Varbind, afterMs: number): void {
    const timer = setTimeout(() => {
      this.#reverting.delete(timer);
      try {
        applySet(this.#view, [{ ...varbind, position: 1 }]);
      } catch (error) {
        // The row is gone, or runs: nothing is left to take back.
        if (!(error instanceof RequestRefused)) this.#onFailure(error);
      }
    }, afterMs);
    this.#reverting.add(timer);
  }

  /** Forgets what it was to take back. */
  close(): void {
    for (const timer of this.#reverting) clearTimeout(timer);
    this.#reverting.clear();
  }

  #read(request: SnmpRequest, lose: () => void): Uint8Array[] {
    const { kind, varbinds, version } = request;
    if (kind === "getBulk") return this.#bulk(request, lose);
    return varbinds.map(({ oid }, i) => {
      const found = kind === "get" ? { oid, value: this.#view.get(oid) } : this.#next(oid, version);
      const answer = this.#seen(found, i + 1, lose);
      if (version === "v1" && isUnseenByV1(answer.value)) {
        throw new RequestRefused("noSuchName", i + 1, "no such instance");
      }
      this.counters.varbindsRead += 1;
      return encodeVarbind(answer);
    });
  }

  /** RFC 3416, section 4.2.3: repetitions row by row, cut where the response would grow too large. */
  #bulk(request: SnmpRequest, lose: () => void): Uint8Array[] {
    const { varbinds, nonRepeaters, maxRepetitions } = request;
    const single = varbinds.slice(0, nonRepeaters).map(({ oid }) => oid);
    let cursors = varbinds.slice(nonRepeaters).map(({ oid }) => oid);
    const encoded: Uint8Array[] = [];
    const maxOctets = Math.min(this.#maxBulkOctets, this.#faults.maxResponseOctets);
    let octets = RESPONSE_OVERHEAD + request.community.length;
    const append = (oid: Oid, position: number): Varbind | undefined => {
      const answer = this.#seen(this.#view.next(oid), position, lose);
      const bytes = encodeVarbind(answer);
      if (octets + bytes.length > maxOctets && encoded.length > 0) return undefined;
      octets += bytes.length;
      encoded.push(bytes);
      this.counters.varbindsRead += 1;
      return answer;
    };
    for (const [i, oid] of single.entries()) {
      if (!append(oid, i + 1)) return encoded;
    }
    for (let repetition = 0; repetition < maxRepetitions && cursors.length > 0; repetition += 1) {
      const reached: Oid[] = [];
      let isAtEnd = true;
      for (const [i, oid] of cursors.entries()) {
        const answer = append(oid, nonRepeaters + i + 1);
        if (!answer) return encoded;
        reached.push(answer.oid);
        if (answer.value.type !== "endOfMibView") isAtEnd = false;
      }
      // Further repetitions would only repeat endOfMibView.
      if (isAtEnd) break;
      cursors = reached;
    }
    return encoded;
  }

  #next(oid: Oid, version: SnmpRequest["version"]): Varbind {
    let found = this.#view.next(oid);
    // SNMPv1 has no 64-bit counters: they are stepped over (RFC 3584, section 4.2.2.1).
    while (version === "v1" && found.value.type === "Counter64") found = this.#view.next(found.oid);
    return found;
  }

  /** A varbind as the manager sees it, faults included. */
  #seen(varbind: Varbind, position: number, lose: () => void): Varbind {
    const fault = raiseFault(this.#faults.match("get", varbind.oid), position, lose);
    if (fault?.kind !== "value") return varbind;
    const variable = this.#view.variableOf(varbind.oid);
    return variable ? { oid: varbind.oid, value: typedValue(variable.object, fault.value) } : varbind;
  }

  #record(request: SnmpRequest, status: ErrorStatus | undefined): void {
    if (this.#recorded.length >= RECORDED_REQUESTS) this.#recorded.shift();
    this.#recorded.push({
      atMs: Date.now(),
      kind: request.kind,
      oids: request.varbinds.map(({ oid }) => oidText(oid)),
      status,
    });
  }
}

function isUnseenByV1(value: SnmpValue): boolean {
  return (
    value.type === "noSuchObject" ||
    value.type === "noSuchInstance" ||
    value.type === END_OF_MIB_VIEW.type ||
    value.type === "Counter64"
  );
}
