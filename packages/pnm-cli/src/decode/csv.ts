import type { PnmRecord } from "@pnmlab/pnm-codec";
import type { Column } from "./dataset.ts";
import { datasetOf } from "./dataset-of.ts";
import { rounded } from "./rounded.ts";

/**
 * The values of a record as comma-separated text: one header line, one row per value, complex values as two
 * columns `_i` and `_q`, nothing where nothing was measured. Groups are told apart by their first columns.
 */
export function csvOf(record: PnmRecord, withRaw: boolean): string {
  const { groups } = datasetOf(record);
  const lines: string[] = [];
  for (const { key, columns } of groups) {
    const cells = columns.filter((column) => withRaw || column.isRaw !== true).flatMap(flatten);
    if (lines.length === 0) lines.push([...Object.keys(key), ...cells.map(({ name }) => name)].join(","));
    const prefix = Object.values(key).map((value) => `${cell(value)},`);
    const rows = Math.max(0, ...cells.map(({ length }) => length));
    for (let row = 0; row < rows; row++) {
      lines.push(prefix.join("") + cells.map(({ at }) => cell(at(row))).join(","));
    }
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

interface FlatColumn {
  name: string;
  length: number;
  at(row: number): number | string | undefined;
}

function flatten(column: Column): FlatColumn[] {
  if (!("iq" in column)) {
    const { name, values, digits } = column;
    return [{ name, length: values.length, at: (row) => rounded(values[row], digits) }];
  }
  const { name, iq } = column;
  const part = (suffix: string, first: number): FlatColumn => ({
    name: name + suffix,
    length: iq.length >> 1,
    at: (row) => iq[2 * row + first],
  });
  return [part("_i", 0), part("_q", 1)];
}

function cell(value: number | string | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
