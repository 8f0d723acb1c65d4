/** A part of a whole that goes from 0 to 1. */
export interface Share {
  left: number;
  width: number;
}

/** The widest part that none of the others covers; the first of equal ones. */
export function widestFree(covered: readonly Share[]): Share {
  let widest: Share = { left: 0, width: 0 };
  let from = 0;
  const inOrder = covered.toSorted((a, b) => a.left - b.left);
  for (const { left, width } of [...inOrder, { left: 1, width: 0 }]) {
    if (left - from > widest.width) widest = { left: from, width: left - from };
    from = Math.max(from, left + width);
  }
  return widest;
}
