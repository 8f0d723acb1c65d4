import type { Below } from "./random.ts";
import type { FuzzSeed } from "./seeds.ts";

const INTERESTING = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xfe, 0xff];
const LIES = [
  0, 1, 2, 3, 4, 0xff, 0x100, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff,
];
const MAGICS = ["PNN", "PNM", "LLD", "PNX", "\x1f\x8b\b", "PK\x03", "\0\0\0"];
const TYPE_CODES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0, 11, 0x30, 0xff];

type Mutation = (bytes: Uint8Array, seed: FuzzSeed, others: readonly FuzzSeed[], below: Below) => Uint8Array;

/** What can befall a file, by name. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bit flip": (bytes, _seed, _others, below) => {
    for (let n = 1 + below(4); n > 0 && bytes.length > 0; n--) {
      const at = place(bytes, below);
      bytes[at] = bytes[at]! ^ (1 << below(8));
    }
    return bytes;
  },
  "byte change": (bytes, _seed, _others, below) => {
    if (bytes.length > 0)
      bytes[place(bytes, below)] = below(2) === 0 ? below(256) : INTERESTING[below(INTERESTING.length)]!;
    return bytes;
  },
  "lying field": (bytes, { fields }, _others, below) => {
    const field = fields[below(fields.length)];
    if (field === undefined || field.offset + field.length > bytes.length) return bytes;
    const { offset, length } = field;
    let stored = 0;
    for (let i = 0; i < length; i++) stored = stored * 256 + bytes[offset + i]!;
    const lies = [stored + 1, stored - 1, stored * 2, stored + 4, stored - 4, LIES[below(LIES.length)]!];
    const value = lies[below(lies.length)]!;
    for (let i = 0; i < length; i++) {
      const digit = Math.floor(value / 256 ** (length - 1 - i)) % 256;
      bytes[offset + i] = digit < 0 ? digit + 256 : digit;
    }
    return bytes;
  },
  truncation: (bytes, _seed, _others, below) =>
    bytes.subarray(0, below(2) === 0 ? place(bytes, below) : below(bytes.length + 1)),
  splice: (bytes, _seed, others, below) => {
    const tail = others[below(others.length)]!.bytes;
    const at = place(bytes, below);
    const from = below(2) === 0 ? Math.min(at, tail.length) : below(tail.length);
    return join(bytes.subarray(0, at), tail.subarray(from));
  },
  extension: (bytes, _seed, others, below) => {
    const extra = [
      () => new Uint8Array(1 + below(9)),
      () => Uint8Array.from({ length: 1 + below(40) }, () => below(256)),
      () => others[below(others.length)]!.bytes,
      () => bytes,
    ];
    return join(bytes, extra[below(extra.length)]!());
  },
  run: (bytes, _seed, _others, below) => {
    const at = place(bytes, below);
    return bytes.fill(below(2) === 0 ? 0xff : 0, at, at + 1 + below(40));
  },
  insertion: (bytes, _seed, _others, below) => {
    const at = place(bytes, below);
    const extra = Uint8Array.from({ length: 1 + below(8) }, () => (below(2) === 0 ? 0 : below(256)));
    return join(bytes.subarray(0, at), extra, bytes.subarray(at));
  },
  deletion: (bytes, _seed, _others, below) => {
    const at = place(bytes, below);
    return join(bytes.subarray(0, at), bytes.subarray(at + 1 + below(8)));
  },
  magic: (bytes, _seed, _others, below) => {
    const letters = MAGICS[below(MAGICS.length)]!;
    for (let i = 0; i < 3 && i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
    return bytes;
  },
  type: (bytes, _seed, _others, below) => {
    if (bytes.length > 3) bytes[3] = TYPE_CODES[below(TYPE_CODES.length)]!;
    return bytes;
  },
  version: (bytes, _seed, _others, below) => {
    if (bytes.length < 6) return bytes;
    switch (below(3)) {
      case 0:
        bytes[4] = [0, 1, 2, 3, 0xff][below(5)]!;
        return bytes;
      case 1: {
        // The same file in the unversioned form.
        const shorter = join(bytes.subarray(0, 4), bytes.subarray(6));
        shorter[2] = 0x4d;
        return shorter;
      }
      default: {
        const longer = join(bytes.subarray(0, 4), Uint8Array.of(below(3), 0), bytes.subarray(4));
        longer[2] = 0x4e;
        return longer;
      }
    }
  },
};

const NAMES = Object.keys(MUTATIONS);

/** One to four mutations of a copy of the seed's bytes, with their names. */
export function mutate(
  seed: FuzzSeed,
  others: readonly FuzzSeed[],
  below: Below,
): { bytes: Uint8Array; mutations: string[] } {
  let bytes: Uint8Array = seed.bytes.slice();
  const mutations: string[] = [];
  for (let n = 1 + Math.min(below(4), below(4)); n > 0; n--) {
    const name = NAMES[below(NAMES.length)]!;
    mutations.push(name);
    bytes = MUTATIONS[name]!(bytes, seed, others, below);
  }
  return { bytes, mutations };
}

/** Headers decide more than payloads do. */
function place(bytes: Uint8Array, below: Below): number {
  return below(3) === 0 ? below(bytes.length) : below(Math.min(bytes.length, 340));
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
