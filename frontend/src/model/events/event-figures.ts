import { formatBandwidth, formatNumber } from "../format.ts";

const SUFFIXES: readonly { pattern: RegExp; words: (value: number) => string }[] = [
  { pattern: /Dbmv$/, words: (value) => `${formatNumber(value, 1)} dBmV` },
  { pattern: /DbPerOctave$/, words: (value) => `${formatNumber(value, 1)} dB per octave` },
  { pattern: /Dbc$/, words: (value) => `${formatNumber(value, 1)} dBc` },
  { pattern: /Db$/, words: (value) => `${formatNumber(value, 1)} dB` },
  { pattern: /Pct$/, words: (value) => `${formatNumber(value, 1)} %` },
  {
    pattern: /Hz$/,
    words: (value) => (value >= 1000 ? formatBandwidth(value) : `${formatNumber(value, 1)} Hz`),
  },
  { pattern: /Ns$/, words: (value) => `${formatNumber(value, 1)} ns` },
  { pattern: /PerS$/, words: (value) => `${formatNumber(value, 2)} per s` },
  {
    pattern: /S$/,
    words: (value) => (value < 1e-3 ? `${formatNumber(value * 1e9, 1)} ns` : `${formatNumber(value, 1)} s`),
  },
  { pattern: /M$/, words: (value) => `${formatNumber(value, 1)} m` },
  { pattern: /Turns$/, words: (value) => `${formatNumber(value, 2)} turns` },
];

/** A figure of a detector by the unit in its name: `spacingHz` of 6e6 is `Spacing`, `6.000 MHz`. */
export function figureWords(name: string, value: number): { name: string; value: string } {
  const suffix = SUFFIXES.find(({ pattern }) => pattern.test(name));
  const bare = suffix ? name.replace(suffix.pattern, "") : name;
  const spaced = bare
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .trim();
  return {
    name: (spaced || name).replace(/^./, (first) => first.toUpperCase()),
    value: suffix ? suffix.words(value) : formatNumber(value, Number.isInteger(value) ? 0 : 2),
  };
}
