import type { Agent, AgentHistoryEntry, BuildInfo } from "@pnmlab/protocol";
import { formatSigned } from "./format.ts";
import type { Tone } from "./session-words.ts";

export const AGENT_TONES: Record<Agent["state"], Tone> = {
  connected: "ok",
  waiting: "unknown",
  refused: "fail",
  lost: "warn",
  revoked: "unknown",
};

export const HISTORY_WORDS: Record<AgentHistoryEntry["event"], { word: string; tone: Tone }> = {
  enrolled: { word: "Enrolled", tone: "working" },
  changed: { word: "Changed", tone: "working" },
  rotated: { word: "New token given", tone: "working" },
  "token-used": { word: "New token used", tone: "ok" },
  revoked: { word: "Revoked", tone: "warn" },
  removed: { word: "Removed", tone: "unknown" },
  connected: { word: "Connected", tone: "ok" },
  resumed: { word: "Came back", tone: "ok" },
  lost: { word: "Lost", tone: "warn" },
  refused: { word: "Refused", tone: "fail" },
};

/** Above this, times of agent and backend cannot be laid side by side. */
const LARGE_SKEW_MS = 5_000;

/** The difference of the clocks in words, and whether it matters. */
export function skewOf({ clockSkewMs }: Pick<Agent, "clockSkewMs">): { text: string; isLarge: boolean } {
  if (clockSkewMs === null) return { text: "not known", isLarge: false };
  const isLarge = Math.abs(clockSkewMs) > LARGE_SKEW_MS;
  const text =
    Math.abs(clockSkewMs) < 1000
      ? `${formatSigned(clockSkewMs, 0)} ms`
      : `${formatSigned(clockSkewMs / 1000, 1)} s`;
  return { text, isLarge };
}

/** `0.1.0, commit 0123456789, from changed sources`. */
export function versionText({ version, commit, dirty }: BuildInfo): string {
  return `${version}, commit ${commit}${dirty ? ", from changed sources" : ""}`;
}

/** What an agent reaches, as a list of words. */
export function targetWords(targets: readonly string[]): string[] {
  return targets.map((target) => (target === "*" ? "whatever no other agent names" : target));
}

/** Targets as a user writes them: separated by commas or blanks. */
export function parseTargets(text: string): string[] {
  const targets = text.split(/[\s,]+/).filter(Boolean);
  return targets.length > 0 ? targets : ["*"];
}

/** WebSocket address of the backend as this page reaches it. */
export function backendUrlOf(pageOrigin: string): string {
  return pageOrigin.replace(/^http/, "ws");
}

/** An agent that was let in, and by which address it reaches the backend. */
export interface AgentToStart {
  name: string;
  backendUrl: string;
  /** As it was enrolled: names of CMTSs, addresses, networks, `*`. */
  targets: readonly string[];
}

/**
 * Lines for a shell in PNM Lab's folder on the agent's machine. The token is pasted into `cat`, so that it
 * stands in no history of commands and in no list of processes.
 */
export function startCommand({ name, backendUrl, targets }: AgentToStart): string {
  // What the agent may ask goes by addresses; names of CMTSs are the backend's.
  const networks = targets.filter((target) => /^\d+(\.\d+){3}(\/\d+)?$/.test(target));
  const allowed = networks.length > 0 ? networks.join(",") : "NETWORKS";
  return `(umask 077; cat > ${name}.token)
export PNMLAB_AGENT_NAME=${name} PNMLAB_AGENT_TOKEN_FILE=$PWD/${name}.token
export PNMLAB_BACKEND_URL=${backendUrl}
export PNMLAB_AGENT_TARGETS=${allowed} PNMLAB_SNMP_PROFILES=NAME=v2c:READ:WRITE
npm run -s agent`;
}
