import snmp from "net-snmp";

// net-snmp alone, as the anchor that the agent's chain is measured against: no policy, no turns, no checks.

/** One session of the library to one device. */
export class BareSession implements Disposable {
  readonly #session: ReturnType<typeof snmp.createSession>;

  constructor(address: string, port: number, timeoutMs = 1_000) {
    this.#session = snmp.createSession(address, "public", {
      port,
      version: snmp.Version2c,
      timeout: timeoutMs,
      retries: 0,
    });
    this.#session.on("error", () => {});
  }

  /** Asks once more where no answer comes: the library draws ids at random, and loses one that it draws twice. */
  get(oids: readonly string[], isSecond = false): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#session.get([...oids], (error: Error | null) => {
        if (!error) resolve();
        else if (isSecond) reject(error);
        else this.get(oids, true).then(resolve, reject);
      });
    });
  }

  /** Rows below `oid`, by the library's own walk. */
  subtree(oid: string, maxRepetitions: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let rows = 0;
      this.#session.subtree(
        oid,
        maxRepetitions,
        (varbinds) => {
          rows += varbinds.length;
        },
        (error) => (error ? reject(error) : resolve(rows)),
      );
    });
  }

  [Symbol.dispose](): void {
    this.#session.close();
  }
}
