import type { Agent } from "@pnmlab/protocol";
import { degraded, ok, type Probe } from "./check.ts";

/** The sentence of the agent that is worst off; it is told anew at every change and, for midnight, now and then. */
export function agentProbe(agents: () => Agent[]): Probe {
  return {
    name: "agent",
    everyMs: 10_000,
    run: () => {
      const list = agents();
      const worst = list.find((agent) => agent.state !== "connected");
      return worst ? degraded(worst.sentence) : ok(list.map((agent) => agent.sentence).join("; "));
    },
  };
}
