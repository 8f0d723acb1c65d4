import type { Agent, Cmts } from "@pnmlab/protocol";
import type { LabSnapshot } from "./lab-state.ts";

/**
 * The agent that serves a CMTS, by what agents say that they reach: the more precisely one names it the better,
 * `*` where none does; a connected one before others. Undefined where no agent reaches it.
 */
export function agentOfCmts({ agents }: Pick<LabSnapshot, "agents">, cmts: Cmts): Agent | undefined {
  const ranked = (agents ?? [])
    .filter(({ state }) => state !== "revoked")
    .map((agent) => ({ agent, rank: Math.max(-1, ...agent.targets.map((target) => rankOf(target, cmts))) }))
    .filter(({ rank }) => rank >= 0);
  const named = ranked.filter(({ rank }) => rank > 0);
  const isConnected = ({ state }: Agent) => Number(state === "connected");
  return (named.length > 0 ? named : ranked).toSorted(
    (a, b) => isConnected(b.agent) - isConnected(a.agent) || b.rank - a.rank,
  )[0]?.agent;
}

/** -1 where a target is not this CMTS, 0 for `*`, above that the more the more precise. */
function rankOf(target: string, { id, host }: Cmts): number {
  if (target === "*") return 0;
  if (target === id) return 100;
  if (target === host) return 99;
  const [network = "", bits = "32"] = target.split("/");
  const [base, address] = [addressNumber(network), addressNumber(host)];
  if (base === undefined || address === undefined) return -1;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(base / size) === Math.floor(address / size) ? 1 + Number(bits) : -1;
}

function addressNumber(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  const isAddress =
    parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
