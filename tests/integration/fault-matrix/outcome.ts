import type { CellState } from "./cell.ts";

/** What came of one fault in one state. */
export interface Outcome {
  fault: string;
  state: CellState;
  stateWhileFaulty: string;
  words: string;
  stateAfter: string;
  /** From the injection to the state that the page was to show, and from the end of the fault to the state after. */
  untilShownS: number;
  untilAfterS: number;
  arrived: number;
  counted: number;
  problems: string[];
}

const COLUMNS = ["fault", "state", "while faulty", "after", "s", "files", "words"] as const;

/** The outcomes as a table in text. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => [
    outcome.fault,
    outcome.state,
    outcome.stateWhileFaulty,
    outcome.stateAfter,
    `${outcome.untilShownS.toFixed(1)} + ${outcome.untilAfterS.toFixed(1)}`,
    `${outcome.counted}/${outcome.arrived}`,
    outcome.problems.length === 0 ? outcome.words : `${outcome.words} !! ${outcome.problems.join("; ")}`,
  ]);
  const all = [[...COLUMNS], ...rows];
  const widths = COLUMNS.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
