import { PnmLabError } from "@pnmlab/kit";
import { type ColumnWrite, writeText } from "../snmp/values.ts";
import { type Device, setColumns } from "./device.ts";
import type { PlanStep } from "./plan-step.ts";
import { ErrorStatus, errorStatusOf, refusalText } from "./snmp-words.ts";

/** Refusals after which another way of writing the same thing is no use either. */
const FINAL: ReadonlySet<number> = new Set([
  ErrorStatus.noAccess,
  ErrorStatus.noCreation,
  ErrorStatus.authorizationError,
  ErrorStatus.notWritable,
  ErrorStatus.inconsistentName,
]);

/**
 * Carries a plan out in order. Gives the tolerated refusals in words.
 *
 * @param look called after each SET; what it throws ends the plan
 * @throws PnmLabError `code`, naming column, value and SNMP error; transport errors as they come
 */
export async function runSteps(
  device: Device,
  steps: readonly PlanStep[],
  code: string,
  look: () => Promise<void> = async () => {},
): Promise<string[]> {
  const refusals: string[] = [];
  const postponed: PlanStep[] = [];
  for (const step of steps) {
    const refusal = await tryStep(device, step);
    await look();
    if (refusal === undefined) continue;
    if (step.refusal === "tolerate") refusals.push(refusal);
    else if (step.refusal === "stop") throw new PnmLabError(code, refusal);
    else postponed.push(step);
  }
  for (const step of postponed) {
    const refusal = await tryStep(device, step);
    await look();
    if (refusal !== undefined) throw new PnmLabError(code, refusal);
  }
  return refusals;
}

async function tryStep(device: Device, step: PlanStep): Promise<string | undefined> {
  const error = await trySet(device, step.writes);
  if (error === undefined) return undefined;
  if (step.otherwise !== undefined && !FINAL.has(errorStatusOf(error)!)) {
    const second = await trySet(device, step.otherwise);
    return second === undefined ? undefined : wordsOf(step.otherwise, second);
  }
  return wordsOf(step.writes, error);
}

/** The error-status with which the device refused, undefined where it took the values. */
async function trySet(device: Device, writes: readonly ColumnWrite[]): Promise<unknown> {
  try {
    await setColumns(device, writes);
    return undefined;
  } catch (error) {
    if (errorStatusOf(error) === undefined) throw error;
    return error;
  }
}

function wordsOf(writes: readonly ColumnWrite[], error: unknown): string {
  return `the CMTS refused ${writes.map(writeText).join(" and ")} with ${refusalText(error)}`;
}
