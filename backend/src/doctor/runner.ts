import { messageOf, withDeadline } from "@pnmlab/kit";
import type { DoctorCheck } from "@pnmlab/protocol";
import { fail, type Verdict } from "../health/verdict.ts";
import type { CheckFamily } from "./family.ts";

/** Every check has an answer within this time; scripts wait 10 s for the whole. */
const RUN_DEADLINE_MS = 8000;

/**
 * Runs families of checks at the same time. Each check has a result: one that throws or does not finish
 * says so, and keeps what its family has told until then.
 */
export async function runFamilies(
  families: readonly CheckFamily[],
  deadlineMs: number = RUN_DEADLINE_MS,
): Promise<DoctorCheck[]> {
  const results = await Promise.all(families.map((family) => runFamily(family, deadlineMs)));
  return results.flat();
}

async function runFamily(family: CheckFamily, deadlineMs: number): Promise<DoctorCheck[]> {
  const told = new Map<string, Verdict>();
  let isOver = false;
  let missing: Verdict | undefined;
  try {
    const running = Promise.resolve().then(() =>
      family.run((id, verdict) => {
        if (!isOver && !told.has(id)) told.set(id, verdict);
      }),
    );
    await withDeadline(running, deadlineMs, "the check");
  } catch (error) {
    missing = fail(
      messageOf(error),
      "a result",
      "run the checks again; where it stays, the log of the backend says more",
    );
  }
  isOver = true;
  const unknown = missing ?? fail("the check gave no result", "a result", "report this as a mistake");
  return family.checks
    .filter(({ id, isOptional }) => told.has(id) || !isOptional)
    .map(({ id, title }) => ({ id, title, ...(told.get(id) ?? unknown) }));
}
