import type { Agent } from "@pnmlab/protocol";
import { degraded, ok, type Probe } from "./check.ts";

/**
 * The sentence of the agent that is worst off, those that were revoked and an agent of the settings that
 * has never come left aside where there are others; it is told anew at every change and, for midnight, now and then.
 */
export function agentProbe(agents: () => Agent[]): Probe {
  return {
    name: "agent",
    everyMs: 10_000,
    run: () => {
      const expected = agents().filter(({ state }) => state !== "revoked");
      const used = expected.filter(({ origin, lastConnectedAt, state }) => {
        return origin !== "settings" || lastConnectedAt !== null || state !== "waiting";
      });
      const list = used.some(({ origin }) => origin !== null) ? used : expected;
      const worst = list.find((agent) => agent.state !== "connected");
      return worst ? degraded(worst.sentence) : ok(list.map((agent) => agent.sentence).join("; "));
    },
  };
}
