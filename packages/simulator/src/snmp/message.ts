import { BerReader, BerWriter, MalformedMessage } from "./ber.ts";
import { ERROR_STATUS, type ErrorStatus } from "./error-status.ts";
import type { Oid } from "./oid.ts";
import { type SnmpValue, TAGS } from "./values.ts";

const SEQUENCE = 0x30;
const RESPONSE = 0xa2;
const REQUEST_TAGS: ReadonlyMap<number, RequestKind> = new Map([
  [0xa0, "get"],
  [0xa1, "getNext"],
  [0xa3, "set"],
  [0xa5, "getBulk"],
]);

type RequestKind = "get" | "getNext" | "getBulk" | "set";
type SnmpVersion = "v1" | "v2c";

export interface Varbind {
  oid: Oid;
  value: SnmpValue;
}

interface ReceivedVarbind extends Varbind {
  /** The varbind's octets as they arrived, for the echo. */
  raw: Uint8Array;
}

export interface SnmpRequest {
  version: SnmpVersion;
  community: Uint8Array;
  kind: RequestKind;
  requestId: number;
  /** GETBULK only. */
  nonRepeaters: number;
  /** GETBULK only. */
  maxRepetitions: number;
  varbinds: ReceivedVarbind[];
}

/**
 * Reads a community-based request (RFC 1157, RFC 1901, RFC 3416).
 *
 * @throws MalformedMessage for anything else, SNMPv3 included
 */
export function decodeRequest(datagram: Uint8Array): SnmpRequest {
  const message = new BerReader(datagram).inside(SEQUENCE);
  const versionNumber = message.integer();
  if (versionNumber !== 0 && versionNumber !== 1) throw new MalformedMessage(`version ${versionNumber}`);
  const version = versionNumber === 0 ? "v1" : "v2c";
  const community = message.octets();
  const kind = REQUEST_TAGS.get(message.peekTag());
  if (kind === undefined || (kind === "getBulk" && version === "v1")) {
    throw new MalformedMessage("a PDU that an agent does not answer");
  }
  const pdu = message.inside(message.peekTag());
  const requestId = pdu.integer();
  const second = pdu.integer();
  const third = pdu.integer();
  const list = pdu.inside(SEQUENCE);
  const varbinds: ReceivedVarbind[] = [];
  while (!list.done) {
    const from = list.offset;
    const varbind = list.inside(SEQUENCE);
    const oid = varbind.oid();
    const value = varbind.value();
    varbinds.push({ oid, value, raw: datagram.subarray(from, list.offset) });
  }
  return {
    version,
    community,
    kind,
    requestId,
    nonRepeaters: Math.max(0, second),
    maxRepetitions: Math.max(0, third),
    varbinds,
  };
}

/** Octets of one varbind, ready for `encodeResponse`. */
export function encodeVarbind({ oid, value }: Varbind): Uint8Array {
  const writer = new BerWriter(96);
  writer.value(value);
  writer.oid(oid);
  writer.wrap(SEQUENCE, 0);
  return writer.finish();
}

/** A Response PDU for `request` with varbinds that are already encoded. */
export function encodeResponse(
  request: Pick<SnmpRequest, "version" | "community" | "requestId">,
  status: ErrorStatus,
  errorIndex: number,
  varbinds: readonly Uint8Array[],
): Uint8Array {
  const writer = new BerWriter(128 + varbinds.reduce((sum, varbind) => sum + varbind.length, 0));
  for (let i = varbinds.length - 1; i >= 0; i -= 1) writer.raw(varbinds[i]!);
  writer.wrap(SEQUENCE, 0);
  writer.integer(errorIndex);
  writer.integer(ERROR_STATUS[status]);
  writer.integer(request.requestId);
  writer.wrap(RESPONSE, 0);
  writer.octets(request.community, TAGS.OctetString);
  writer.integer(request.version === "v1" ? 0 : 1);
  writer.wrap(SEQUENCE, 0);
  return writer.finish();
}

/** Octets that a response needs around its varbinds, at most, its community left out. */
export const RESPONSE_OVERHEAD = 40;
