/** A device whose clock runs unlike ours must not seem to have restarted. */
const MAX_DRIFT_MS = 60_000;

/** Tells from sysUpTime whether a device has restarted since it was last seen. */
export class UpTime {
  #last: { ticks: number; startedAtMs: number } | undefined;

  /** @param ticks hundredths of a second */
  restarted(ticks: number | undefined, nowMs = Date.now()): boolean {
    if (ticks === undefined || this.#last === undefined) return false;
    return ticks < this.#last.ticks || nowMs - ticks * 10 > this.#last.startedAtMs + MAX_DRIFT_MS;
  }

  see(ticks: number | undefined, nowMs = Date.now()): void {
    if (ticks !== undefined) this.#last = { ticks, startedAtMs: nowMs - ticks * 10 };
  }
}
