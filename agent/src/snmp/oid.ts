const MAX_SUB_IDENTIFIERS = 128;
const MAX_SUB_IDENTIFIER = 4_294_967_295;

/**
 * Whether an OID can be put on the wire: at least two sub-identifiers of at most 32 bits, at most 128 of
 * them, the first from 0 to 2, the second below 40 under the first two roots (RFC 2578 3.5, X.690 8.19).
 */
export function isEncodableOid(oid: string): boolean {
  let parts = 0;
  let root = 0;
  for (let start = 0; start <= oid.length; parts += 1) {
    const end = numberEnd(oid, start);
    const part = numberAt(oid, start, end);
    if (part > MAX_SUB_IDENTIFIER || (parts === 0 && part > 2) || (parts === 1 && root < 2 && part > 39))
      return false;
    if (parts === 0) root = part;
    start = end + 1;
  }
  return parts >= 2 && parts <= MAX_SUB_IDENTIFIERS;
}

/** The decimal number between two places; infinite where there is none of at most ten digits. */
function numberAt(oid: string, start: number, end: number): number {
  if (end === start || end - start > 10) return Number.POSITIVE_INFINITY;
  let number = 0;
  for (let at = start; at < end; at += 1) {
    const digit = oid.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.POSITIVE_INFINITY;
    number = number * 10 + digit;
  }
  return number;
}

/** An OID without leading zeros in its sub-identifiers, so that two spellings of one OID are equal. */
export function normalOid(oid: string): string {
  return hasLeadingZero(oid) ? oid.split(".").map(Number).join(".") : oid;
}

function hasLeadingZero(oid: string): boolean {
  for (let dot = -1; ; ) {
    const next = oid.indexOf(".", dot + 1);
    const length = (next < 0 ? oid.length : next) - dot - 1;
    if (length > 1 && oid.charCodeAt(dot + 1) === ZERO) return true;
    if (next < 0) return false;
    dot = next;
  }
}

const ZERO = 0x30;

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
