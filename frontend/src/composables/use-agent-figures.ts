import { messageOf } from "@pnmlab/kit";
import { AGENT_FIGURES_PERIOD_MS, type AgentPolicy, type AgentSample } from "@pnmlab/protocol";
import { onScopeDispose, shallowRef } from "vue";
import { useLab } from "./use-lab.ts";

const SHOWN_MS = 3_600_000;

/** The last hour of an agent's figures, kept up every 5 s; only what is new is asked for. */
export function useAgentFigures(name: () => string) {
  const { sync } = useLab();
  const samples = shallowRef<readonly AgentSample[]>([]);
  const policy = shallowRef<AgentPolicy | null>(null);
  const failure = shallowRef<string>();
  let isAsking = false;

  async function read() {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await sync.client.agentFigures(name(), samples.value.at(-1)?.atMs ?? 0);
      const newestMs = answer.samples.at(-1)?.atMs;
      if (newestMs !== undefined) {
        const kept = samples.value.filter(({ atMs }) => atMs > newestMs - SHOWN_MS);
        samples.value = [...kept, ...answer.samples];
      }
      policy.value = answer.policy;
      failure.value = undefined;
    } catch (cause) {
      failure.value = messageOf(cause);
    } finally {
      isAsking = false;
    }
  }

  void read();
  const timer = setInterval(() => void read(), AGENT_FIGURES_PERIOD_MS);
  onScopeDispose(() => clearInterval(timer));
  return { samples, policy, failure };
}
