import type { AgentFigures } from "@pnmlab/protocol";
import type { AgentState } from "../agent.ts";

/** What an agent tells its backend of a state, at `nowMs` by the time of day. */
export function figuresOf(state: AgentState, nowMs: number): AgentFigures {
  const { jobs, leases, snmp, refused, polling, loopDelay, uptimeMs } = state;
  const { running, waiting, requests, errors } = snmp;
  // The time of day may have been set back since.
  const ageMs = (atMs: number | null) => (atMs === null ? null : Math.max(0, nowMs - atMs));
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    uptimeMs: Math.round(uptimeMs),
    jobs,
    leases,
    snmp: { running, waiting, requests: { ...requests }, errors: { ...errors } },
    refused: { ...refused },
    outbox: polling
      ? {
          queued: polling.queued,
          oldestAgeMs: ageMs(polling.oldestAtMs),
          sizeBytes: polling.sizeBytes,
          dropped: polling.dropped,
          trouble: polling.trouble,
          cleanUpAgeMs: ageMs(polling.lastCleanUpAtMs),
        }
      : null,
    loopDelayP99Ms: loopDelay.p99 * 1000,
    loopDelayMaxMs: loopDelay.max * 1000,
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    cpuMs: (user + system) / 1000,
  };
}
