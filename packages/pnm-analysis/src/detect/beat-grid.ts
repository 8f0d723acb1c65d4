/** Occupied band of one downstream channel. */
export interface DownstreamCarrier {
  lowerHz: number;
  upperHz: number;
}

/** Where second-order products of carriers on a grid lie: at multiples of the spacing, and so far above them. */
export interface BeatGrid {
  spacingHz: number;
  /** From 0 up to the spacing; 0 first. */
  offsetsHz: readonly number[];
}

/** Channel spacings of downstreams: Annex B, some of Annex A, Annex A. */
const USUAL_GRIDS: readonly BeatGrid[] = [6e6, 7e6, 8e6].map((spacingHz) => ({ spacingHz, offsetsHz: [0] }));

/** Wider ones are OFDM, which beats as noise. */
const MOST_SC_QAM_HZ = 10e6;
const LEAST_SPACING_HZ = 5e6;
const SAME_HZ = 10_000;
/** Nearer ones cannot be told apart in bins of 50 kHz. */
const NEAR_HZ = 100_000;
const MOST_SPACINGS = 3;
const MOST_GROUPS = 3;

/**
 * Where the carriers of a downstream beat with each other: two of them mix to their difference, which is a multiple of
 * the spacing where both lie on one grid of channels, and beside it where a group of channels is shifted against another.
 * Without single-carrier channels, the grids of the usual channel spacings.
 */
export function beatGridsOf(downstream: readonly DownstreamCarrier[]): readonly BeatGrid[] {
  const centersHz = downstream
    .filter(({ lowerHz, upperHz }) => upperHz > lowerHz && upperHz - lowerHz <= MOST_SC_QAM_HZ)
    .map(({ lowerHz, upperHz }) => (lowerHz + upperHz) / 2)
    .sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (const [k, centerHz] of centersHz.entries()) {
    const apartHz = SAME_HZ * Math.round((centerHz - (centersHz[k - 1] ?? Number.NaN)) / SAME_HZ);
    if (apartHz >= LEAST_SPACING_HZ && apartHz <= MOST_SC_QAM_HZ)
      counts.set(apartHz, (counts.get(apartHz) ?? 0) + 1);
  }
  if (counts.size === 0) return USUAL_GRIDS;
  return mostFrequent(counts, MOST_SPACINGS).map((spacingHz) => ({
    spacingHz,
    offsetsHz: offsetsOf(centersHz, spacingHz),
  }));
}

/** Differences of the places in the grid that groups of two and more carriers have. */
function offsetsOf(centersHz: readonly number[], spacingHz: number): number[] {
  const groups = new Map<number, number>();
  for (const centerHz of centersHz) {
    const placeHz = centerHz % spacingHz;
    const known = [...groups.keys()].find((other) => isNear(placeHz - other, 0, spacingHz)) ?? placeHz;
    groups.set(known, (groups.get(known) ?? 0) + 1);
  }
  for (const [placeHz, count] of groups) if (count < 2) groups.delete(placeHz);
  const offsetsHz = [0];
  const places = mostFrequent(groups, MOST_GROUPS);
  for (const a of places) {
    for (const b of places) {
      const offsetHz = (((a - b) % spacingHz) + spacingHz) % spacingHz;
      if (!offsetsHz.some((known) => isNear(offsetHz, known, spacingHz))) offsetsHz.push(offsetHz);
    }
  }
  return offsetsHz;
}

function isNear(aHz: number, bHz: number, spacingHz: number): boolean {
  const apartHz = Math.abs(aHz - bHz) % spacingHz;
  return Math.min(apartHz, spacingHz - apartHz) < NEAR_HZ;
}

function mostFrequent(counts: ReadonlyMap<number, number>, most: number): number[] {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([value]) => value);
}
