import { RowStatus } from "@pnmlab/docsis-mib";
import type { ErrorStatus } from "./error-status.ts";

/** States of a conceptual row (SNMPv2-TC, RowStatus); an absent row has none of them. */
export type RowState = "notReady" | "notInService" | "active";

export type RowAction = "active" | "notInService" | "createAndGo" | "createAndWait" | "destroy";

/** Value of the RowStatus column in each state. */
export const ROW_STATE_VALUES: Readonly<Record<RowState, number>> = {
  notReady: RowStatus.notReady,
  notInService: RowStatus.notInService,
  active: RowStatus.active,
};

const ACTIONS: ReadonlyMap<number, RowAction> = new Map([
  [RowStatus.active, "active"],
  [RowStatus.notInService, "notInService"],
  [RowStatus.createAndGo, "createAndGo"],
  [RowStatus.createAndWait, "createAndWait"],
  [RowStatus.destroy, "destroy"],
]);

/** What a written value asks for; undefined for notReady(3), which is only read, and values beyond. */
export function rowAction(value: number): RowAction | undefined {
  return ACTIONS.get(value);
}

/** Where an action leads: a state, no row at all, or a refusal. */
export type RowOutcome = RowState | "absent" | { refused: ErrorStatus };

const refused: RowOutcome = { refused: "inconsistentValue" };

/**
 * SNMPv2-TC, RowStatus: outcome per action and state, first for a row that has everything it needs after
 * the request, then for one that has not.
 */
const OUTCOMES: Readonly<Record<RowAction, Record<RowState | "absent", [RowOutcome, RowOutcome]>>> = {
  createAndGo: {
    absent: ["active", refused],
    notReady: [refused, refused],
    notInService: [refused, refused],
    active: [refused, refused],
  },
  createAndWait: {
    absent: ["notInService", "notReady"],
    notReady: [refused, refused],
    notInService: [refused, refused],
    active: [refused, refused],
  },
  active: {
    absent: [refused, refused],
    notReady: ["active", refused],
    notInService: ["active", refused],
    active: ["active", refused],
  },
  notInService: {
    absent: [refused, refused],
    notReady: ["notInService", refused],
    notInService: ["notInService", refused],
    active: ["notInService", refused],
  },
  destroy: {
    absent: ["absent", "absent"],
    notReady: ["absent", "absent"],
    notInService: ["absent", "absent"],
    active: ["absent", "absent"],
  },
};

/**
 * State of a row after a request.
 *
 * @param action undefined where the request does not write the status column
 * @param isReady whether the row has every column it needs once the request is applied
 */
export function rowOutcome(
  state: RowState | "absent",
  action: RowAction | undefined,
  isReady: boolean,
): RowOutcome {
  if (action !== undefined) return OUTCOMES[action][state][isReady ? 0 : 1];
  switch (state) {
    case "absent":
      return { refused: "inconsistentName" };
    case "notReady":
      return isReady ? "notInService" : "notReady";
    case "notInService":
      return isReady ? "notInService" : "notReady";
    case "active":
      return isReady ? "active" : refused;
  }
}
