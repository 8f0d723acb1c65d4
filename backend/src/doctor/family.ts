import type { Verdict } from "../health/verdict.ts";

/** A check by its stable name and what is checked, in a few words. */
export interface CheckTitle {
  readonly id: string;
  readonly title: string;
  /** Not everywhere there is something to say; a check that is not told is then left out. */
  readonly isOptional?: true;
}

/** Tells what a check gave; a second verdict on one check is not taken. */
export type Tell = (id: string, verdict: Verdict) => void;

/** Checks that are made together because they build on each other. */
export interface CheckFamily {
  readonly checks: readonly CheckTitle[];
  /** Whether it waits for other machines; such checks are left out of a quick run. */
  readonly asksOthers: boolean;
  /** Tells a verdict on each check as soon as there is one, so that none is lost when a later one hangs. */
  run(tell: Tell): Promise<void> | void;
}

/** A family of one check. */
export function single(
  check: CheckTitle & { asksOthers?: boolean },
  look: () => Promise<Verdict> | Verdict,
): CheckFamily {
  const { asksOthers = false, ...title } = check;
  return {
    checks: [title],
    asksOthers,
    run: async (tell) => tell(title.id, await look()),
  };
}
