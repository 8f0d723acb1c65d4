import type { BuildInfo } from "@pnmlab/protocol";

/**
 * How this build differs from the backend's, in a sentence; undefined where it does not. Never a reason
 * not to work: what the two cannot say to each other the protocol version tells.
 */
export function versionRemark(own: BuildInfo, backend: BuildInfo): string | undefined {
  const order = compareVersions(own.version, backend.version);
  if (order !== 0) {
    return order < 0
      ? `this agent is version ${own.version}, the backend is ${backend.version}: update the agent when it suits`
      : `this agent is version ${own.version}, the backend is only ${backend.version}: update the backend when it suits`;
  }
  if (own.commit === backend.commit || own.commit === "unknown" || backend.commit === "unknown")
    return undefined;
  return `this agent is built from commit ${own.commit}, the backend from ${backend.commit}; both are version ${own.version}`;
}

/** By the numbers of the versions, first to last; what follows them does not count. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}
