import type { SnmpValue, Varbind } from "@pnmlab/protocol";
import { BER, BerError, BerReader, BerWriter } from "./ber.ts";
import type { Answer, AnsweredVarbind, Exchange } from "./session.ts";

/** Messages of SNMP v1 and v2c (RFC 1157 4.1, RFC 3416 3, RFC 1901 3). */

const PDU_TAGS = {
  get: BER.getRequest,
  getNext: BER.getNextRequest,
  getBulk: BER.getBulkRequest,
  set: BER.setRequest,
} as const;

const writer = new BerWriter();

/** Version and community as they stand at the beginning of every message. */
export function messageHead(version: "v1" | "v2c", community: string): Buffer {
  const end = writer.start();
  writer.raw(Buffer.from(community));
  writer.close(BER.octetString, end);
  writer.integer(BER.integer, version === "v1" ? 0 : 1);
  return writer.take();
}

/**
 * The datagram of one request.
 *
 * @param list of `variableBindings`
 * @throws BerError where it is longer than a datagram can be.
 */
export function requestMessage(head: Buffer, requestId: number, exchange: Exchange, list: Buffer): Buffer {
  const end = writer.start();
  const isBulk = exchange.kind === "getBulk";
  writer.raw(list);
  // The places of error status and error index, which GETBULK uses otherwise (RFC 3416 3).
  writer.integer(BER.integer, isBulk ? exchange.maxRepetitions : 0);
  writer.integer(BER.integer, isBulk ? (exchange.nonRepeaters ?? 0) : 0);
  writer.integer(BER.integer, requestId);
  writer.close(PDU_TAGS[exchange.kind], end);
  writer.raw(head);
  writer.close(BER.sequence, end);
  return writer.take();
}

/** Lists of OIDs that were encoded: a sweep asks a thousand devices for the same ones. */
const lists = new WeakMap<readonly string[], Buffer>();

/** The list of varbinds of a request. @throws BerError where it is longer than a datagram can be */
export function variableBindings(exchange: Exchange): Buffer {
  if (exchange.kind === "set") return listOf(exchange.varbinds);
  let list = lists.get(exchange.oids);
  if (!list) {
    list = listOf(exchange.oids.map((oid) => ({ oid, value: { type: "Null" } })));
    lists.set(exchange.oids, list);
  }
  return list;
}

function listOf(varbinds: readonly Varbind[]): Buffer {
  const end = writer.start();
  for (let at = varbinds.length - 1; at >= 0; at -= 1) {
    const { oid, value } = varbinds[at]!;
    const place = writer.place;
    writeValue(value);
    writer.oid(oid);
    writer.close(BER.sequence, place);
  }
  writer.close(BER.sequence, end);
  return writer.take();
}

function writeValue(value: SnmpValue): void {
  switch (value.type) {
    case "Integer":
      writer.integer(BER.integer, value.value);
      break;
    case "Unsigned32":
      writer.integer(BER.unsigned32, value.value);
      break;
    case "Counter32":
      writer.integer(BER.counter32, value.value);
      break;
    case "TimeTicks":
      writer.integer(BER.timeTicks, value.value);
      break;
    case "Counter64":
      writeCounter64(BigInt(value.value));
      break;
    case "OctetString":
      writeOctets(BER.octetString, Buffer.from(value.value, "hex"));
      break;
    case "Opaque":
      writeOctets(BER.opaque, Buffer.from(value.value, "hex"));
      break;
    case "ObjectIdentifier":
      writer.oid(value.value);
      break;
    case "IpAddress":
      writeOctets(BER.ipAddress, Buffer.from(value.value.split(".").map(Number)));
      break;
    case "Null":
      writer.close(BER.null, writer.place);
      break;
    case "noSuchObject":
    case "noSuchInstance":
    case "endOfMibView":
      writer.close(BER[value.type], writer.place);
      break;
  }
}

function writeOctets(tag: number, octets: Buffer): void {
  const place = writer.place;
  writer.raw(octets);
  writer.close(tag, place);
}

function writeCounter64(value: bigint): void {
  const place = writer.place;
  let left = value;
  let octet = 0;
  do {
    octet = Number(left & 0xffn);
    writer.octet(octet);
    left >>= 8n;
  } while (left > 0n);
  if (octet >= 0x80) writer.octet(0);
  writer.close(BER.counter64, place);
}

/** A response, read as far as its request id; the rest is read where somebody waits for it. */
export interface OpenResponse {
  requestId: number;
  /** Whether version and community are those of `head`. */
  isOfHead: boolean;
  /**
   * @param asked list of varbinds of the request: OIDs that stand in it are known without being read.
   * @throws BerError
   */
  read(asked: Buffer, oids: readonly string[]): Answer;
}

/** @throws BerError where the datagram is no response of v1 or v2c */
export function openResponse(datagram: Buffer, head: Buffer): OpenResponse {
  const reader = new BerReader(datagram);
  reader.enter(BER.sequence);
  const headAt = reader.at;
  const version = reader.integer();
  if (version !== 0 && version !== 1) throw new BerError("it is of another version of SNMP");
  reader.at = reader.enter(BER.octetString);
  const isOfHead =
    reader.at - headAt === head.length && datagram.compare(head, 0, head.length, headAt, reader.at) === 0;
  reader.enter(BER.response);
  const requestId = reader.integer();
  return { requestId, isOfHead, read: (asked, oids) => readAnswer(reader, asked, oids) };
}

function readAnswer(reader: BerReader, asked: Buffer, oids: readonly string[]): Answer {
  const errorStatus = reader.integer();
  const errorIndex = reader.integer();
  if (Number.isNaN(errorStatus) || Number.isNaN(errorIndex)) throw new BerError("a number is too long");
  const end = reader.enter(BER.sequence);
  const varbinds: AnsweredVarbind[] = [];
  const known = new KnownOids(asked, oids);
  while (reader.at < end) {
    const varbindEnd = reader.enter(BER.sequence);
    const oidAt = reader.at;
    const oidEnd = reader.enter(BER.oid);
    const oid = known.oidAt(reader, oidAt, oidEnd);
    varbinds.push({ oid, value: readValue(reader) });
    if (reader.at !== varbindEnd) throw new BerError("a varbind is longer than its value");
  }
  if (reader.at !== end) throw new BerError("the list of varbinds is not whole");
  return { errorStatus, errorIndex, varbinds };
}

/**
 * Spares most of the work of reading OIDs: the answer to a GET repeats those of the request, and in a walk one
 * differs from the one before it in the last sub-identifier.
 */
class KnownOids {
  readonly #asked: BerReader;
  readonly #oids: readonly string[];
  #number = 0;
  #lastText = "";
  /** Where the last OID began, and where its last sub-identifier begins. */
  #lastAt = 0;
  #tailAt = 0;

  constructor(asked: Buffer, oids: readonly string[]) {
    this.#asked = new BerReader(asked);
    this.#oids = oids;
    this.#asked.open();
  }

  /** The OID whose element is at `oidAt`, and whose content the reader stands before. */
  oidAt(reader: BerReader, oidAt: number, oidEnd: number): string {
    const known = this.#number < this.#oids.length ? this.#sameAsAsked(reader, oidAt, oidEnd) : undefined;
    if (known !== undefined) {
      reader.at = oidEnd;
      return known;
    }
    const { octets, at: start } = reader;
    const shared = this.#tailAt - this.#lastAt;
    let same = 0;
    while (same < shared && octets[start + same] === octets[this.#lastAt + same]) same += 1;
    let text: string;
    if (shared > 0 && same === shared && oidEnd - start > shared) {
      reader.at = start + shared;
      text = this.#lastText.slice(0, this.#lastText.lastIndexOf(".")) + reader.subIdentifiers(oidEnd);
    } else {
      text = reader.oid(oidEnd);
    }
    let tailAt = oidEnd - 1;
    while (tailAt > start && octets[tailAt - 1]! >= 0x80) tailAt -= 1;
    this.#lastText = text;
    this.#lastAt = start;
    this.#tailAt = tailAt;
    return text;
  }

  #sameAsAsked(reader: BerReader, oidAt: number, oidEnd: number): string | undefined {
    const asked = this.#asked;
    const varbindEnd = asked.open();
    const askedAt = asked.at;
    asked.at = varbindEnd;
    const oid = this.#oids[this.#number];
    this.#number += 1;
    const { octets } = reader;
    for (let at = oidAt, other = askedAt; at < oidEnd; at += 1, other += 1) {
      if (octets[at] !== asked.octets[other]) return undefined;
    }
    return oid;
  }
}

/** Undefined where it is not a whole value of an SNMP type. */
function readValue(reader: BerReader): SnmpValue | undefined {
  const { tag, octets } = reader;
  const end = reader.open();
  const start = reader.at;
  switch (tag) {
    case BER.integer:
      return numbered("Integer", reader.signed(end));
    case BER.unsigned32:
      return numbered("Unsigned32", reader.unsigned(end));
    case BER.counter32:
      return numbered("Counter32", reader.unsigned(end));
    case BER.timeTicks:
      return numbered("TimeTicks", reader.unsigned(end));
    case BER.oid:
      return { type: "ObjectIdentifier", value: reader.oid(end) };
  }
  reader.at = end;
  switch (tag) {
    case BER.octetString:
      return { type: "OctetString", value: octets.toString("hex", start, end) };
    case BER.opaque:
      return { type: "Opaque", value: octets.toString("hex", start, end) };
    case BER.counter64:
      return counter64Of(octets, start, end);
    case BER.ipAddress:
      return end - start === 4
        ? { type: "IpAddress", value: octets.subarray(start, end).join(".") }
        : undefined;
    case BER.null:
      return start === end ? { type: "Null" } : undefined;
    case BER.noSuchObject:
      return start === end ? { type: "noSuchObject" } : undefined;
    case BER.noSuchInstance:
      return start === end ? { type: "noSuchInstance" } : undefined;
    case BER.endOfMibView:
      return start === end ? { type: "endOfMibView" } : undefined;
    default:
      return undefined;
  }
}

function numbered(
  type: "Integer" | "Unsigned32" | "Counter32" | "TimeTicks",
  value: number,
): SnmpValue | undefined {
  return Number.isNaN(value) ? undefined : { type, value };
}

function counter64Of(octets: Buffer, start: number, end: number): SnmpValue | undefined {
  if (start === end) return undefined;
  let at = start;
  while (at < end && octets[at] === 0) at += 1;
  if (end - at > 8) return undefined;
  let high = 0;
  let low = 0;
  for (; at < end; at += 1) {
    if (end - at > 4) high = high * 256 + octets[at]!;
    else low = low * 256 + octets[at]!;
  }
  const value =
    high < 0x20_0000 ? String(high * 0x1_0000_0000 + low) : String((BigInt(high) << 32n) | BigInt(low));
  return { type: "Counter64", value };
}
