import type { PollGroup, PollPlan } from "@pnmlab/protocol";

/** The metric that a device is shown by first: of the first group of its plan that has been read. */
export function firstMetric(
  device: string,
  plans: readonly PollPlan[],
  groups: readonly PollGroup[],
  read: readonly string[],
): string | undefined {
  const ordered = plans
    .filter(({ devices }) => devices.some(({ label }) => label === device))
    .flatMap((plan) => plan.groups)
    .flatMap((name) => groups.find((group) => group.name === name)?.metrics ?? [])
    .map(({ name }) => name);
  return ordered.find((name) => read.includes(name)) ?? read[0];
}
