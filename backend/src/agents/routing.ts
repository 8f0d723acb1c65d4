import type { CmtsTarget } from "@pnmlab/config";
import type { SnmpTarget } from "@pnmlab/protocol";

/** An agent as far as the choice between agents looks. */
export interface Candidate {
  /** What it can reach: names of CMTSs, IPv4 addresses and networks, `*`. */
  targets: readonly string[];
  isConnected: boolean;
  /** Names of the credential profiles that it holds. */
  profiles: readonly string[];
}

/** An agent that says `*` serves what no other one names. */
const ANYTHING = "*";

/**
 * The agents for a target, best first. Those that name it: the more precisely, the better, connected ones
 * before others, those with the target's credentials before those without. Where none names it, those that
 * serve anything.
 */
export function agentsFor<T extends Candidate>(
  target: SnmpTarget,
  candidates: readonly T[],
  cmts: readonly CmtsTarget[],
): T[] {
  const ranked = candidates
    .map((candidate) => ({ candidate, rank: rankOf(candidate.targets, target, cmts) }))
    .filter(({ rank }) => rank >= 0);
  const named = ranked.filter(({ rank }) => rank > 0);
  return (named.length > 0 ? named : ranked)
    .sort(
      (a, b) =>
        Number(b.candidate.isConnected) - Number(a.candidate.isConnected) ||
        b.rank - a.rank ||
        holds(b.candidate, target) - holds(a.candidate, target),
    )
    .map(({ candidate }) => candidate);
}

function holds({ profiles }: Candidate, { profile }: SnmpTarget): number {
  return Number(profiles.includes(profile));
}

/** -1 where it is not named, 0 by `*`, above that the more the more precisely. */
function rankOf(entries: readonly string[], target: SnmpTarget, cmts: readonly CmtsTarget[]): number {
  return Math.max(-1, ...entries.map((entry) => rankOfEntry(entry, target, cmts)));
}

function rankOfEntry(entry: string, { host, port }: SnmpTarget, cmts: readonly CmtsTarget[]): number {
  if (entry === ANYTHING) return 0;
  const named = cmts.find(({ id }) => id === entry);
  if (named) return named.host === host && named.port === port ? 100 : -1;
  if (entry === host) return 99;
  const [network = "", bits = "32"] = entry.split("/");
  const base = addressNumber(network);
  const address = addressNumber(host);
  if (base === undefined || address === undefined) return -1;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(base / size) === Math.floor(address / size) ? 1 + Number(bits) : -1;
}

function addressNumber(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
