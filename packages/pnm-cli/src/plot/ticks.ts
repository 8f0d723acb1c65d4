export interface Tick {
  /** In the axis's own unit. */
  value: number;
  label: string;
}

/** How values of an axis are shown: divided by `factor`, in `unit`. */
export interface ShownUnit {
  factor: number;
  unit: string;
}

const MULTIPLES: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  Hz: [
    [1e9, "GHz"],
    [1e6, "MHz"],
    [1e3, "kHz"],
  ],
  s: [
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
    [1e-9, "ns"],
  ],
};

/** MHz for frequencies from 1 MHz on, whatever their size: the field speaks of 1002 MHz. */
export function shownUnit(unit: string, low: number, high: number): ShownUnit {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  const multiples = MULTIPLES[unit];
  if (multiples === undefined || reach === 0) return { factor: 1, unit: unit === "unix" ? "" : unit };
  const usable = unit === "Hz" ? multiples.slice(1) : multiples;
  const [factor, shown] = usable.find(([multiple]) => reach >= multiple) ?? usable.at(-1)!;
  return { factor, unit: shown };
}

/** Round numbers within a range, about `count` of them. */
export function linearTicks(low: number, high: number, count: number, factor = 1): Tick[] {
  const step = niceStep((high - low) / factor / count);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / factor / step - 1e-9);
  const last = Math.floor(high / factor / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const shown = (first + n) * step;
    const isLong = decimals > 5 || Math.abs(shown) >= 1e6;
    const label = isLong && shown !== 0 ? String(Number(shown.toPrecision(6))) : shown.toFixed(decimals);
    return { value: shown * factor, label: minus(isLong ? exponential(label) : label) };
  });
}

/** Widens a range to whole steps, so that the outermost ticks are its ends. */
export function niceRange(low: number, high: number, count: number): [number, number] {
  const step = niceStep((high - low) / count);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** Powers of ten; in a wide range every second or third. */
export function decadeTicks(low: number, high: number): Tick[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 6));
  const ticks: Tick[] = [];
  for (let exponent = last; exponent >= first; exponent -= step) {
    ticks.push({ value: 10 ** exponent, label: exponent === 0 ? "1" : `1e${minus(String(exponent))}` });
  }
  return ticks.reverse();
}

const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];

/** Round times of day, with the date where a day begins. */
export function clockTicks(low: number, high: number, count: number): Tick[] {
  const step = TIME_STEPS_S.find((seconds) => (high - low) / seconds <= count) ?? 86_400;
  const ticks: Tick[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    const iso = new Date(value * 1000).toISOString();
    const label =
      step >= 86_400 || value % 86_400 === 0 ? iso.slice(0, 10) : iso.slice(11, step < 60 ? 19 : 16);
    ticks.push({ value, label });
  }
  return ticks;
}

function niceStep(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const mantissa = rough / decade;
  return (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10) * decade;
}

/** The shorter of a number's two forms. */
function exponential(label: string): string {
  const short = Number(label).toExponential().replace("e+", "e");
  return short.length < label.length ? short : label;
}

function minus(text: string): string {
  return text.replace("-", "\u2212");
}
