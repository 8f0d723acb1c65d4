/** Bits that one look-up decides; longer codes, which are rare, are walked bit by bit. */
export const FAST_BITS = 10;
export const LONGEST_CODE = 15;

/** Canonical Huffman code (RFC 1951, section 3.2.2) made for decoding. */
export interface HuffmanCode {
  /** By the next `FAST_BITS` bits: symbol * 16 + code length, 0 where the code is longer. */
  fast: Uint16Array;
  /** Number of codes of each length. */
  counts: Uint16Array;
  /** Symbols in the order of their codes. */
  symbols: Uint16Array;
}

/**
 * The code with the given length per symbol, 0 for symbols without one. Undefined where the lengths make no
 * complete code; a single code, and none at all, are allowed where `mayBeIncomplete`.
 */
export function buildHuffman(lengths: Uint8Array, mayBeIncomplete: boolean): HuffmanCode | undefined {
  const counts = new Uint16Array(LONGEST_CODE + 1);
  for (const length of lengths) counts[length]!++;
  const used = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) return undefined;
  }
  if (left > 0 && !(mayBeIncomplete && (used === 0 || (used === 1 && counts[1] === 1)))) return undefined;
  return { fast: fastTable(lengths, counts), counts, symbols: symbolsInOrder(lengths, counts, used) };
}

function symbolsInOrder(lengths: Uint8Array, counts: Uint16Array, used: number): Uint16Array {
  const next = new Uint16Array(LONGEST_CODE + 2);
  for (let length = 1; length <= LONGEST_CODE; length++) next[length + 1] = next[length]! + counts[length]!;
  const symbols = new Uint16Array(used);
  for (const [symbol, length] of lengths.entries()) if (length > 0) symbols[next[length]!++] = symbol;
  return symbols;
}

function fastTable(lengths: Uint8Array, counts: Uint16Array): Uint16Array {
  const nextCode = new Uint16Array(LONGEST_CODE + 2);
  for (let length = 1; length <= LONGEST_CODE; length++) {
    nextCode[length + 1] = (nextCode[length]! + counts[length]!) << 1;
  }
  const fast = new Uint16Array(1 << FAST_BITS);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = nextCode[length]!++;
    if (length > FAST_BITS) continue;
    for (let k = reverse(code, length); k < fast.length; k += 1 << length) fast[k] = symbol * 16 + length;
  }
  return fast;
}

/** Codes stand in the stream with their first bit lowest. */
function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
  return reversed;
}
