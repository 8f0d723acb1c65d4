/** Octets that are no BER of the kind that SNMP allows (RFC 3417 8), or end too early. */
export class BerError extends Error {
  readonly code = "BER_INVALID";
}

/** Identifier octets of SNMP (RFC 3416 3). */
export const BER = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter32: 0x41,
  unsigned32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
  getRequest: 0xa0,
  getNextRequest: 0xa1,
  response: 0xa2,
  setRequest: 0xa3,
  getBulkRequest: 0xa5,
} as const;

const MAX_SUB_IDENTIFIER = 0xffff_ffff;

/** Reads elements one after the other. What it returns are numbers and places, so that a walk makes no garbage. */
export class BerReader {
  readonly octets: Buffer;
  /** Place of the next octet. */
  at = 0;
  readonly #end: number;

  constructor(octets: Buffer) {
    this.octets = octets;
    this.#end = octets.length;
  }

  /** Identifier octet of the next element. @throws BerError at the end */
  get tag(): number {
    if (this.at >= this.#end) throw new BerError("the octets end where an element must begin");
    return this.octets[this.at]!;
  }

  /** Goes to the content of an element with this identifier. Returns where it ends. @throws BerError */
  enter(tag: number): number {
    if (this.tag !== tag) throw new BerError(`an element is 0x${this.tag.toString(16)}`);
    return this.open();
  }

  /** Goes to the content of the next element, whatever it is. Returns where it ends. @throws BerError */
  open(): number {
    const { octets } = this;
    let at = this.at + 2;
    let length = octets[at - 1] ?? 0xff;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new BerError("a length cannot be read");
      length = 0;
      for (const end = at + count; at < end; at += 1) length = length * 256 + (octets[at] ?? 0);
    }
    if (at + length > this.#end) throw new BerError("an element is longer than the octets");
    this.at = at;
    return at + length;
  }

  /** The content of an INTEGER, which may be longer than needed. @throws BerError where it is no whole number */
  integer(): number {
    return this.signed(this.enter(BER.integer));
  }

  /** The signed number up to `end`; NaN where it does not fit into 32 bits. */
  signed(end: number): number {
    if (end === this.at) return this.#leave(end, Number.NaN);
    let value = this.octets[this.at]! & 0x80 ? -1 : 0;
    for (let at = this.at; at < end; at += 1) value = value * 256 + this.octets[at]!;
    return this.#leave(end, value === (value | 0) ? value : Number.NaN);
  }

  /** The unsigned number up to `end`, also where its sign octet is missing; NaN where it is over 32 bits. */
  unsigned(end: number): number {
    if (end === this.at) return this.#leave(end, Number.NaN);
    let value = 0;
    for (let at = this.at; at < end; at += 1) value = value * 256 + this.octets[at]!;
    return this.#leave(end, value <= 0xffff_ffff ? value : Number.NaN);
  }

  /** The OID up to `end` in dotted form. @throws BerError */
  oid(end: number): string {
    const { octets } = this;
    let first = 0;
    let octet = 0x80;
    while (octet >= 0x80) {
      if (this.at >= end) throw new BerError("an OID is not whole");
      octet = octets[this.at]!;
      this.at += 1;
      first = first * 128 + (octet & 0x7f);
    }
    const root = Math.min(2, Math.floor(first / 40));
    return `${root}.${first - root * 40}${this.subIdentifiers(end)}`;
  }

  /** Sub-identifiers after the first two, up to `end`, each with a dot in front. @throws BerError */
  subIdentifiers(end: number): string {
    const { octets } = this;
    let text = "";
    let part = 0;
    let octet = 0;
    for (; this.at < end; this.at += 1) {
      octet = octets[this.at]!;
      part = part * 128 + (octet & 0x7f);
      if (octet >= 0x80) continue;
      if (part > MAX_SUB_IDENTIFIER) throw new BerError("a sub-identifier is over 32 bits");
      text += `.${part}`;
      part = 0;
    }
    if (octet >= 0x80) throw new BerError("an OID is not whole");
    return text;
  }

  #leave(end: number, value: number): number {
    this.at = end;
    return value;
  }
}

const SCRATCH_OCTETS = 65_536;

/** Writes elements from the last to the first, so that each length is known when it is written. */
export class BerWriter {
  readonly #octets = Buffer.allocUnsafe(SCRATCH_OCTETS);
  #at = SCRATCH_OCTETS;

  /** Drops what an earlier failure left. Returns the place where the last element ends. */
  start(): number {
    this.#at = SCRATCH_OCTETS;
    return this.#at;
  }

  /** Place before which the next element goes; only good as an argument of `close`. */
  get place(): number {
    return this.#at;
  }

  /** Puts identifier and length in front of what was written since `place`. */
  close(tag: number, place: number): void {
    const length = place - this.#at;
    if (length >= 0x80) {
      let count = 0;
      for (let left = length; left > 0; left = Math.floor(left / 256)) {
        this.octet(left & 0xff);
        count += 1;
      }
      this.octet(0x80 | count);
    } else {
      this.octet(length);
    }
    this.octet(tag);
  }

  octet(octet: number): void {
    if (this.#at === 0) throw tooLong();
    this.#at -= 1;
    this.#octets[this.#at] = octet;
  }

  raw(octets: Buffer): void {
    if (this.#at < octets.length) throw tooLong();
    this.#at -= octets.length;
    octets.copy(this.#octets, this.#at);
  }

  /** A number in its shortest form, signed or unsigned as its own sign says. */
  integer(tag: number, value: number): void {
    const place = this.#at;
    let left = value;
    do {
      this.octet(left & 0xff);
      left = Math.floor(left / 256);
    } while (left > 0 || left < -1);
    const isNegative = value < 0;
    if (this.#octets[this.#at]! >= 0x80 !== isNegative) this.octet(isNegative ? 0xff : 0);
    this.close(tag, place);
  }

  /** A dotted OID that `isEncodableOid`. */
  oid(oid: string): void {
    const place = this.#at;
    const parts = oid.split(".");
    for (let at = parts.length - 1; at >= 1; at -= 1) {
      this.#subIdentifier(at === 1 ? Number(parts[0]) * 40 + Number(parts[1]) : Number(parts[at]));
    }
    this.close(BER.oid, place);
  }

  /** A copy of everything that was written since `start`. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(SCRATCH_OCTETS - this.#at);
    this.#octets.copy(taken, 0, this.#at);
    return taken;
  }

  #subIdentifier(part: number): void {
    this.octet(part & 0x7f);
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) {
      this.octet((left & 0x7f) | 0x80);
    }
  }
}

function tooLong(): BerError {
  return new BerError("a message is longer than a datagram can be");
}
