/** Repeatable uniform numbers in (0, 1): the same sequence on every machine for a seed. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    // xorshift32 (Marsaglia 2003): short, and good enough to make test noise.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Single-look noise around -40 dBmV: exponentially distributed power per bin. */
export function noiseLevels(count: number, seed = 1): Float64Array {
  const random = uniform(seed);
  return Float64Array.from({ length: count }, () => -40 + 10 * Math.log10(-Math.log(random())));
}
