import type { CmtsTarget, Logger } from "@pnmlab/config";
import { isPnmLabError, messageOf, PnmLabError } from "@pnmlab/kit";
import type {
  ErrorBody,
  SnmpTarget,
  StopUtscOrphan,
  UtscOrphan,
  UtscOrphanList,
  UtscOrphanStopped,
  UtscRunningTests,
} from "@pnmlab/protocol";
import type { MarkOwner, SnmpGateway } from "../contracts.ts";
import { type RunningTest, readRunningTests } from "./running-tests.ts";
import { abortTest, destroyRow, readState } from "./test-control.ts";
import { givenName } from "./vendor-file-name.ts";

const EVERY_MS = 60_000;

export interface OrphanWatchOptions {
  cmts: readonly CmtsTarget[];
  snmp: SnmpGateway;
  sessions: MarkOwner;
  /** Name of an RF port; null where nothing tells. */
  portName(cmts: CmtsTarget, rfPortIfIndex: number): Promise<string | null>;
  log: Logger;
  now: () => number;
  everyMs?: number;
}

/**
 * Finds tests that run on a CMTS and that no session owns: every minute and when somebody asks. Never stops
 * one by itself, because it may be another user's; an operator may, row by row.
 */
export class OrphanWatch implements AsyncDisposable {
  readonly #options: OrphanWatchOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = new AbortController();
  /** When each was first seen, by row and file name. */
  #seenSince: ReadonlyMap<string, string> = new Map();
  #reading: Promise<UtscOrphanList> | undefined;

  constructor(options: OrphanWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      if (options.snmp.available) void this.read();
    }, options.everyMs ?? EVERY_MS);
  }

  /** What runs now; callers at one time share one look. A CMTS that cannot be asked is listed with its error. */
  read(): Promise<UtscOrphanList> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /**
   * Stops one orphan, if its row still reads exactly as it was listed; removes the row where a session of this
   * backend had made it.
   *
   * @throws PnmLabError `UTSC_CMTS_UNKNOWN`; `UTSC_ORPHAN_CONFLICT` where the row has gone, is idle, has
   *   another name or is a session's; those of `abortTest` and `destroyRow`; transport errors
   */
  async stop({ cmtsId, rfPortIfIndex, cfgIndex, fileName }: StopUtscOrphan): Promise<UtscOrphanStopped> {
    const { cmts, snmp, sessions, log } = this.#options;
    const configured = cmts.find(({ id }) => id === cmtsId);
    if (configured === undefined) throw new PnmLabError("UTSC_CMTS_UNKNOWN", `there is no CMTS ${cmtsId}`);
    const device = { snmp, target: targetOf(configured), signal: this.#abort.signal };
    const row = { rfPortIfIndex, cfgIndex };
    const conflict = (what: string) =>
      new PnmLabError(
        "UTSC_ORPHAN_CONFLICT",
        `row ${rfPortIfIndex}.${cfgIndex} of CMTS ${cmtsId} ${what}; nothing was stopped`,
      );
    const state = await readState(device, row).catch((error: unknown) => {
      throw isPnmLabError(error, "UTSC_ROW_GONE") ? conflict("is no longer there") : error;
    });
    if (state.measStatus !== "busy") throw conflict(`runs no test: it reads ${state.measStatus}`);
    if (sessions.isOwn(state.mark)) throw conflict("belongs to a session, which can be stopped on its page");
    if (givenName(state.fileName) !== givenName(fileName)) {
      throw conflict(`now names its files "${state.fileName ?? ""}", not "${fileName ?? ""}"`);
    }
    await abortTest(device, row, state);
    const rowRemoved = state.mark?.rowCreated === true && sessions.wasOwn(state.mark);
    if (rowRemoved) await destroyRow(device, row);
    log.info({ cmtsId, ...row, fileName, rowRemoved }, "stopped a test that no session owned");
    return { stopped: { cmtsId, ...row, fileName }, rowRemoved };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort(new PnmLabError("CLOSED", "the backend is closing"));
    await this.#reading;
  }

  async #read(): Promise<UtscOrphanList> {
    const readAt = new Date(this.#options.now()).toISOString();
    const looks = await Promise.all(this.#options.cmts.map((cmts) => this.#look(cmts, readAt)));
    const orphans = looks.flatMap((look) => look.orphans);
    this.#remember(
      looks.map(({ cmts }) => cmts),
      orphans,
    );
    return { orphans, cmts: looks.map(({ cmts }) => cmts), readAt };
  }

  async #look(cmts: CmtsTarget, readAt: string): Promise<{ cmts: UtscRunningTests; orphans: UtscOrphan[] }> {
    const { snmp, sessions } = this.#options;
    const cmtsId = cmts.id;
    try {
      const tests = await readRunningTests(snmp, targetOf(cmts), "batch");
      const orphans = tests.filter(({ mark }) => !sessions.isOwn(mark));
      return {
        cmts: { cmtsId, running: tests.length, error: null },
        orphans: await Promise.all(orphans.map((test) => this.#describe(cmts, test, readAt))),
      };
    } catch (error) {
      return { cmts: { cmtsId, running: null, error: errorBodyOf(error) }, orphans: [] };
    }
  }

  async #describe(cmts: CmtsTarget, test: RunningTest, readAt: string): Promise<UtscOrphan> {
    const { rfPortIfIndex, cfgIndex, fileName } = test;
    const row = { cmtsId: cmts.id, rfPortIfIndex, cfgIndex, fileName };
    const rfPortName = await this.#options.portName(cmts, rfPortIfIndex).catch(() => null);
    const origin = this.#originOf(test);
    const seenSince = this.#seenSince.get(keyOf(row)) ?? readAt;
    return { ...row, rfPortName, origin, sentence: sentenceOf(origin, fileName), seenSince };
  }

  #originOf({ fileName, mark }: RunningTest): UtscOrphan["origin"] {
    if (mark !== undefined) return this.#options.sessions.wasOwn(mark) ? "ours" : "otherInstallation";
    return givenName(fileName) === "" ? "unknown" : "otherManager";
  }

  /** What a CMTS that could not be asked ran before stays known. */
  #remember(cmts: readonly UtscRunningTests[], orphans: readonly UtscOrphan[]): void {
    const silent = cmts.filter(({ running }) => running === null).map(({ cmtsId }) => `${cmtsId}/`);
    const kept = [...this.#seenSince].filter(([key]) => silent.some((prefix) => key.startsWith(prefix)));
    for (const orphan of orphans) {
      if (this.#seenSince.has(keyOf(orphan))) continue;
      const { cmtsId, rfPortIfIndex, cfgIndex, sentence } = orphan;
      this.#options.log.info({ cmtsId, rfPortIfIndex, cfgIndex }, `a test without a session: ${sentence}`);
    }
    this.#seenSince = new Map([
      ...kept,
      ...orphans.map((orphan) => [keyOf(orphan), orphan.seenSince] as const),
    ]);
  }
}

function targetOf({ host, port, profile }: CmtsTarget): SnmpTarget {
  return { host, port, profile };
}

function keyOf({ cmtsId, rfPortIfIndex, cfgIndex, fileName }: StopUtscOrphan): string {
  return `${cmtsId}/${rfPortIfIndex}.${cfgIndex}/${givenName(fileName)}`;
}

function errorBodyOf(error: unknown): ErrorBody {
  return isPnmLabError(error) ? error.toBody() : { code: "INTERNAL", message: messageOf(error) };
}

function sentenceOf(origin: UtscOrphan["origin"], fileName: string | null): string {
  switch (origin) {
    case "ours":
      return "A session of this backend has left it running.";
    case "otherInstallation":
      return "A session of another PNM Lab has started it.";
    case "otherManager":
      return `Another manager has started it; its files are named "${fileName}".`;
    case "unknown":
      return "Nothing on the row tells who has started it.";
  }
}
