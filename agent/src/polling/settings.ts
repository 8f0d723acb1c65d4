import { join } from "node:path";
import type { Config } from "@pnmlab/config";
import type { OutboxOptions } from "./outbox.ts";
import type { PollTimings } from "./polling.ts";

/** Where and how an agent polls, by its configuration. */
export function pollingOf(config: Config): Omit<OutboxOptions, "log"> & { timings: PollTimings } {
  return {
    path: join(config.agentDataDir, "outbox.db"),
    maxBytes: config.outboxMaxMb * 1_000_000,
    keepMs: config.outboxKeepHours * 3_600_000,
    timings: {
      checkMs: config.pollCheckS * 1000,
      flushMs: config.pollFlushS * 1000,
      planRefreshMs: config.pollPlanRefreshS * 1000,
      heartbeatMs: config.agentHeartbeatS * 1000,
      cleanUpMs: config.outboxCleanUpS * 1000,
    },
  };
}
