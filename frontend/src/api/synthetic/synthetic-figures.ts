import { AGENT_FIGURES_PERIOD_MS, type AgentFiguresAnswer } from "@pnmlab/protocol";

const HOUR_MS = 3_600_000;

/** The last hour of an agent that polls a little: a request a second, an outbox that empties every half minute. */
export function syntheticFigures(afterMs: number, nowMs: number): AgentFiguresAnswer {
  const firstMs = Math.max(afterMs + 1, nowMs - HOUR_MS);
  const first = Math.ceil(firstMs / AGENT_FIGURES_PERIOD_MS);
  const last = Math.floor(nowMs / AGENT_FIGURES_PERIOD_MS);
  const startedMs = Math.floor((nowMs - HOUR_MS) / HOUR_MS) * HOUR_MS;
  const samples = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => {
    const atMs = (first + k) * AGENT_FIGURES_PERIOD_MS;
    const uptimeMs = atMs - startedMs;
    const seconds = Math.max(0, Math.floor(uptimeMs / 1000));
    return {
      atMs,
      uptimeMs: Math.max(0, uptimeMs),
      jobs: 0,
      leases: 0,
      snmp: { running: 0, waiting: 0, requests: { GET: seconds, SET: 14 }, errors: { SNMP_TIMEOUT: 2 } },
      refused: {},
      outbox: {
        queued: (first + k) % 6,
        oldestAgeMs: (first + k) % 6 === 0 ? null : ((first + k) % 6) * AGENT_FIGURES_PERIOD_MS,
        sizeBytes: 40_960,
        dropped: 0,
        trouble: null,
        cleanUpAgeMs: 60_000,
      },
      loopDelayP99Ms: 1.2 + 0.3 * Math.sin(k / 9),
      loopDelayMaxMs: 12,
      rssBytes: 92_000_000 + 1_000_000 * Math.sin(k / 40),
      heapUsedBytes: 31_000_000,
      cpuMs: seconds * 14,
    };
  });
  return {
    policy: {
      permissions: ["read", "capture", "set"],
      networks: ["127.0.0.0/8"],
      setSubtrees: ["1.3.6.1.4.1.4491.2.1.27"],
      maxOutstanding: 64,
      targetLimits: [],
    },
    samples,
  };
}
