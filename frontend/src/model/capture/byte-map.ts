import type { HeaderField } from "@pnmlab/pnm-codec";
import type { DataRegion, Inspection } from "./inspection.ts";

/** What a byte of a file belongs to. */
export type BytePart =
  | { part: "field"; index: number; field: HeaderField; offset: number; length: number }
  /** `value` counts the values of its region from 0. */
  | { part: "data"; region: DataRegion; value: number; offset: number; length: number }
  | { part: "trailing"; offset: number; length: number }
  | { part: "none"; offset: number; length: number };

/** Answers what each byte belongs to; made once per decoded file. */
export class ByteMap {
  readonly #fields: { index: number; field: HeaderField }[];
  readonly #regions: DataRegion[];
  readonly #trailing: Inspection["trailing"];

  constructor({ header, regions, trailing }: Pick<Inspection, "header" | "regions" | "trailing">) {
    this.#fields = header
      .map((field, index) => ({ index, field }))
      .filter(({ field }) => field.length > 0)
      .sort((a, b) => a.field.offset - b.field.offset);
    this.#regions = [...regions].sort((a, b) => a.offset - b.offset);
    this.#trailing = trailing;
  }

  partAt(offset: number): BytePart {
    const found = lastAtOrBefore(this.#fields, offset, ({ field }) => field.offset);
    if (found && offset < found.field.offset + found.field.length) {
      const { field, index } = found;
      return { part: "field", index, field, offset: field.offset, length: field.length };
    }
    const region = lastAtOrBefore(this.#regions, offset, (one) => one.offset);
    if (region && offset < region.offset + region.length) {
      const value = Math.floor((offset - region.offset) / region.valueBytes);
      const start = region.offset + value * region.valueBytes;
      const length = Math.min(region.valueBytes, region.offset + region.length - start);
      return { part: "data", region, value, offset: start, length };
    }
    if (this.#trailing && offset >= this.#trailing.offset) return { part: "trailing", ...this.#trailing };
    return { part: "none", offset, length: 1 };
  }

  /** Where the value stands that is number `index` of series `series` in the first plot. */
  bytesOfValue(index: number, series: number): { offset: number; length: number } | undefined {
    for (const region of this.#regions) {
      if (region.firstIndex === null || (region.series !== null && region.series !== series)) continue;
      const value = index - region.firstIndex;
      if (value < 0 || (value + 1) * region.valueBytes > region.length) continue;
      return { offset: region.offset + value * region.valueBytes, length: region.valueBytes };
    }
    return undefined;
  }
}

function lastAtOrBefore<T>(
  sorted: readonly T[],
  offset: number,
  offsetOf: (item: T) => number,
): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetOf(sorted[middle]!) <= offset) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}
