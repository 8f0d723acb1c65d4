import { createHash } from "node:crypto";
import { METRIC_GROUPS } from "@pnmlab/docsis-mib";
import type { AgentPollPlan, PollGroup, PollMetric, PollPlan, PollPlans } from "@pnmlab/protocol";

/** The groups that plans may name, as the API gives them. */
export const pollGroups: readonly PollGroup[] = METRIC_GROUPS.map(({ name, title, source, metrics }) => ({
  name,
  title,
  source,
  metrics: metrics.map(({ where, ...metric }) => ({ ...metric, ...(where && { where: { ...where } }) })),
}));

/** Every metric of a plan: its own, and those of its groups; its own win where two have one name. */
export function metricsOf({ groups, metrics }: Pick<PollPlan, "groups" | "metrics">): PollMetric[] {
  const ofGroups = groups.flatMap((name) => pollGroups.find((group) => group.name === name)?.metrics ?? []);
  return [...new Map([...ofGroups, ...metrics].map((metric) => [metric.name, metric])).values()];
}

/** What an agent polls by; `revision` is a digest of it, so that equal plans are equal over restarts. */
export function agentPlans(plans: readonly PollPlan[], agent: string, defaultAgent: string): PollPlans {
  const own = plans
    .filter((plan) => plan.enabled && (plan.agent ?? defaultAgent) === agent)
    .map(
      (plan): AgentPollPlan => ({
        id: plan.id,
        version: plan.version,
        intervalMs: plan.intervalS * 1000,
        jitterMs: plan.jitterS * 1000,
        devices: plan.devices,
        metrics: metricsOf(plan),
      }),
    );
  const revision = createHash("sha256").update(JSON.stringify(own)).digest("hex").slice(0, 16);
  return { revision, plans: own };
}
