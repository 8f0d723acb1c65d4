import { PnmDecodeError } from "../errors.ts";
import { formatMac, HEX } from "./mac.ts";
import { decodeText } from "./text.ts";

/** The big-endian word at `offset`; the caller has checked that it exists. Spares small files a DataView each. */
function uint32At(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** A cursor over big-endian bytes; every read is checked against the end before it happens. */
export class ByteReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  u8(): number {
    return this.bytes[this.#advance(1)]!;
  }

  u16(): number {
    const start = this.#advance(2);
    return (this.bytes[start]! << 8) | this.bytes[start + 1]!;
  }

  u32(): number {
    return uint32At(this.bytes, this.#advance(4));
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  /** Six bytes as `aa:bb:cc:dd:ee:ff`. */
  mac(): string {
    return formatMac(this.bytes, this.#advance(6));
  }

  /** NUL-padded text of a fixed size. */
  text(size: number): string {
    const start = this.#advance(size);
    return decodeText(this.bytes, start, size);
  }

  /** Bytes as lower-case hex, for fields without a meaning of their own. */
  hex(size: number): string {
    const start = this.#advance(size);
    let hex = "";
    for (let i = start; i < start + size; i++) hex += HEX[this.bytes[i]!]!;
    return hex;
  }

  /** A view of `size` bytes that shares the file's memory. */
  view(size: number): Uint8Array {
    const start = this.#advance(size);
    return this.bytes.subarray(start, start + size);
  }

  #advance(size: number): number {
    const start = this.offset;
    if (size > this.bytes.length - start) {
      throw new PnmDecodeError(
        "TOO_SHORT",
        `the file ends at ${this.bytes.length} bytes inside a field at ${start}`,
        {
          offset: start,
          expected: `at least ${start + size} bytes`,
          found: `${this.bytes.length} bytes`,
        },
      );
    }
    this.offset = start + size;
    return start;
  }
}
