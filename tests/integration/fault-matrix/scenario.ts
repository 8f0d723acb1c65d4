import type { UtscSessionState } from "@pnmlab/protocol";
import type { Cell, CellState } from "./cell.ts";

/** What the page must show: one of these states, with a sentence that names the cause. */
export interface Look {
  state: UtscSessionState | "refused" | readonly UtscSessionState[];
  words: RegExp;
}

/** Takes a fault out. */
export type Lift = () => unknown;

/** A fault as data: what is done, and what the page must say in each state that it meets. */
export interface Scenario {
  fault: string;
  /** One CMTS has it, or everything: then all states meet it at once, in a lab of their own. */
  reach?: "cmts" | "lab";
  /** Whether files arrive that no decoder takes; all others have to become frames. */
  refusesFiles?: true;
  /** Puts the fault in; the answer takes it out. */
  inject(cell: Cell, all: readonly Cell[]): Lift | Promise<Lift>;
  /** While the fault lasts; a session that goes on in spite of it is looked at after a while. */
  faulty: Look;
  /** Where a state differs; by default a session that is stopping stops in spite of the fault. */
  faultyIn?: Partial<Record<CellState, Look>>;
  /** What else must hold while it lasts; the answer says what does not. */
  harm?(cell: Cell): string | undefined;
  /** After the fault; receiving unless given, and a session that has ended stays as it is. */
  after?: UtscSessionState;
  afterIn?: Partial<Record<CellState, UtscSessionState>>;
}

const CLEAN_STOP: Look = { state: "stopped", words: /CMTS is idle, the files are removed/ };

export function faultyLook(scenario: Scenario, state: CellState): Look {
  return scenario.faultyIn?.[state] ?? (state === "stopping" ? CLEAN_STOP : scenario.faulty);
}

export function stateAfter(scenario: Scenario, state: CellState): UtscSessionState {
  const given = scenario.afterIn?.[state];
  if (given !== undefined) return given;
  return state === "stopping" ? "stopped" : (scenario.after ?? "receiving");
}
