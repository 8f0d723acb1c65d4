import type { PollMetric } from "@pnmlab/protocol";

/** One instance of a metric that a device has. */
export interface Instance {
  metric: PollMetric;
  /** Index of the row; empty for a scalar. */
  instance: string;
  oid: string;
  divisor: number;
}

interface CounterValue {
  raw: bigint;
  atMs: number;
}

/** Bits of a counter by its SNMP type. */
export type CounterBits = 32 | 64;

/** What has to be known of a device from one reading to the next. */
export class DeviceMemory {
  /** What there is to read, and when that was found out (monotonic); undefined until then. */
  instances: { list: readonly Instance[]; atMs: number } | undefined;
  #counters = new Map<string, CounterValue>();
  #upTimeTicks: number | undefined;

  /** Notes the device's uptime; counters begin anew where it has restarted. */
  sawUpTime(ticks: number): void {
    // The ticks themselves go round after 497 days: also then one increase is left out.
    if (this.#upTimeTicks !== undefined && ticks < this.#upTimeTicks) this.#counters.clear();
    this.#upTimeTicks = ticks;
  }

  /**
   * Increase per second since the value before; undefined where there is none, or where the counter has
   * been set back. One that has gone round is carried on.
   */
  rateOf(oid: string, raw: bigint, bits: CounterBits, atMs: number): number | undefined {
    const before = this.#counters.get(oid);
    this.#counters.set(oid, { raw, atMs });
    if (!before || atMs <= before.atMs) return undefined;
    let increase = raw - before.raw;
    if (increase < 0n) {
      // A 64-bit counter does not go round in the life of a device.
      if (bits === 64) return undefined;
      increase += 1n << 32n;
      // More than half of the range in one interval is a reset, not a round.
      if (increase > 1n << 31n) return undefined;
    }
    return Number(increase) / ((atMs - before.atMs) / 1000);
  }

  /** Drops what is remembered of instances that are not there any more. */
  keepOnly(oids: ReadonlySet<string>): void {
    for (const oid of this.#counters.keys()) if (!oids.has(oid)) this.#counters.delete(oid);
  }
}
