/**
 * `warning` is no failure; `not reached` is what could not be tried because something before it failed, `not
 * asked` what is only done where the caller wants it.
 */
export type RowState = "ok" | "warning" | "failed" | "not reached" | "not asked";

/** One line of a check or diagnosis. */
export interface Row {
  name: string;
  state: RowState;
  /** One sentence: what was found. */
  message: string;
  /** What to do, where there is something to do. */
  fix?: string;
}

export function failures(rows: readonly Row[]): number {
  return rows.filter(({ state }) => state === "failed").length;
}

/** A table of three columns; the fix stands under its message. */
export function rowsText(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.flatMap(({ name, state, message, fix }) => [
    `${state.padEnd(11)}  ${name.padEnd(width)}  ${message}`,
    ...(fix ? [`${" ".repeat(15 + width)}fix: ${fix}`] : []),
  ]);
  const failed = failures(rows);
  const verdict = failed === 0 ? "nothing failed" : failed === 1 ? "1 failure" : `${failed} failures`;
  return `${lines.join("\n")}\n${verdict}\n`;
}
