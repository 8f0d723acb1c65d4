import { PnmEncodeError } from "../errors.ts";
import { parseMac } from "./mac.ts";
import { encodeText } from "./text.ts";

/** Collects big-endian fields and payloads; every value is checked against its field before it is written. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  unsigned(field: string, value: unknown, size: 1 | 2 | 4): void {
    const limit = 2 ** (8 * size);
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= limit) {
      throw new PnmEncodeError(field, `${field} must be an integer from 0 to ${limit - 1}`);
    }
    const bytes = new Uint8Array(size);
    for (let i = size - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
    this.bytes(bytes);
  }

  i16(field: string, value: unknown): void {
    if (typeof value !== "number" || !Number.isInteger(value) || value < -0x8000 || value > 0x7fff) {
      throw new PnmEncodeError(field, `${field} must be an integer from -32768 to 32767`);
    }
    this.unsigned(field, value & 0xffff, 2);
  }

  mac(field: string, value: unknown): void {
    this.bytes(Uint8Array.from(parseMac(field, value)));
  }

  text(field: string, value: unknown, size: number): void {
    this.bytes(encodeText(field, value, size));
  }

  hex(field: string, value: unknown, size: number): void {
    if (typeof value !== "string" || value.length !== 2 * size || !/^[0-9a-f]*$/i.test(value)) {
      throw new PnmEncodeError(field, `${field} must be ${2 * size} hexadecimal digits`);
    }
    this.bytes(
      Uint8Array.from({ length: size }, (_, i) => Number.parseInt(value.slice(2 * i, 2 * i + 2), 16)),
    );
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      out.set(part, offset);
      offset += part.length;
    }
    return out;
  }
}
