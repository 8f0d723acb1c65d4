import type { CmtsTarget } from "@pnmlab/config";
import type { RfPortList } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { readRfPorts } from "./rf-ports.ts";

/** Ports and channels change rarely; a page that is opened again within this time costs the CMTS nothing. */
const MAX_AGE_MS = 30_000;

/** RF ports of each CMTS, read when somebody asks and kept for a while; callers at one time share one read. */
export class RfPortCache implements Disposable {
  readonly #snmp: SnmpGateway;
  readonly #now: () => number;
  readonly #entries = new Map<string, { startedAtMs: number; ports: Promise<RfPortList> }>();
  readonly #stop: () => void;

  constructor(snmp: SnmpGateway, now: () => number) {
    this.#snmp = snmp;
    this.#now = now;
    // Another agent, or the same one later, may see another plant.
    this.#stop = snmp.onAvailabilityChange(() => this.#entries.clear());
  }

  /** @throws PnmLabError as `SnmpGateway` does; a failure is not kept. */
  read(cmts: CmtsTarget): Promise<RfPortList> {
    const known = this.#entries.get(cmts.id);
    if (known && this.#now() - known.startedAtMs < MAX_AGE_MS) return known.ports;
    const startedAtMs = this.#now();
    const { host, port, profile } = cmts;
    const ports = readRfPorts(this.#snmp, { host, port, profile }).then((rfPorts) => ({
      rfPorts,
      readAt: new Date(startedAtMs).toISOString(),
    }));
    const entry = { startedAtMs, ports };
    this.#entries.set(cmts.id, entry);
    ports.catch(() => {
      if (this.#entries.get(cmts.id) === entry) this.#entries.delete(cmts.id);
    });
    return ports;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
