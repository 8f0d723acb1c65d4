import {
  AGENT_FIGURES_PERIOD_MS,
  type AgentFiguresAnswer,
  type AgentPolicy,
  type AgentSample,
  type AgentToBackend,
} from "@pnmlab/protocol";

export type FiguresMessage = Extract<AgentToBackend, { type: "figures" }>;

const KEPT_MS = 3_600_000;
/** Also where an agent tells more often than it should. */
const MAX_SAMPLES = KEPT_MS / AGENT_FIGURES_PERIOD_MS;

/** How each agent ran within the last hour, in memory. */
export class FiguresBook {
  readonly #now: () => number;
  readonly #agents = new Map<string, { policy: AgentPolicy | null; samples: AgentSample[] }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  note(name: string, { figures, policy }: FiguresMessage): void {
    const kept = this.#agents.get(name) ?? { policy: null, samples: [] };
    this.#agents.set(name, kept);
    if (policy) kept.policy = policy;
    kept.samples.push({ ...figures, atMs: this.#now() });
    if (kept.samples.length > MAX_SAMPLES) kept.samples.shift();
  }

  /** Those that were heard after `afterMs`, oldest first. */
  of(name: string, afterMs: number): AgentFiguresAnswer {
    const { policy, samples } = this.#agents.get(name) ?? { policy: null, samples: [] };
    const sinceMs = Math.max(afterMs, this.#now() - KEPT_MS);
    return { policy, samples: samples.filter(({ atMs }) => atMs > sinceMs) };
  }

  forget(name: string): void {
    this.#agents.delete(name);
  }
}
