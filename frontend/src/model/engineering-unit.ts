import { formatNumber } from "./format.ts";

/** A unit as engineers write it: values are divided by `perUnit`. */
export interface EngineeringUnit {
  unit: string;
  perUnit: number;
}

const BETTER: Readonly<Record<string, readonly EngineeringUnit[]>> = {
  Hz: [
    { unit: "MHz", perUnit: 1e6 },
    { unit: "kHz", perUnit: 1e3 },
  ],
  s: [
    { unit: "s", perUnit: 1 },
    { unit: "ms", perUnit: 1e-3 },
    { unit: "µs", perUnit: 1e-6 },
  ],
};

/** The unit in which values up to `largest` read best; units other than Hz and s stay as they are. */
export function engineeringUnit(unit: string, largest: number): EngineeringUnit {
  const better = BETTER[unit]?.find(({ perUnit }) => Math.abs(largest) >= perUnit);
  return better ?? { unit, perUnit: 1 };
}

/** A value with the digits that carry meaning: thousandths above 1, four places of weight below. */
export function formatValue(value: number): string {
  if (Number.isInteger(value)) return formatNumber(value, 0);
  const magnitude = Math.abs(value);
  if (magnitude >= 1) return formatNumber(value, magnitude >= 1000 ? 1 : 3);
  return formatNumber(value, Math.min(9, 3 - Math.floor(Math.log10(magnitude))));
}
