const PREFIXES: Record<string, number> = { k: 1e3, M: 1e6, m: 1e6, G: 1e9, g: 1e9 };

/**
 * Reads a frequency that a user typed, in Hz: a plain number counts in MHz (`27.185`), a suffix or an
 * exponent says otherwise (`27m`, `27185k`, `85e6` in Hz). Commas and thin spaces group; both minus
 * signs are accepted. Undefined where it is not a number.
 */
export function parseFrequencyHz(text: string): number | undefined {
  const cleaned = clean(text).replace(/hz$/i, "");
  const match = /^([+-]?\d*\.?\d+)(e[+-]?\d+)?([kmg])?$/i.exec(cleaned);
  if (!match) return undefined;
  const value = Number(match[1]! + (match[2] ?? ""));
  const scale = match[3] ? PREFIXES[match[3]]! : match[2] ? 1 : 1e6;
  return Math.round(value * scale);
}

/** Reads a plain number as a user types it; undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  const cleaned = clean(text);
  return /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i.test(cleaned) ? Number(cleaned) : undefined;
}

function clean(text: string): string {
  return text
    .trim()
    .replace(/[\u2212\u2013]/g, "-")
    .replace(/[\u2009\u00a0 _']/g, "")
    .replace(/^(-?\d+),(\d+)$/, "$1.$2");
}
