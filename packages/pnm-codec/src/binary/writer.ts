import { PnmEncodeError } from "../errors.ts";
import { type Endianness, writeIntegers } from "./integers.ts";
import { parseMac } from "./mac.ts";
import { encodeText } from "./text.ts";

/** Room for every header there is. */
const HEADER_CAPACITY = 512;

/** Collects big-endian fields and payloads; every value is checked against its field before it is written. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param payloadBytes what will follow the header; with more the writer grows */
  constructor(payloadBytes = 0) {
    this.#buffer = new Uint8Array(HEADER_CAPACITY + payloadBytes);
  }

  get length(): number {
    return this.#length;
  }

  unsigned(field: string, value: unknown, size: 1 | 2 | 4): void {
    const limit = 2 ** (8 * size);
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= limit) {
      throw new PnmEncodeError(field, `${field} must be an integer from 0 to ${limit - 1}`);
    }
    const start = this.#reserve(size);
    if (size === 4) this.#buffer[start] = value >>> 24;
    if (size === 4) this.#buffer[start + 1] = value >>> 16;
    if (size !== 1) this.#buffer[start + size - 2] = value >>> 8;
    this.#buffer[start + size - 1] = value;
  }

  i16(field: string, value: unknown): void {
    if (typeof value !== "number" || !Number.isInteger(value) || value < -0x8000 || value > 0x7fff) {
      throw new PnmEncodeError(field, `${field} must be an integer from -32768 to 32767`);
    }
    this.unsigned(field, value & 0xffff, 2);
  }

  mac(field: string, value: unknown): void {
    const start = this.#reserve(6);
    this.#buffer.set(parseMac(field, value), start);
  }

  text(field: string, value: unknown, size: number): void {
    this.bytes(encodeText(field, value, size));
  }

  hex(field: string, value: unknown, size: number): void {
    if (typeof value !== "string" || value.length !== 2 * size || !/^[0-9a-f]*$/i.test(value)) {
      throw new PnmEncodeError(field, `${field} must be ${2 * size} hexadecimal digits`);
    }
    const start = this.#reserve(size);
    for (let i = 0; i < size; i++) {
      this.#buffer[start + i] = Number.parseInt(value.slice(2 * i, 2 * i + 2), 16);
    }
  }

  bytes(bytes: Uint8Array): void {
    const start = this.#reserve(bytes.length);
    this.#buffer.set(bytes, start);
  }

  integers(values: Int16Array | Uint16Array | Uint32Array, endianness: Endianness = "big"): void {
    const start = this.#reserve(values.byteLength);
    writeIntegers(this.#buffer, start, values, endianness);
  }

  /** The bytes written; the writer is done with. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Makes room and returns where it begins. */
  #reserve(size: number): number {
    const start = this.#length;
    this.#length += size;
    if (this.#length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * start));
      larger.set(this.#buffer.subarray(0, start));
      this.#buffer = larger;
    }
    return start;
  }
}
