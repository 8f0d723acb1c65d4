import {
  TFTP_PROBE_RUNGS,
  type TftpProbe,
  type TftpProbeRung,
  type TftpProbeRungName,
} from "@pnmlab/protocol";

/** What a rung is about, to stand before what went wrong there; what is said of `arrived` is whole by itself. */
const SUBJECTS: Record<Exclude<TftpProbeRungName, "arrived">, string> = {
  agent: "no agent is connected",
  snmp: "the CMTS could not be read over SNMP",
  port: "the port is not free",
  destination: "the destination row was not taken",
  row: "the capture row was not taken",
  start: "the capture was not started",
  measured: "the CMTS did not measure",
  upload: "the CMTS could not send the file",
  decoded: "the file that arrived could not be read",
  cleaned: "the file arrived, but the port could not be cleared",
};

/** The rungs of one probe, filled in from the first to the last. */
export class TftpLadder {
  readonly #rungs = new Map<TftpProbeRungName, TftpProbeRung>();

  /** The first rung that nothing is known of; undefined at the top. */
  get next(): TftpProbeRungName | undefined {
    return TFTP_PROBE_RUNGS.find((rung) => !this.#rungs.has(rung));
  }

  get failed(): TftpProbeRung | undefined {
    return this.rungs.find(({ outcome }) => outcome === "failed");
  }

  /** Every rung; those that nothing is known of were not reached. */
  get rungs(): TftpProbeRung[] {
    return TFTP_PROBE_RUNGS.map(
      (rung) => this.#rungs.get(rung) ?? { rung, outcome: "notReached", message: "", fix: null },
    );
  }

  has(rung: TftpProbeRungName): boolean {
    return this.#rungs.has(rung);
  }

  ok(rung: TftpProbeRungName, message: string): void {
    this.#note({ rung, outcome: "ok", message, fix: null });
  }

  notTold(rung: TftpProbeRungName, message: string): void {
    this.#note({ rung, outcome: "notTold", message, fix: null });
  }

  fail(rung: TftpProbeRungName, message: string, fix: string | undefined): void {
    this.#note({ rung, outcome: "failed", message, fix: fix ?? null });
  }

  /** The outcome in one sentence. */
  sentence(way: string): string {
    const { failed } = this;
    if (failed === undefined) return `A capture was made and its file arrived over ${way}.`;
    const subject = failed.rung === "arrived" ? "" : `${SUBJECTS[failed.rung]}: `;
    const fix = failed.fix === null ? "" : ` ${failed.fix}`;
    return `${capitalised(subject + failed.message.replace(/[.]$/, ""))}.${fix}`;
  }

  answer(way: string): Pick<TftpProbe, "ok" | "sentence" | "failedRung" | "rungs"> {
    const { failed, rungs } = this;
    return {
      ok: failed === undefined,
      sentence: this.sentence(way),
      failedRung: failed?.rung ?? null,
      rungs,
    };
  }

  /** The first word on a rung stands. */
  #note(rung: TftpProbeRung): void {
    if (!this.#rungs.has(rung.rung)) this.#rungs.set(rung.rung, rung);
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
