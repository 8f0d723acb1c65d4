import type { HealthCheck } from "@pnmlab/protocol";

export type CheckName = HealthCheck["name"];

/** What one look at something gave: status, and one sentence with what to do where it is not ok. */
export type CheckResult = Pick<HealthCheck, "status" | "detail">;

/** A check that runs in the background; a request for health reads its last result. */
export interface Probe {
  readonly name: CheckName;
  /** Pause between two runs, in milliseconds. */
  readonly everyMs: number;
  /** The same while the status is not ok; `everyMs` where not given. */
  readonly everyMsUnlessOk?: number;
  run(): Promise<CheckResult> | CheckResult;
}

export function ok(detail: string): CheckResult {
  return { status: "ok", detail };
}

export function degraded(detail: string): CheckResult {
  return { status: "degraded", detail };
}

export function failed(detail: string): CheckResult {
  return { status: "failed", detail };
}
