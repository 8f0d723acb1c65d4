import type { Logger } from "@pnmlab/config";
import { Emitter, messageOf } from "@pnmlab/kit";
import type { BuildInfo, Health, HealthCheck, HealthStatus } from "@pnmlab/protocol";
import { type CheckName, type CheckResult, degraded, failed, type Probe } from "./check.ts";

/** Without these two nothing that arrives is kept; everything else leaves the backend of use. */
const VITAL: readonly CheckName[] = ["storage", "tftpDirectory"];

export interface HealthMonitorOptions {
  probes: readonly Probe[];
  build: BuildInfo;
  log: Logger;
  now: () => number;
}

interface Entry {
  probe: Probe;
  check: HealthCheck;
  timer: NodeJS.Timeout | undefined;
  /** A run is under way; a wish for another is kept until it ends. */
  isRunning: boolean;
  runAgain: boolean;
}

/** Runs the checks in the background and knows their last results. */
export class HealthMonitor extends Emitter<{ change: Health }> implements Disposable {
  readonly #options: HealthMonitorOptions;
  readonly #entries: Map<CheckName, Entry>;
  #isClosed = false;

  constructor(options: HealthMonitorOptions) {
    super();
    this.#options = options;
    const since = new Date(options.now()).toISOString();
    this.#entries = new Map(
      options.probes.map((probe) => [
        probe.name,
        {
          probe,
          check: { name: probe.name, ...degraded("not checked yet"), since },
          timer: undefined,
          isRunning: false,
          runAgain: false,
        },
      ]),
    );
  }

  start(): void {
    for (const { probe } of this.#entries.values()) this.checkNow(probe.name);
  }

  /** Runs a check at once, for what announces its own changes. */
  checkNow(name: CheckName): void {
    const entry = this.#entries.get(name);
    if (!entry || this.#isClosed) return;
    if (entry.isRunning) entry.runAgain = true;
    else void this.#run(entry);
  }

  health(): Health {
    const checks = [...this.#entries.values()].map((entry) => entry.check);
    return { status: overallStatus(checks), checks, build: this.#options.build };
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const entry of this.#entries.values()) clearTimeout(entry.timer);
  }

  async #run(entry: Entry): Promise<void> {
    clearTimeout(entry.timer);
    entry.isRunning = true;
    let result: CheckResult;
    try {
      result = await entry.probe.run();
    } catch (error) {
      result = failed(`the check itself failed: ${messageOf(error)}`);
    }
    entry.isRunning = false;
    if (this.#isClosed) return;
    this.#store(entry, result);
    const { everyMs, everyMsUnlessOk = everyMs } = entry.probe;
    const pauseMs = result.status === "ok" ? everyMs : everyMsUnlessOk;
    entry.timer = setTimeout(() => void this.#run(entry), entry.runAgain ? 0 : pauseMs);
    entry.runAgain = false;
  }

  #store(entry: Entry, { status, detail }: CheckResult): void {
    const { name, status: previous, detail: previousDetail, since } = entry.check;
    if (status === previous && detail === previousDetail) return;
    const isNew = status !== previous;
    entry.check = {
      name,
      status,
      detail,
      since: isNew ? new Date(this.#options.now()).toISOString() : since,
    };
    if (isNew) {
      this.#options.log[status === "ok" ? "info" : "warn"](
        { check: name, status, previous },
        `health of ${name} is ${status}: ${detail}`,
      );
    }
    this.emit("change", this.health());
  }
}

/** Failed where something vital has failed, degraded where anything is not ok. */
export function overallStatus(checks: readonly Pick<HealthCheck, "name" | "status">[]): HealthStatus {
  if (checks.some(({ name, status }) => status === "failed" && VITAL.includes(name))) return "failed";
  return checks.every(({ status }) => status === "ok") ? "ok" : "degraded";
}
