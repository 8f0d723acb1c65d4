/** Sub-identifiers of an object identifier. */
export type Oid = readonly number[];

/** "1.3.6.1" as sub-identifiers. Throws RangeError for anything else: OIDs of the program are constants. */
export function parseOid(text: string): Oid {
  const parts = text.split(".").map(Number);
  if (parts.some((part) => !Number.isInteger(part) || part < 0 || part > 0xffff_ffff)) {
    throw new RangeError(`not an object identifier: ${text}`);
  }
  return parts;
}

export function oidText(oid: Oid): string {
  return oid.join(".");
}

/** Lexicographic order: negative where `a` comes first. A prefix comes before what it begins. */
export function compareOids(a: Oid, b: Oid): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function startsWith(oid: Oid, prefix: Oid): boolean {
  if (oid.length < prefix.length) return false;
  for (let i = prefix.length - 1; i >= 0; i -= 1) {
    if (oid[i] !== prefix[i]) return false;
  }
  return true;
}
