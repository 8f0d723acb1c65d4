const MASK_64 = 0xffff_ffff_ffff_ffffn;

/**
 * One step of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
 * generators", 2014): the finalizer of `state + 0x9e3779b97f4a7c15`, as an unsigned 64-bit number.
 */
export function splitMix64(state: bigint): bigint {
  let z = (state + 0x9e37_79b9_7f4a_7c15n) & MASK_64;
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK_64;
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK_64;
  return z ^ (z >> 31n);
}

/** A 64-bit seed from parts, for example (scenario seed, port, purpose, time). Order matters. */
export function seedFrom(...parts: (number | bigint | string)[]): bigint {
  let seed = 0n;
  for (const part of parts) {
    if (typeof part === "string") {
      for (const character of part) seed = splitMix64(seed ^ BigInt(character.codePointAt(0)!));
      seed = splitMix64(seed ^ BigInt(part.length));
    } else {
      seed = splitMix64(seed ^ (BigInt(typeof part === "number" ? Math.trunc(part) : part) & MASK_64));
    }
  }
  return seed;
}

/**
 * xoshiro128** 1.1 (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", 2018),
 * its 128 bits of state filled from a 64-bit seed by SplitMix64 as its authors advise. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  /** NaN where there is none: a field that is always a number is never boxed anew. */
  #spareNormal = Number.NaN;

  constructor(seed: bigint | number) {
    const first = splitMix64(BigInt.asUintN(64, BigInt(seed)));
    const second = splitMix64(BigInt.asUintN(64, BigInt(seed) + 0x9e37_79b9_7f4a_7c15n));
    this.#a = Number(first & 0xffff_ffffn) | 0;
    this.#b = Number(first >> 32n) | 0;
    this.#c = Number(second & 0xffff_ffffn) | 0;
    this.#d = Number(second >> 32n) | 0;
  }

  /** A generator at a given state, for the published test vectors. */
  static fromState(a: number, b: number, c: number, d: number): Random {
    const random = new Random(0n);
    random.#a = a | 0;
    random.#b = b | 0;
    random.#c = c | 0;
    random.#d = d | 0;
    return random;
  }

  /** Unsigned 32-bit integer. */
  uint32(): number {
    const scaled = Math.imul(this.#b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** In [0, 1), 32 bits. */
  uniform(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** In (0, 1]: safe under a logarithm. */
  positive(): number {
    return (this.uint32() + 1) / 0x1_0000_0000;
  }

  /** Exponential with mean 1: the power of a unit complex Gaussian. */
  exponential(): number {
    return -Math.log(this.positive());
  }

  /** Gaussian with mean 0 and variance 1 (Marsaglia's polar method). */
  normal(): number {
    const spare = this.#spareNormal;
    if (!Number.isNaN(spare)) {
      this.#spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spareNormal = v * factor;
      return u * factor;
    }
  }

  /** Gamma with this shape (at least 1) and scale 1 (G. Marsaglia, W. W. Tsang, 2000). */
  gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(this.positive()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }
}
