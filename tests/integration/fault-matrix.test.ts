import { readdirSync } from "node:fs";
import { personalities } from "@pnmlab/simulator";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Arrivals } from "./fault-matrix/arrivals.ts";
import { Cell, type CellState, STATES } from "./fault-matrix/cell.ts";
import { LiveView } from "./fault-matrix/live-view.ts";
import { type Outcome, tableOf } from "./fault-matrix/outcome.ts";
import { runScenario } from "./fault-matrix/run-cell.ts";
import type { Scenario } from "./fault-matrix/scenario.ts";
import { cmtsScenarios, labScenarios } from "./fault-matrix/scenarios.ts";

const TIMEOUT_MS = 200_000;
/** Its files are all there is: no result table stands in for them. */
const personality = { ...personalities.generic, resultOutput: false };
const outcomes: Outcome[] = [];
const nameOf = (row: number, state: CellState) => `f${row}-${state}`;
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, row) =>
    STATES.map((state) => ({ name: nameOf(row, state), personality, rfPorts: 1 })),
  ).flat();

async function open(rows: number): Promise<{ lab: TestLab; live: LiveView; arrivals: Arrivals }> {
  const lab = await startTestLab({ cmts: rowsOf(rows) });
  const arrivals = new Arrivals();
  arrivals.watch(lab);
  return { lab, live: await LiveView.open(lab), arrivals };
}

async function judge(scenario: Scenario, cells: readonly Cell[]): Promise<void> {
  const found = await runScenario(scenario, cells);
  outcomes.push(...found);
  const problems = found.flatMap((outcome) => outcome.problems.map((text) => `${outcome.state}: ${text}`));
  expect(problems).toEqual([]);
}

let shared: Awaited<ReturnType<typeof open>>;

beforeAll(async () => {
  shared = await open(cmtsScenarios.length);
});

afterAll(async () => {
  shared?.live[Symbol.dispose]();
  await shared?.lab[Symbol.asyncDispose]();
  process.stdout.write(`\n${tableOf(outcomes)}\n`);
});

describe.concurrent("in every state of a session", () => {
  test.for(cmtsScenarios.map((scenario, row) => [scenario.fault, scenario, row] as const))(
    "%s: the page says so, and the session ends in the right state with nothing lost and nothing left",
    { timeout: TIMEOUT_MS },
    async ([, scenario, row]) => {
      await judge(
        scenario,
        STATES.map((state) => new Cell(shared, nameOf(row, state), state, scenario.refusesFiles)),
      );
    },
  );

  test.for(labScenarios(new Arrivals()).map(({ fault }, at) => [fault, at] as const))(
    "%s: all sessions say so, and go on with nothing lost and nothing left",
    { timeout: TIMEOUT_MS },
    async ([, at], { onTestFinished }) => {
      const opened = await open(1);
      const { lab, live, arrivals } = opened;
      onTestFinished(() => lab[Symbol.asyncDispose]());
      onTestFinished(() => live[Symbol.dispose]());
      await judge(
        labScenarios(arrivals)[at]!,
        STATES.map((state) => new Cell(opened, nameOf(0, state), state)),
      );
      await vi.waitUntil(() => readdirSync(lab.config.tftpDir).length === 0, { timeout: 60_000 });
    },
  );
});

test("when all sessions have ended, no file of theirs is left in the directory", async () => {
  // One that bears another manager's name would be of a start on a row that it had taken.
  await expect.poll(() => readdirSync(shared.lab.config.tftpDir)).toEqual([]);
});
