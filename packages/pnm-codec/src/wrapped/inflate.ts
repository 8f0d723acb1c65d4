// DEFLATE (RFC 1951). The platform's DecompressionStream cannot be used here: it does not tell where a stream
// ends, so that neither gzip members in a row nor bytes after the data could be told apart, browsers refuse
// both, and its errors carry no offset.

import { PnmDecodeError } from "../errors.ts";
import { buildHuffman, FAST_BITS, type HuffmanCode, LONGEST_CODE } from "./huffman.ts";

export interface InflateOptions {
  /** The compressed stream begins here. */
  start: number;
  /** It does not go beyond this offset. */
  end: number;
  /** More output than this is refused as TOO_LARGE. */
  maximumBytes: number;
  /** What the wrapper says about the output's length; only saves copies. */
  likelyBytes: number;
}

export interface Inflated {
  bytes: Uint8Array;
  /** Offset of the first byte after the stream. */
  end: number;
}

/** DEFLATE cannot expand further than this. */
const GREATEST_RATIO = 1032;
const GREATEST_DISTANCE = 32_768;

const LENGTH_BASE = Uint16Array.of(
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31],
  ...[35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258],
);
const LENGTH_EXTRA = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
  ...[3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
const DISTANCE_BASE = Uint16Array.of(
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193],
  ...[257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577],
);
const DISTANCE_EXTRA = Uint8Array.from(DISTANCE_BASE, (_, symbol) => Math.max(0, (symbol >> 1) - 1));
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
const FIXED_LITERALS = buildHuffman(FIXED_LENGTHS, false)!;
const FIXED_DISTANCES = buildHuffman(new Uint8Array(32).fill(5), false)!;

/**
 * Decompresses one DEFLATE stream block by block; each step of the generator is one block, and gives the
 * number of bytes put out so far.
 *
 * @throws PnmDecodeError TRUNCATED, BAD_VALUE or TOO_LARGE
 */
export function* inflate(bytes: Uint8Array, options: InflateOptions): Generator<number, Inflated> {
  const stream = new DeflateStream(bytes, options);
  while (stream.block()) yield stream.length;
  return { bytes: stream.output(), end: stream.position() };
}

class DeflateStream {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #maximum: number;
  #offset: number;
  /** Bits taken from the bytes and not used, lowest first. */
  #bits = 0;
  #bitCount = 0;
  #out: Uint8Array;
  length = 0;

  constructor(bytes: Uint8Array, options: InflateOptions) {
    this.#bytes = bytes;
    this.#offset = options.start;
    this.#end = Math.min(options.end, bytes.length);
    this.#maximum = options.maximumBytes;
    const possible = Math.max(0, this.#end - options.start) * GREATEST_RATIO;
    this.#out = new Uint8Array(Math.max(0, Math.min(options.likelyBytes, possible, options.maximumBytes)));
  }

  output(): Uint8Array {
    const output = this.#out.subarray(0, this.length);
    // A short output does not keep a long buffer alive.
    return this.length * 2 < this.#out.length ? output.slice() : output;
  }

  /** Offset after the bytes the stream has begun to use. */
  position(): number {
    return this.#offset - (this.#bitCount >> 3);
  }

  /** Reads one block; false after the last. */
  block(): boolean {
    const isLast = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 0) this.#stored();
    else if (type === 1) this.#compressed(FIXED_LITERALS, FIXED_DISTANCES);
    else if (type === 2) this.#compressed(...this.#dynamicCodes());
    else throw this.#damaged("a block has a type that does not exist", "block type 0, 1 or 2", "3");
    return !isLast;
  }

  #stored(): void {
    this.#bits = 0;
    this.#offset = this.position();
    this.#bitCount = 0;
    if (this.#offset + 4 > this.#end) throw this.#truncated();
    const size = this.#take(16);
    const complement = this.#take(16);
    if (complement !== (size ^ 0xffff)) {
      const expected = `complement ${size ^ 0xffff}`;
      throw this.#damaged(
        "the length of a stored block contradicts its complement",
        expected,
        `${complement}`,
      );
    }
    if (this.#offset + size > this.#end) throw this.#truncated();
    this.#reserve(size);
    this.#out.set(this.#bytes.subarray(this.#offset, this.#offset + size), this.length);
    this.#offset += size;
    this.length += size;
  }

  #compressed(literals: HuffmanCode, distances: HuffmanCode): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < 256) {
        if (this.length === this.#out.length) this.#reserve(1);
        this.#out[this.length++] = symbol;
        continue;
      }
      if (symbol === 256) return;
      const base = LENGTH_BASE[symbol - 257];
      if (base === undefined) throw this.#damaged("a length code does not exist", "257 to 285", `${symbol}`);
      const size = base + this.#take(LENGTH_EXTRA[symbol - 257]!);
      this.#copy(size, this.#distance(distances));
    }
  }

  #distance(distances: HuffmanCode): number {
    const symbol = this.#symbol(distances);
    const base = DISTANCE_BASE[symbol];
    if (base === undefined) throw this.#damaged("a distance code does not exist", "0 to 29", `${symbol}`);
    const distance = base + this.#take(DISTANCE_EXTRA[symbol]!);
    if (distance > Math.min(this.length, GREATEST_DISTANCE)) {
      throw this.#damaged("a distance reaches back before the data", `up to ${this.length}`, `${distance}`);
    }
    return distance;
  }

  #copy(size: number, distance: number): void {
    this.#reserve(size);
    const out = this.#out;
    const from = this.length - distance;
    // Bytes written by this copy may be read by it again.
    for (let i = 0; i < size; i++) out[this.length + i] = out[from + i]!;
    this.length += size;
  }

  #dynamicCodes(): [HuffmanCode, HuffmanCode] {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) {
      throw this.#damaged(
        "a block has too many codes",
        "at most 286 and 30",
        `${literalCount} and ${distanceCount}`,
      );
    }
    const ordered = new Uint8Array(19);
    for (let i = 0; i < lengthCount; i++) ordered[LENGTHS_ORDER[i]!] = this.#take(3);
    const lengthCode = this.#code(ordered, false);
    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#symbol(lengthCode);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw this.#damaged("a code length repeats nothing", "a length", "none");
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeat =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (i + repeat > lengths.length) {
        throw this.#damaged("code lengths go beyond the codes", `${lengths.length}`, `${i + repeat}`);
      }
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    if (lengths[256] === 0) throw this.#damaged("a block has no code for its end", "a code", "none");
    return [
      this.#code(lengths.subarray(0, literalCount), true),
      this.#code(lengths.subarray(literalCount), true),
    ];
  }

  #code(lengths: Uint8Array, mayBeIncomplete: boolean): HuffmanCode {
    const code = buildHuffman(lengths, mayBeIncomplete);
    if (code === undefined) throw this.#damaged("code lengths make no code", "a complete code", "none");
    return code;
  }

  /** The next `count` bits, at most 16, as a number with the first bit lowest. */
  #take(count: number): number {
    while (this.#bitCount < count) {
      if (this.#offset >= this.#end) throw this.#truncated();
      this.#bits |= this.#bytes[this.#offset++]! << this.#bitCount;
      this.#bitCount += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  #symbol(code: HuffmanCode): number {
    while (this.#bitCount < LONGEST_CODE && this.#offset < this.#end) {
      this.#bits |= this.#bytes[this.#offset++]! << this.#bitCount;
      this.#bitCount += 8;
    }
    const entry = code.fast[this.#bits & ((1 << FAST_BITS) - 1)]!;
    const length = entry & 15;
    if (entry === 0) return this.#longSymbol(code);
    if (length > this.#bitCount) throw this.#truncated();
    this.#bits >>>= length;
    this.#bitCount -= length;
    return entry >> 4;
  }

  /** Walks the lengths of a canonical code: those of each length are consecutive numbers. */
  #longSymbol({ counts, symbols }: HuffmanCode): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      if (length > this.#bitCount) throw this.#truncated();
      code = (code << 1) | ((this.#bits >> (length - 1)) & 1);
      const count = counts[length]!;
      if (code - first < count) {
        this.#bits >>>= length;
        this.#bitCount -= length;
        return symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
    }
    throw this.#damaged("bits stand for no symbol", "a code of the block", "none");
  }

  /** Makes room for `size` more bytes. */
  #reserve(size: number): void {
    const needed = this.length + size;
    if (needed > this.#maximum) {
      throw new PnmDecodeError("TOO_LARGE", "the data unpacks to more than is allowed", {
        offset: this.position(),
        expected: `at most ${this.#maximum} bytes`,
        found: `${needed} bytes or more`,
      });
    }
    if (needed <= this.#out.length) return;
    const larger = new Uint8Array(Math.min(this.#maximum, Math.max(needed, 2 * this.#out.length, 4096)));
    larger.set(this.#out.subarray(0, this.length));
    this.#out = larger;
  }

  #truncated(): PnmDecodeError {
    return new PnmDecodeError("TRUNCATED", "the compressed data ends in the middle", {
      offset: this.#end,
      expected: "more compressed data",
      found: "the end",
    });
  }

  #damaged(message: string, expected: string, found: string): PnmDecodeError {
    return new PnmDecodeError("BAD_VALUE", `the compressed data is damaged: ${message}`, {
      offset: this.position(),
      expected,
      found,
    });
  }
}
