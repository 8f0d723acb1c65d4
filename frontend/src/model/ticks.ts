/** Tick positions within [low, high], a round 1, 2 or 5 times a power of ten apart, at most `most` of them. */
export function roundTicks(low: number, high: number, most: number): { step: number; values: number[] } {
  const span = high - low;
  if (!(span > 0) || most < 1) return { step: 0, values: [] };
  const raw = span / most;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10]
    .map((m) => m * magnitude)
    .find((candidate) => candidate >= raw * (1 - 1e-9))!;
  const values: number[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) values.push(n * step);
  return { step, values };
}

/** Digits after the point that tell ticks of this step apart. */
export function tickDigits(step: number): number {
  for (let digits = 0; digits < 6; digits += 1) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return digits;
  }
  return 6;
}

const HOUR_S = 3600;
const TIME_STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800],
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR_S),
].map((seconds) => seconds * 1000);

/** The smallest round time step that leaves at least `leastPx` pixels between labels. */
export function timeStepMs(msPerPx: number, leastPx: number): number {
  return TIME_STEPS_MS.find((step) => step / msPerPx >= leastPx) ?? 7 * 24 * HOUR_S * 1000;
}
