import { PnmDecodeError } from "../errors.ts";
import { formatMac, HEX } from "./mac.ts";
import { decodeText } from "./text.ts";

/** A cursor over big-endian bytes; every read is checked against the end before it happens. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  i16(): number {
    return this.#view.getInt16(this.#advance(2));
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
