import type { BuildInfo } from "@pnmlab/protocol";
import type { AgentState } from "../agent.ts";
import { versionRemark } from "../version-remark.ts";

/** What `GET /health` of an agent answers, beside its build. */
export interface AgentReport {
  /** `degraded` while the backend does not hear it. */
  status: "ok" | "degraded";
  sentence: string;
  /** When this state of the link began. */
  since: string;
  /** Address of the backend, without user, path and query. */
  backendUrl: string;
  /** How the build of the backend that is connected differs; null where it does not. */
  versionRemark: string | null;
  lastError: { code: string; message: string; count: number; firstAt: string } | null;
}

/** An agent's state in words; none of them is secret. */
export function agentReport(
  { link }: Pick<AgentState, "link">,
  backendUrl: string,
  build: BuildInfo,
): AgentReport {
  const { protocol, host } = new URL(backendUrl);
  const address = `${protocol}//${host}`;
  const { failure } = link;
  const since = isoText(link.sinceMs);
  const isConnected = link.name === "connected";
  return {
    status: isConnected ? "ok" : "degraded",
    sentence: isConnected
      ? `connected to ${address} since ${since}`
      : failure
        ? `not connected since ${since}: ${failure.message}`
        : `not connected to ${address} yet`,
    since,
    backendUrl: address,
    versionRemark: (link.backend && versionRemark(build, link.backend)) ?? null,
    lastError: failure
      ? {
          code: failure.code,
          message: failure.message,
          count: failure.count,
          firstAt: isoText(failure.firstAtMs),
        }
      : null,
  };
}

function isoText(atMs: number): string {
  return new Date(atMs).toISOString();
}
