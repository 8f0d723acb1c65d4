import { expect, test } from "vitest";
import { type RowAction, type RowState, rowAction, rowOutcome } from "./row-status.ts";

const NO = { refused: "inconsistentValue" };

/** SNMPv2-TC, RowStatus: action, state, outcome when the row is complete, outcome when it is not. */
const table: [RowAction | undefined, RowState | "absent", unknown, unknown][] = [
  ["createAndGo", "absent", "active", NO],
  ["createAndGo", "notReady", NO, NO],
  ["createAndGo", "notInService", NO, NO],
  ["createAndGo", "active", NO, NO],
  ["createAndWait", "absent", "notInService", "notReady"],
  ["createAndWait", "notReady", NO, NO],
  ["createAndWait", "notInService", NO, NO],
  ["createAndWait", "active", NO, NO],
  ["active", "absent", NO, NO],
  ["active", "notReady", "active", NO],
  ["active", "notInService", "active", NO],
  ["active", "active", "active", NO],
  ["notInService", "absent", NO, NO],
  ["notInService", "notReady", "notInService", NO],
  ["notInService", "notInService", "notInService", NO],
  ["notInService", "active", "notInService", NO],
  ["destroy", "absent", "absent", "absent"],
  ["destroy", "notReady", "absent", "absent"],
  ["destroy", "notInService", "absent", "absent"],
  ["destroy", "active", "absent", "absent"],
  [undefined, "absent", { refused: "inconsistentName" }, { refused: "inconsistentName" }],
  [undefined, "notReady", "notInService", "notReady"],
  [undefined, "notInService", "notInService", "notReady"],
  [undefined, "active", "active", NO],
];

test.each(table)("%s on a row that is %s", (action, state, whenReady, whenNot) => {
  expect(rowOutcome(state, action, true)).toEqual(whenReady);
  expect(rowOutcome(state, action, false)).toEqual(whenNot);
});

test("notReady is only read, and other numbers mean nothing", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(rowAction)).toEqual([
    undefined,
    "active",
    "notInService",
    undefined,
    "createAndGo",
    "createAndWait",
    "destroy",
    undefined,
  ]);
});
