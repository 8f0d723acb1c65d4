import type { AgentState } from "@pnmlab/protocol";
import { clockText } from "../clock-text.ts";
import type { Refusal } from "./refusals.ts";

/** What the sentence about an agent is made of; times are Unix milliseconds. */
export interface AgentFacts {
  name: string;
  state: AgentState;
  backendStartedAtMs: number;
  /** The newest connection, this one or one before this backend started. */
  known: { atMs: number; address: string } | undefined;
  lost: { atMs: number; address: string; reason: string } | undefined;
  /** When its token was taken back. */
  revokedAtMs?: number | undefined;
  refusal: Refusal | undefined;
}

/** The state of an agent in words, the same in page, REST, health, log and scripts. */
export function agentSentence(facts: AgentFacts, nowMs: number): string {
  const at = (ms: number) => clockText(ms, nowMs);
  const { name, state, known, lost, refusal } = facts;
  if (state === "connected" && known) {
    return `agent ${name} connected since ${at(known.atMs)} from ${known.address}`;
  }
  if (state === "revoked" && facts.revokedAtMs !== undefined) {
    const tries = refusal ? `; it still tries, ${refusal.count} times since ${at(refusal.firstAtMs)}` : "";
    return `agent ${name} was revoked at ${at(facts.revokedAtMs)}${tries}`;
  }
  if (state === "refused" && refusal) return refusalSentence(refusal, nowMs);
  if (state === "lost" && lost) {
    return `agent ${name} lost since ${at(lost.atMs)} (from ${lost.address}): ${lost.reason}; it reconnects by itself once it can reach this backend`;
  }
  const before = known ? ` (last connected ${at(known.atMs)} from ${known.address})` : "";
  return `agent ${name} has not connected since this backend started at ${at(facts.backendStartedAtMs)}${before}; start the agent, or check PNMLAB_BACKEND_URL on its machine`;
}

/** `agent lab-1 from 10.1.2.3 refused 14 times since 09:12:03: token mismatch`. */
export function refusalSentence(refusal: Refusal, nowMs: number): string {
  const { name, address, count, firstAtMs, reason } = refusal;
  const times = count === 1 ? "once" : `${count} times`;
  return `agent ${name} from ${address} refused ${times} since ${clockText(firstAtMs, nowMs)}: ${reason}`;
}
