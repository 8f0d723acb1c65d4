const MAX_SUB_IDENTIFIERS = 128;
const MAX_SUB_IDENTIFIER = 4_294_967_295;

/**
 * Whether an OID can be put on the wire: at least two sub-identifiers of at most 32 bits, at most 128 of
 * them, the first from 0 to 2, the second below 40 under the first two roots (RFC 2578 3.5, X.690 8.19).
 */
export function isEncodableOid(oid: string): boolean {
  const parts = oid.split(".");
  if (parts.length < 2 || parts.length > MAX_SUB_IDENTIFIERS) return false;
  if (!parts.every((part) => /^\d{1,10}$/.test(part) && Number(part) <= MAX_SUB_IDENTIFIER)) return false;
  const [root, second] = [Number(parts[0]), Number(parts[1])];
  return root === 2 || (root < 2 && second < 40);
}

/** An OID without leading zeros in its sub-identifiers, so that two spellings of one OID are equal. */
export function normalOid(oid: string): string {
  return oid.split(".").map(Number).join(".");
}

/** Whether `oid` lies below `root` or is `root`, by whole sub-identifiers: 1.3.61 is not below 1.3.6. */
export function isWithin(root: string, oid: string): boolean {
  return oid === root || isBelow(root, oid);
}

/** Whether `oid` lies below `root` and is not `root` itself. Both must be normal. */
export function isBelow(root: string, oid: string): boolean {
  return oid.startsWith(`${root}.`);
}

/**
 * Lexicographic order of two normal OIDs: negative where `a` comes first, 0 where they are equal. Compares
 * characters and not numbers, because a walk asks it for every row: without leading zeros the longer of
 * two numbers is the greater one.
 */
export function compareOids(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  // One is the other's beginning, of whole sub-identifiers or of the last one's digits: the longer one follows.
  if (at === shared) return a.length - b.length;
  const digits = numberEnd(a, at) - numberEnd(b, at);
  return digits === 0 ? a.charCodeAt(at) - b.charCodeAt(at) : digits;
}

function numberEnd(oid: string, from: number): number {
  const dot = oid.indexOf(".", from);
  return dot < 0 ? oid.length : dot;
}
