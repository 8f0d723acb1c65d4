import type { CmtsTarget, Logger } from "@pnmlab/config";
import { instanceOid, system } from "@pnmlab/docsis-mib";
import { messageOf } from "@pnmlab/kit";
import type { Cmts } from "@pnmlab/protocol";
import { clockText } from "../clock-text.ts";
import type { SnmpGateway } from "../contracts.ts";
import { textOf } from "../snmp/values.ts";

const CHECK_EVERY_MS = 10_000;
const CHECK_DEADLINE_MS = 4000;

interface Entry {
  target: CmtsTarget;
  state: Cmts["state"];
  sinceMs: number;
  error: string;
  sysDescr: string | null;
  sysName: string | null;
  roundTripMs: number | null;
  checkedAtMs: number | null;
  answeredAtMs: number | null;
  isChecking: boolean;
}

export interface CmtsMonitorOptions {
  targets: readonly CmtsTarget[];
  snmp: SnmpGateway;
  log: Logger;
  now: () => number;
}

/** Asks every CMTS for its name now and then, through the agent, and knows who answers. */
export class CmtsMonitor implements Disposable {
  readonly #options: CmtsMonitorOptions;
  readonly #entries: Map<string, Entry>;
  readonly #timer: NodeJS.Timeout;
  readonly #stop: () => void;

  constructor(options: CmtsMonitorOptions) {
    this.#options = options;
    this.#entries = new Map(
      options.targets.map((target) => [
        target.id,
        {
          target,
          state: "unknown",
          sinceMs: options.now(),
          error: "",
          sysDescr: null,
          sysName: null,
          roundTripMs: null,
          checkedAtMs: null,
          answeredAtMs: null,
          isChecking: false,
        },
      ]),
    );
    this.#timer = setInterval(() => this.#checkAll(), CHECK_EVERY_MS);
    this.#stop = options.snmp.onAvailabilityChange(() => this.#checkAll());
    this.#checkAll();
  }

  list(): Cmts[] {
    return [...this.#entries.values()].map((entry) => this.#view(entry));
  }

  /** The configured target of a CMTS. */
  target(id: string): CmtsTarget | undefined {
    return this.#entries.get(id)?.target;
  }

  /** When a CMTS answered last, in words; undefined where it has not since this backend started. */
  lastHeard(id: string): string | undefined {
    const atMs = this.#entries.get(id)?.answeredAtMs ?? null;
    return atMs === null ? undefined : clockText(atMs, this.#options.now());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  #checkAll(): void {
    for (const entry of this.#entries.values()) {
      if (!this.#options.snmp.reach(entry.target).available) this.#enter(entry, "unknown", "");
      else if (!entry.isChecking) void this.#check(entry);
    }
  }

  async #check(entry: Entry): Promise<void> {
    const { snmp, now } = this.#options;
    const { host, port, profile } = entry.target;
    const startedAtMs = now();
    entry.isChecking = true;
    try {
      const varbinds = await snmp.get(
        { host, port, profile },
        [instanceOid(system.sysDescr), instanceOid(system.sysName)],
        { deadlineMs: CHECK_DEADLINE_MS },
      );
      entry.answeredAtMs = now();
      entry.roundTripMs = entry.answeredAtMs - startedAtMs;
      entry.sysDescr = textOf(varbinds[0]?.value) ?? null;
      entry.sysName = textOf(varbinds[1]?.value) ?? null;
      this.#enter(entry, "answering", "");
    } catch (error) {
      entry.roundTripMs = null;
      // Where the agent went meanwhile, nothing was learnt about the CMTS.
      if (snmp.reach(entry.target).available) this.#enter(entry, "silent", messageOf(error));
      else this.#enter(entry, "unknown", "");
    } finally {
      entry.isChecking = false;
      entry.checkedAtMs = now();
    }
  }

  #enter(entry: Entry, state: Cmts["state"], error: string): void {
    entry.error = error;
    if (entry.state === state) return;
    entry.state = state;
    entry.sinceMs = this.#options.now();
    this.#options.log[state === "answering" ? "info" : "warn"](this.#sentence(entry));
  }

  #sentence(entry: Entry): string {
    const { id, host, port } = entry.target;
    const name = `CMTS ${id} (${host}:${port})`;
    const since = clockText(entry.sinceMs, this.#options.now());
    switch (entry.state) {
      case "answering":
        return `${name} answers SNMP since ${since}`;
      case "silent":
        return `${name} gives no answer to SNMP since ${since}: ${entry.error}`;
      case "unknown": {
        const { available, sentence } = this.#options.snmp.reach(entry.target);
        return available ? `${name} has not been asked yet` : `${name} cannot be asked: ${sentence}`;
      }
    }
  }

  #view(entry: Entry): Cmts {
    const { target, state, sysName, sysDescr, roundTripMs, checkedAtMs } = entry;
    return {
      ...target,
      simulated: /simulator/i.test(sysDescr ?? ""),
      sysName,
      sysDescr,
      state,
      sentence: this.#sentence(entry),
      roundTripMs,
      checkedAt: checkedAtMs === null ? null : new Date(checkedAtMs).toISOString(),
    };
  }
}
