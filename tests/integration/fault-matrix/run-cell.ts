import { messageOf, sleep } from "@pnmlab/kit";
import { vi } from "vitest";
import type { Cell } from "./cell.ts";
import type { Outcome } from "./outcome.ts";
import { faultyLook, type Look, type Scenario, stateAfter } from "./scenario.ts";

const LOOK_MS = 60_000;
/** Longer than one run of the test on the CMTS. */
const GOES_ON_MS = 3000;

/** Each cell by itself, or all at once where the fault reaches everything. */
export async function runScenario(scenario: Scenario, cells: readonly Cell[]): Promise<Outcome[]> {
  if (scenario.reach !== "lab") return Promise.all(cells.map((cell) => runScenarioIn(scenario, [cell])[0]!));
  return Promise.all(runScenarioIn(scenario, cells));
}

/** One injection that these cells share, and each cell's outcome. */
function runScenarioIn(scenario: Scenario, cells: readonly Cell[]): Promise<Outcome>[] {
  const prepared = Promise.all(cells.map((cell) => cell.prepare()));
  const entered = prepared.then(() => Promise.all(cells.map((cell) => cell.enter())));
  const injected = entered.then(async () => {
    const lift = await scenario.inject(cells[0]!, cells);
    for (const cell of cells) cell.release();
    return { lift, atMs: performance.now() };
  });
  const looks = cells.map((cell) => injected.then(({ atMs }) => lookWhileFaulty(scenario, cell, atMs)));
  const lifted = Promise.all([injected, ...looks]).then(async ([{ lift }]) => {
    await lift();
    return performance.now();
  });
  return cells.map(async (cell, at) => finish(scenario, cell, await looks[at]!, await lifted));
}

async function lookWhileFaulty(scenario: Scenario, cell: Cell, atMs: number): Promise<Outcome> {
  const problems: string[] = [];
  if (cell.state === "idle") await cell.start();
  const look = faultyLook(scenario, cell.state);
  const framesBefore = cell.session?.framesReceived ?? 0;
  if (look.state === "receiving") await sleep(GOES_ON_MS);
  const isShown = await holds(() => shows(cell, look));
  const frames = cell.session?.framesReceived ?? 0;
  if (look.state === "receiving" && frames === framesBefore) problems.push("no frame while faulty");
  if (!isShown) problems.push(`while faulty: wanted ${String(look.state)} with ${look.words}`);
  const harm = scenario.harm?.(cell);
  if (harm !== undefined) problems.push(harm);
  const { state, words } = cell.shown;
  return {
    fault: scenario.fault,
    state: cell.state,
    stateWhileFaulty: state,
    words,
    stateAfter: "",
    untilShownS: (performance.now() - atMs) / 1000,
    untilAfterS: 0,
    arrived: 0,
    counted: 0,
    problems,
  };
}

async function finish(scenario: Scenario, cell: Cell, outcome: Outcome, liftedMs: number): Promise<Outcome> {
  const { problems } = outcome;
  const wanted = stateAfter(scenario, cell.state);
  try {
    if (outcome.stateWhileFaulty === "refused") await cell.start();
    const isThere = await holds(
      () => cell.shown.state === wanted && (wanted !== "receiving" || isWell(cell)),
    );
    outcome.stateAfter = cell.shown.state;
    outcome.untilAfterS = (performance.now() - liftedMs) / 1000;
    if (!isThere) problems.push(`after: wanted ${wanted}, shows ${cell.shown.state}: ${cell.shown.words}`);
    await cell.drain();
    const { arrived, counted } = cell.books;
    Object.assign(outcome, { arrived, counted });
    const isExact = wanted === "receiving" ? counted === arrived : counted >= arrived;
    if (!isExact) problems.push(`${arrived} files arrived, ${counted} were counted`);
    await cell.stop();
    const { state, words } = cell.shown;
    if (state !== "stopped" && state !== "failed") problems.push(`after the stop: ${state}: ${words}`);
    const left = cell.simulator.measStatus(cell.cmtsId, cell.rfPort);
    if (left === "busy") problems.push("a test is left running on the CMTS");
  } catch (error) {
    problems.push(messageOf(error));
  }
  return outcome;
}

/** Receiving, with nothing wrong and a frame since. */
function isWell({ session }: Cell): boolean {
  return session !== undefined && session.failure === null && session.framesReceived > 0;
}

function shows(cell: Cell, { state, words }: Look): boolean {
  const shown = cell.shown;
  const states: readonly string[] = Array.isArray(state) ? state : [state];
  return states.includes(shown.state) && words.test(shown.words);
}

async function holds(condition: () => boolean, timeout = LOOK_MS): Promise<boolean> {
  return vi.waitUntil(condition, { timeout, interval: 10 }).then(
    () => true,
    () => false,
  );
}
