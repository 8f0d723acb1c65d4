import type { Oid } from "./oid.ts";
import { type SnmpValue, TAGS, TYPES_BY_TAG } from "./values.ts";

/** The bytes are no SNMP message. Such datagrams are dropped, as RFC 3416 has it. */
export class MalformedMessage extends Error {
  override name = "MalformedMessage";
}

/** Longest OID that SMIv2 allows. */
const MAX_SUB_IDENTIFIERS = 128;

/** Reads the subset of BER that SNMP uses: definite lengths, tags of one octet. */
export class BerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.offset = offset;
    this.#end = end;
  }

  get done(): boolean {
    return this.offset >= this.#end;
  }

  /** Tag of the next element, without reading it. */
  peekTag(): number {
    if (this.done) throw new MalformedMessage("the message ends early");
    return this.#bytes[this.offset]!;
  }

  /** Contents of the next element, whose tag must be `tag` where one is given. */
  element(tag?: number): { tag: number; start: number; end: number } {
    const found = this.peekTag();
    if (tag !== undefined && found !== tag) throw new MalformedMessage(`tag ${found} instead of ${tag}`);
    this.offset += 1;
    const length = this.#length();
    const start = this.offset;
    const end = start + length;
    if (end > this.#end) throw new MalformedMessage("an element is longer than the message");
    this.offset = end;
    return { tag: found, start, end };
  }

  /** A reader over the contents of the next element. */
  inside(tag: number): BerReader {
    const { start, end } = this.element(tag);
    return new BerReader(this.#bytes, start, end);
  }

  integer(tag = TAGS.Integer): number {
    const { start, end } = this.element(tag);
    if (end - start < 1 || end - start > 4) throw new MalformedMessage("an INTEGER has 1 to 4 octets");
    let value = (this.#bytes[start]! << 24) >> 24;
    for (let i = start + 1; i < end; i += 1) value = (value << 8) | this.#bytes[i]!;
    return value;
  }

  octets(tag = TAGS.OctetString): Uint8Array {
    const { start, end } = this.element(tag);
    return this.#bytes.slice(start, end);
  }

  oid(): Oid {
    const { start, end } = this.element(TAGS.ObjectIdentifier);
    if (end === start) throw new MalformedMessage("an OID has at least one octet");
    const oid: number[] = [];
    let value = 0;
    for (let i = start; i < end; i += 1) {
      const octet = this.#bytes[i]!;
      value = value * 128 + (octet & 0x7f);
      if (value > 0xffff_ffff) throw new MalformedMessage("a sub-identifier has more than 32 bits");
      if (octet & 0x80) {
        if (i === end - 1) throw new MalformedMessage("an OID ends inside a sub-identifier");
        continue;
      }
      if (oid.length === 0) {
        const first = Math.min(2, Math.floor(value / 40));
        oid.push(first, value - 40 * first);
      } else oid.push(value);
      value = 0;
    }
    if (oid.length > MAX_SUB_IDENTIFIERS) throw new MalformedMessage("an OID has more than 128 parts");
    return oid;
  }

  value(): SnmpValue {
    const type = TYPES_BY_TAG.get(this.peekTag());
    switch (type) {
      case "Integer":
        return { type, value: this.integer() };
      case "OctetString":
      case "IpAddress":
      case "Opaque":
        return { type, value: this.octets(TAGS[type]) };
      case "ObjectIdentifier":
        return { type, value: this.oid() };
      case "Unsigned32":
      case "Counter32":
      case "TimeTicks":
        return { type, value: Number(this.#unsigned(5, 32)) };
      case "Counter64":
        return { type, value: this.#unsigned(9, 64) };
      case "Null":
      case "noSuchObject":
      case "noSuchInstance":
      case "endOfMibView": {
        const { start, end } = this.element();
        if (end !== start) throw new MalformedMessage(`${type} with contents`);
        return { type, value: null };
      }
      case undefined:
        throw new MalformedMessage(`value of tag ${this.peekTag()}`);
    }
  }

  /** Some managers leave the leading zero octet of a large value away: the sign bit is not looked at. */
  #unsigned(maxOctets: number, bits: number): bigint {
    const { start, end } = this.element();
    if (end === start || end - start > maxOctets) throw new MalformedMessage("length of an unsigned value");
    let value = 0n;
    for (let i = start; i < end; i += 1) value = (value << 8n) | BigInt(this.#bytes[i]!);
    if (value >> BigInt(bits)) throw new MalformedMessage(`a value of more than ${bits} bits`);
    return value;
  }

  #length(): number {
    if (this.done) throw new MalformedMessage("the message ends early");
    const first = this.#bytes[this.offset]!;
    this.offset += 1;
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4 || this.offset + octets > this.#end) {
      throw new MalformedMessage("length of an element");
    }
    let length = 0;
    for (let i = 0; i < octets; i += 1) length = length * 256 + this.#bytes[this.offset + i]!;
    this.offset += octets;
    return length;
  }
}

/** Writes BER from the end to the start, so that every length is known when it is written. */
export class BerWriter {
  #bytes: Uint8Array;
  #start: number;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#start = capacity;
  }

  /** Octets written so far. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  /** Puts octets in front of what is written. */
  raw(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#start -= octets.length;
    this.#bytes.set(octets, this.#start);
  }

  /** Makes everything written since `lengthBefore` the contents of one element. */
  wrap(tag: number, lengthBefore: number): void {
    this.#header(tag, this.length - lengthBefore);
  }

  integer(value: number, tag = TAGS.Integer): void {
    let octets = 1;
    while (octets < 4 && (value < -(2 ** (8 * octets - 1)) || value >= 2 ** (8 * octets - 1))) octets += 1;
    for (let i = 0; i < octets; i += 1) this.#octet((value >> (8 * i)) & 0xff);
    this.#header(tag, octets);
  }

  unsigned(value: number | bigint, tag: number): void {
    let rest = typeof value === "bigint" ? value : 0n;
    let low = typeof value === "bigint" ? Number(value & 0xffn) : value;
    let octets = 0;
    let top: number;
    do {
      top = low % 256;
      this.#octet(top);
      octets += 1;
      rest >>= 8n;
      low = typeof value === "bigint" ? Number(rest & 0xffn) : Math.floor(low / 256);
    } while (low > 0 || rest > 0n);
    if (top & 0x80) {
      this.#octet(0);
      octets += 1;
    }
    this.#header(tag, octets);
  }

  octets(value: Uint8Array, tag = TAGS.OctetString): void {
    this.raw(value);
    this.#header(tag, value.length);
  }

  oid(oid: Oid): void {
    const before = this.length;
    for (let i = oid.length - 1; i >= 2; i -= 1) this.#subIdentifier(oid[i]!);
    this.#subIdentifier(40 * (oid[0] ?? 0) + (oid[1] ?? 0));
    this.wrap(TAGS.ObjectIdentifier, before);
  }

  value(value: SnmpValue): void {
    switch (value.type) {
      case "Integer":
        this.integer(value.value);
        break;
      case "Unsigned32":
      case "Counter32":
      case "TimeTicks":
      case "Counter64":
        this.unsigned(value.value, TAGS[value.type]);
        break;
      case "OctetString":
      case "IpAddress":
      case "Opaque":
        this.octets(value.value, TAGS[value.type]);
        break;
      case "ObjectIdentifier":
        this.oid(value.value);
        break;
      case "Null":
      case "noSuchObject":
      case "noSuchInstance":
      case "endOfMibView":
        this.#header(TAGS[value.type], 0);
        break;
    }
  }

  #subIdentifier(value: number): void {
    this.#octet(value % 128);
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
      this.#octet((rest % 128) | 0x80);
    }
  }

  #header(tag: number, length: number): void {
    if (length < 0x80) this.#octet(length);
    else {
      let octets = 0;
      for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
        this.#octet(rest % 256);
        octets += 1;
      }
      this.#octet(0x80 | octets);
    }
    this.#octet(tag);
  }

  #octet(value: number): void {
    if (this.#start === 0) this.#reserve(1);
    this.#start -= 1;
    this.#bytes[this.#start] = value;
  }

  #reserve(octets: number): void {
    if (this.#start >= octets) return;
    const length = this.length;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, length + octets));
    larger.set(this.finish(), larger.length - length);
    this.#start = larger.length - length;
    this.#bytes = larger;
  }
}
