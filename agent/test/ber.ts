/** As much BER (X.690) as SNMP v1 and v2c need, written apart from net-snmp so that tests do not share its faults. */

export const TAG = {
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
  get: 0xa0,
  getNext: 0xa1,
  response: 0xa2,
  set: 0xa3,
  getBulk: 0xa5,
} as const;

export function tlv(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

export function integer(value: number, tag: number = TAG.integer): Buffer {
  const octets = Buffer.alloc(5);
  octets.writeIntBE(value, 0, 5);
  let start = 0;
  while (start < 4 && octets[start] === (octets[start + 1]! & 0x80 ? 0xff : 0)) start += 1;
  return tlv(tag, octets.subarray(start));
}

export function text(value: string): Buffer {
  return tlv(TAG.octetString, Buffer.from(value));
}

export function oidTlv(oid: string): Buffer {
  const [first, second, ...rest] = oid.split(".").map(Number) as [number, number, ...number[]];
  const octets = [first * 40 + second, ...rest].flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left & 0x7f) | 0x80);
    }
    return digits;
  });
  return tlv(TAG.oid, Buffer.from(octets));
}

export interface Element {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/** The elements that stand one after the other in `octets`. */
export function elements(octets: Buffer): Element[] {
  const found: Element[] = [];
  for (let offset = 0; offset < octets.length; ) {
    let length = octets[offset + 1]!;
    let start = offset + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      length = octets.readUIntBE(start, count);
      start += count;
    }
    const end = start + length;
    found.push({
      tag: octets[offset]!,
      content: octets.subarray(start, end),
      whole: octets.subarray(offset, end),
    });
    offset = end;
  }
  return found;
}

export function oidOf(content: Buffer): string {
  const parts: number[] = [];
  let part = 0;
  for (const octet of content) {
    part = part * 128 + (octet & 0x7f);
    if ((octet & 0x80) === 0) {
      parts.push(part);
      part = 0;
    }
  }
  const [first = 0, ...rest] = parts;
  return [Math.min(2, Math.floor(first / 40)), first % 40, ...rest].join(".");
}

export function integerOf(content: Buffer): number {
  return content.readIntBE(0, content.length);
}
