import type { TransitionTable } from "@pnmlab/kit";
import type { AgentState } from "@pnmlab/protocol";

export type AgentEvent =
  | "connect"
  | "lose"
  | "refuse"
  /** No attempt was refused for a while, and the agent has been connected since this backend started. */
  | "refusalsEndAfterLoss"
  /** The same for an agent that has not been connected since then. */
  | "refusalsEndBeforeConnection"
  | "revoke"
  /** Enrolled again after it was revoked. */
  | "enrol";

/** The states of an agent. Refusals beside a live connection are recorded but do not change its state. */
export const agentTransitions: TransitionTable<AgentState, AgentEvent> = {
  waiting: { connect: "connected", refuse: "refused", revoke: "revoked" },
  connected: { lose: "lost", revoke: "revoked" },
  refused: {
    connect: "connected",
    refuse: "refused",
    refusalsEndAfterLoss: "lost",
    refusalsEndBeforeConnection: "waiting",
    revoke: "revoked",
  },
  lost: { connect: "connected", refuse: "refused", revoke: "revoked" },
  revoked: { enrol: "waiting" },
};
