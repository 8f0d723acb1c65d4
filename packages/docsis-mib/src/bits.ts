/**
 * BITS as octets: bit 0 is the most significant bit of the first octet (RFC 2578 section 7.1.4).
 * Missing octets mean zero.
 */
export function bitsFromOctets(octets: Uint8Array): number[] {
  const bits: number[] = [];
  octets.forEach((octet, index) => {
    for (let bit = 0; bit < 8; bit += 1) {
      if ((octet & (0x80 >> bit)) !== 0) bits.push(index * 8 + bit);
    }
  });
  return bits;
}

/** Octets of a BITS value, at least `minOctets` long. */
export function octetsFromBits(bits: readonly number[], minOctets = 1): Uint8Array {
  const octets = new Uint8Array(Math.max(minOctets, ...bits.map((bit) => (bit >> 3) + 1)));
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return octets;
}
