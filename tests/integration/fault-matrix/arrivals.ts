import type { TestLab } from "@pnmlab/testkit";

/** What has arrived in the TFTP directory, by session: the names that the server has put in place, and when. */
export class Arrivals {
  readonly #files = new Map<string, Map<string, number>>();

  /** Watches the lab's TFTP server that runs now. */
  watch({ tftp }: TestLab): void {
    tftp.on("received", ({ name, bytes }) => {
      const sessionId = /pnmlab_([^_]+)_/.exec(name)?.[1];
      if (sessionId === undefined || bytes === 0) return;
      const files = this.#files.get(sessionId) ?? new Map<string, number>();
      files.set(name, Date.now());
      this.#files.set(sessionId, files);
    });
  }

  /** Files of a session that were in place at that time. */
  count(sessionId: string, beforeMs = Number.POSITIVE_INFINITY): number {
    const times = [...(this.#files.get(sessionId)?.values() ?? [])];
    return times.filter((atMs) => atMs <= beforeMs).length;
  }
}
