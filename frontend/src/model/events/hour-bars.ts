import type { EventHistogram } from "@pnmlab/protocol";
import { kindName, kindRank } from "./event-kinds.ts";

/** One kind within an hour, from the foot of the bar upwards. */
export interface BarPart {
  kind: string;
  count: number;
  /** Events under it in the bar. */
  below: number;
}

export interface HourBar {
  fromMs: number;
  total: number;
  parts: BarPart[];
}

export interface HourChart {
  bars: HourBar[];
  /** Kinds that occur, the worst first, with how many there are. */
  kinds: { kind: string; name: string; count: number }[];
  total: number;
  /** Top of the axis, and its labelled values. */
  top: number;
  ticks: number[];
}

/** Bars by hour with the worst kind on top. */
export function hourChart({ hours }: EventHistogram): HourChart {
  const totals = new Map<string, number>();
  const bars = hours.map(({ fromMs, counts }) => {
    const parts: BarPart[] = [];
    let below = 0;
    for (const kind of Object.keys(counts).sort((a, b) => kindRank(b) - kindRank(a))) {
      const count = counts[kind]!;
      if (count === 0) continue;
      parts.push({ kind, count, below });
      below += count;
      totals.set(kind, (totals.get(kind) ?? 0) + count);
    }
    return { fromMs, total: below, parts };
  });
  const kinds = [...totals]
    .map(([kind, count]) => ({ kind, name: kindName(kind), count }))
    .sort((a, b) => kindRank(a.kind) - kindRank(b.kind));
  const most = bars.reduce((max, { total }) => Math.max(max, total), 0);
  const step = stepOf(most);
  const top = Math.max(step, Math.ceil(most / step) * step);
  return {
    bars,
    kinds,
    total: bars.reduce((sum, { total }) => sum + total, 0),
    top,
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, k) => k * step),
  };
}

/** A round step that gives at most four lines above zero. */
function stepOf(most: number): number {
  for (let decade = 1; ; decade *= 10) {
    for (const digit of [1, 2, 5]) if (digit * decade * 4 >= most) return digit * decade;
  }
}
