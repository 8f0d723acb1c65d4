import type { Agent, BuildInfo } from "@pnmlab/protocol";
import type { Enrolment } from "./enrolments.ts";
import type { Refusal } from "./refusals.ts";
import type { AgentSeat } from "./seat.ts";
import { refusalSentence } from "./sentence.ts";

export interface AgentViewFacts {
  enrolment: Enrolment;
  seat: AgentSeat;
  sentence: string;
  refusal: Refusal | undefined;
  token: Agent["token"];
  backend: BuildInfo;
  backendStartedAtMs: number;
}

/** An expected agent as the page shows it. */
export function agentView(facts: AgentViewFacts): Agent {
  const { enrolment, seat, sentence, refusal, token, backend, backendStartedAtMs } = facts;
  const { state, known, lost } = seat;
  const connectedAt = known?.lastConnectedAt ?? null;
  const startedAt = isoText(backendStartedAtMs);
  const since = {
    waiting: enrolment.enrolledAt ?? startedAt,
    connected: connectedAt ?? startedAt,
    refused: isoText(refusal?.firstAtMs ?? backendStartedAtMs),
    lost: isoText(lost?.atMs ?? backendStartedAtMs),
    revoked: enrolment.revokedAt ?? startedAt,
  }[state];
  return {
    name: enrolment.name,
    origin: enrolment.origin,
    site: enrolment.site,
    targets: [...enrolment.targets],
    token,
    state,
    sentence,
    since,
    address: (state === "refused" ? refusal?.address : known?.address) ?? null,
    lastConnectedAt: connectedAt,
    refusal: refusal ? refusalView(refusal) : null,
    hostName: known?.hostName ?? null,
    build: known?.build ?? null,
    clockSkewMs: seat.clockSkewMs,
    roundTripMs: seat.roundTripMs,
    profiles: known?.profiles ?? [],
    capabilities: seat.current?.hello?.methods ?? [],
    buildNote: known ? buildNote(backend, known.build) : null,
  };
}

/** A caller whose name nobody expects. */
export function strangerView(refusal: Refusal, nowMs: number): Agent {
  return {
    name: refusal.name,
    origin: null,
    site: "",
    targets: [],
    token: null,
    state: "refused",
    sentence: refusalSentence(refusal, nowMs),
    since: isoText(refusal.firstAtMs),
    address: refusal.address,
    lastConnectedAt: null,
    refusal: refusalView(refusal),
    hostName: null,
    build: null,
    clockSkewMs: null,
    roundTripMs: null,
    profiles: [],
    capabilities: [],
    buildNote: null,
  };
}

/** How an agent's build differs from the backend's; it is said, and never keeps the agent out. */
function buildNote(backend: BuildInfo, agent: BuildInfo): string | null {
  if (agent.version !== backend.version) {
    return `version ${agent.version}, the backend has ${backend.version}: update the older one`;
  }
  if (agent.commit !== backend.commit) {
    return `commit ${agent.commit}, the backend has ${backend.commit}: update the older one`;
  }
  return agent.dirty === backend.dirty
    ? null
    : `the ${agent.dirty ? "agent" : "backend"} was built from changed sources, the other was not`;
}

function refusalView(refusal: Refusal): NonNullable<Agent["refusal"]> {
  return {
    code: refusal.code,
    reason: refusal.reason,
    address: refusal.address,
    count: refusal.count,
    firstAt: isoText(refusal.firstAtMs),
    lastAt: isoText(refusal.lastAtMs),
  };
}

function isoText(atMs: number): string {
  return new Date(atMs).toISOString();
}
