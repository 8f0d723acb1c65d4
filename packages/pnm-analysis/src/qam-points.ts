/** The ideal points of a QAM constellation of unit average power. */
export interface QamPoints {
  i: Float64Array;
  q: Float64Array;
  /** Half the distance between neighbours: decision lines stand this far from each point. */
  halfStep: number;
}

/**
 * Points of square QAM for even bits per symbol, of cross QAM (a square whose corners are cut off) for odd
 * ones from 5; undefined for 3 and fewer than 2 bits. Average power of the integer grid: (2/3)(M - 1) and
 * (31 M / 48) - 2/3.
 */
export function qamPoints(bitsPerSymbol: number): QamPoints | undefined {
  if (!Number.isInteger(bitsPerSymbol) || bitsPerSymbol < 2 || bitsPerSymbol > 14 || bitsPerSymbol === 3) {
    return undefined;
  }
  const order = 2 ** bitsPerSymbol;
  const isSquare = bitsPerSymbol % 2 === 0;
  const side = isSquare ? Math.sqrt(order) : 3 * 2 ** ((bitsPerSymbol - 3) / 2);
  const cornerStart = isSquare ? side : (side / 3) * 2;
  const halfStep = 1 / Math.sqrt(isSquare ? (2 / 3) * (order - 1) : (31 * order) / 48 - 2 / 3);
  const i = new Float64Array(order);
  const q = new Float64Array(order);
  let next = 0;
  for (let row = 1 - side; row < side; row += 2) {
    for (let column = 1 - side; column < side; column += 2) {
      if (Math.abs(row) > cornerStart && Math.abs(column) > cornerStart) continue;
      i[next] = column * halfStep;
      q[next] = row * halfStep;
      next += 1;
    }
  }
  return { i, q, halfStep };
}
