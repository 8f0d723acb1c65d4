import type { BuildInfo } from "@pnmlab/protocol";
import { fail, pass, type Verdict, warn } from "../health/verdict.ts";

/** `0123456789`, or `0123456789-dirty` where the tree had changes that no commit has. */
function commitText({ commit, dirty }: Pick<BuildInfo, "commit" | "dirty">): string {
  return dirty ? `${commit}-dirty` : commit;
}

/** Whether another program runs the code that the backend runs. */
export function compareBuilds(
  own: Pick<BuildInfo, "commit" | "dirty">,
  other: Pick<BuildInfo, "commit" | "dirty">,
  program: string,
): Verdict {
  const found = `${program} runs commit ${commitText(other)}`;
  const expected = `commit ${commitText(own)}, as the backend`;
  const fix = `build and start ${program} and the backend from one checkout`;
  if (own.commit !== other.commit) return fail(found, expected, fix);
  if (own.dirty !== other.dirty) return warn(found, expected, fix);
  return pass(found, expected);
}
