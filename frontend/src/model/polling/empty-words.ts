import type { PollingState, PollPlan } from "@pnmlab/protocol";

/** Why there is no reading to show, and what to do about it. */
export function nothingReadWords(plans: readonly PollPlan[], state: PollingState | undefined): string {
  if (plans.length === 0) return "Nothing has been read yet: there is no plan.";
  const running = plans.filter(({ enabled }) => enabled);
  if (running.length === 0)
    return "Nothing has been read yet: every plan is paused. Change one to let it poll.";
  const agents = state?.agents ?? [];
  const refused = agents.find(({ error }) => error !== null);
  if (refused)
    return `Nothing has been read yet: agent ${refused.agent} does not take its plans: ${refused.error}`;
  if (!agents.some(({ isCurrent }) => isCurrent)) {
    return "Nothing has been read yet: no agent that is connected has these plans. The page Agents tells who is missing.";
  }
  const failed = state?.devices.find(({ error }) => error !== null);
  if (failed) return `Nothing has been read yet: ${failed.device}: ${failed.error!.message}`;
  const intervalS = Math.min(...running.map((plan) => plan.intervalS));
  return `The agent polls, every ${intervalS} s; rates need two readings. The first values are on their way.`;
}
