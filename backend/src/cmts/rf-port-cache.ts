import type { CmtsTarget } from "@pnmlab/config";
import type { DownstreamCarrier } from "@pnmlab/pnm-analysis";
import type { RfPort, RfPortList } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { type ReadPorts, readRfPorts } from "./rf-ports.ts";

/** Ports and channels change rarely; a page that is opened again within this time costs the CMTS nothing. */
const MAX_AGE_MS = 30_000;

/** RF ports of each CMTS, read when somebody asks and kept for a while; callers at one time share one read. */
export class RfPortCache implements Disposable {
  readonly #snmp: SnmpGateway;
  readonly #now: () => number;
  readonly #repeatPeriodUs: ((cmts: CmtsTarget) => Promise<number>) | undefined;
  readonly #entries = new Map<
    string,
    { startedAtMs: number; ports: Promise<RfPortList>; downstream: Promise<ReadPorts["downstream"]> }
  >();
  readonly #stop: () => void;

  /** @param repeatPeriodUs what a capture on this CMTS starts with; what it does not tell is left out */
  constructor(snmp: SnmpGateway, now: () => number, repeatPeriodUs?: (cmts: CmtsTarget) => Promise<number>) {
    this.#snmp = snmp;
    this.#now = now;
    this.#repeatPeriodUs = repeatPeriodUs;
    // Another agent, or the same one later, may see another plant.
    this.#stop = snmp.onAvailabilityChange(() => this.#entries.clear());
  }

  /** @throws PnmLabError as `SnmpGateway` does; a failure is not kept. */
  read(cmts: CmtsTarget): Promise<RfPortList> {
    return this.#entry(cmts).ports;
  }

  /**
   * Downstream channels that reach the modems of a port, as far as the CMTS tells them.
   *
   * @throws PnmLabError as `read`
   */
  async downstream(cmts: CmtsTarget, rfPortIfIndex: number): Promise<readonly DownstreamCarrier[]> {
    return (await this.#entry(cmts).downstream).get(rfPortIfIndex) ?? [];
  }

  #entry(cmts: CmtsTarget) {
    const known = this.#entries.get(cmts.id);
    if (known && this.#now() - known.startedAtMs < MAX_AGE_MS) return known;
    const startedAtMs = this.#now();
    const { host, port, profile } = cmts;
    const reading = readRfPorts(this.#snmp, { host, port, profile });
    const readAt = new Date(startedAtMs).toISOString();
    const ports = Promise.all([reading, this.#repeatPeriodUs?.(cmts).catch(() => undefined)]).then(
      ([{ rfPorts }, repeatPeriodUs]) => ({
        rfPorts: repeatPeriodUs === undefined ? rfPorts : rfPorts.map(startingWith(repeatPeriodUs)),
        readAt,
      }),
    );
    const downstream = reading.then((read) => read.downstream);
    // Nobody may ask for it.
    downstream.catch(() => {});
    const entry = { startedAtMs, ports, downstream };
    this.#entries.set(cmts.id, entry);
    ports.catch(() => {
      if (this.#entries.get(cmts.id) === entry) this.#entries.delete(cmts.id);
    });
    return entry;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

function startingWith(repeatPeriodUs: number): (port: RfPort) => RfPort {
  return (port) => ({ ...port, utsc: port.utsc && { ...port.utsc, repeatPeriodUs } });
}
