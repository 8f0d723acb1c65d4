import { instanceOid, system, utscResult } from "@pnmlab/docsis-mib";
import { isPnmLabError, messageOf, PnmLabError, sleep } from "@pnmlab/kit";
import type { MeasStatus, SnmpTarget, TftpProbe, TftpProbeRungName } from "@pnmlab/protocol";
import type { FileCleaner, SnmpGateway } from "../contracts.ts";
import { readFileStatuses } from "../snmp/file-status.ts";
import { Readings } from "../snmp/values.ts";
import type { TftpDestination } from "./destination.ts";
import { failureOf } from "./failure.ts";
import { filePrefixOf } from "./file-name.ts";
import { TROUBLE } from "./poll-schedule.ts";
import { restoreRow } from "./restore-row.ts";
import { readRows, type UtscRow } from "./row.ts";
import type { LiveSession } from "./session.ts";
import type { SettledRequest } from "./settle.ts";
import { TftpLadder } from "./tftp-ladder.ts";
import { isFileOf } from "./vendor-file-name.ts";

export interface TftpProbeOptions {
  cmtsId: string;
  rfPortIfIndex: number;
  target: SnmpTarget;
  snmp: SnmpGateway;
  cleaner: Pick<FileCleaner, "list">;
  destination: TftpDestination;
  /** Reads port and profile and judges a single capture by them. */
  settle(): Promise<SettledRequest>;
  /** Takes the port for a session that is not shown. @throws PnmLabError where it is not free */
  open(settled: SettledRequest): Promise<LiveSession>;
  /**
   * Ends the session, restores the row where that has worked, as `settled` of the session says, and only then
   * gives the port back.
   */
  release(session: LiveSession, restore: () => Promise<void>): Promise<void>;
  /** Ends the probe with an error where the backend closes. */
  signal: AbortSignal;
  /** How long to wait for a capture, and then for its file, in milliseconds. */
  patienceMs: number;
}

/** Rows, pauses that vendors need and repeats of lost SETs included. */
const CONFIGURE_PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 25;
const ASK_EVERY_MS = 500;
const ASKED_AFTER_ARRIVAL = 3;
const ASK_AFTER_ARRIVAL_MS = 100;
/** A status of trouble counts when it stays so long: it can be that of the start before. */
const TROUBLE_MS = 2000;

/** The rung at which a session's failure happened. */
const RUNG_OF_CODE: Readonly<Record<string, TftpProbeRungName>> = {
  UTSC_BUSY: "port",
  UTSC_TAKEN_OVER: "port",
  UTSC_DESTINATION_UNKNOWN: "destination",
  UTSC_DESTINATION_REFUSED: "destination",
  UTSC_ROW_REFUSED: "row",
  UTSC_ROW_REVERTED: "row",
  UTSC_FILENAME_REFUSED: "row",
  UTSC_START_REFUSED: "start",
  UTSC_FILE_REFUSED: "decoded",
};

/**
 * Makes one capture whose file has to arrive, by the machinery of a live session, and clears up after it. The
 * answer names the rung at which the way of the file is broken.
 *
 * @throws PnmLabError `CLOSED` where the backend ends meanwhile
 */
export async function runTftpProbe(options: TftpProbeOptions): Promise<TftpProbe> {
  return new Probe(options).run();
}

class Probe {
  readonly #options: TftpProbeOptions;
  readonly #ladder = new TftpLadder();
  readonly #startedAtMs = Date.now();
  readonly #way: string;
  #before: readonly UtscRow[] = [];
  #filesBefore: ReadonlySet<string> = new Set();
  #upTimeBefore = 0;
  #settled: SettledRequest | undefined;
  #troubleSinceMs: number | undefined;

  constructor(options: TftpProbeOptions) {
    this.#options = options;
    const { host, port } = options.destination;
    this.#way = `${host.includes(":") ? `[${host}]` : host}:${port}/udp`;
  }

  async run(): Promise<TftpProbe> {
    const { cmtsId, rfPortIfIndex, signal } = this.#options;
    const session = await this.#open();
    if (session !== undefined) {
      await this.#follow(session).catch(async (error: unknown) => {
        if (!signal.aborted) await this.#clean(session);
        throw error;
      });
      signal.throwIfAborted();
      await this.#clean(session);
    }
    return {
      cmtsId,
      rfPortIfIndex,
      rfPortName: this.#settled?.port.name ?? null,
      destination: this.#way,
      ...this.#ladder.answer(this.#way),
      startedAt: new Date(this.#startedAtMs).toISOString(),
      tookMs: Date.now() - this.#startedAtMs,
    };
  }

  /** The rungs before anything is written. */
  async #open(): Promise<LiveSession | undefined> {
    const { snmp, settle, open, target, rfPortIfIndex, signal } = this.#options;
    const ladder = this.#ladder;
    if (!snmp.available) {
      this.#fail("agent", new PnmLabError("AGENT_UNAVAILABLE", snmp.sentence));
      return undefined;
    }
    ladder.ok("agent", snmp.sentence);
    try {
      this.#settled = await settle();
      this.#before = await readRows(snmp, target, rfPortIfIndex, { signal });
      await this.#readBefore();
    } catch (error) {
      signal.throwIfAborted();
      this.#fail("snmp", error);
      return undefined;
    }
    const { port, chosen } = this.#settled;
    ladder.ok("snmp", `${port.name} was read; the CMTS is treated as ${chosen.view.name}`);
    try {
      return await open(this.#settled);
    } catch (error) {
      this.#fail("port", error);
      return undefined;
    }
  }

  async #readBefore(): Promise<void> {
    const { snmp, target, signal } = this.#options;
    const upTime = instanceOid(system.sysUpTime);
    const readings = new Readings(await snmp.get(target, [upTime], { signal }));
    this.#upTimeBefore = readings.integer(system.sysUpTime, [0]) ?? 0;
    const files = await readFileStatuses(snmp, target, { signal }).catch(() => []);
    this.#filesBefore = new Set(files.map(({ name }) => name));
  }

  /** Goes up the ladder as the session does, until the file is decoded or a rung has failed. */
  async #follow(session: LiveSession): Promise<void> {
    const { signal, patienceMs } = this.#options;
    const ladder = this.#ladder;
    let climbedAtMs = Date.now();
    let askedAtMs = 0;
    session.start();
    while (ladder.failed === undefined && !ladder.has("decoded")) {
      const before = ladder.next;
      this.#note(session);
      const isStarted = ladder.has("start");
      if (isStarted && ladder.failed === undefined && !ladder.has("decoded")) {
        if (Date.now() - askedAtMs > ASK_EVERY_MS) {
          askedAtMs = Date.now();
          await this.#ask(session);
        }
      }
      if (ladder.next !== before) climbedAtMs = Date.now();
      const limitMs = isStarted ? patienceMs : CONFIGURE_PATIENCE_MS;
      if (Date.now() - climbedAtMs > limitMs && ladder.failed === undefined && !ladder.has("decoded")) {
        await this.#giveUp(session, limitMs);
      }
      await sleep(LOOK_EVERY_MS, signal).catch(() => {});
      signal.throwIfAborted();
    }
    if (ladder.has("arrived")) await this.#askForArrived(session);
  }

  /** The CMTS may note the end of an upload a little after the file is there. */
  async #askForArrived(session: LiveSession): Promise<void> {
    const { signal } = this.#options;
    for (let asked = 0; asked < ASKED_AFTER_ARRIVAL && !this.#ladder.has("upload"); asked += 1) {
      if (asked > 0) await sleep(ASK_AFTER_ARRIVAL_MS, signal);
      await this.#ask(session);
    }
    this.#ladder.notTold("upload", "the CMTS has no word on its uploads; the file shows it");
  }

  /** What the session shows. */
  #note(session: LiveSession): void {
    const ladder = this.#ladder;
    const { state, step, failure, accepted, measStatus, framesReceived, observed } = session.progress;
    const isWritten = state !== "idle" && state !== "configuring" && accepted !== undefined;
    if (step !== "reading" || isWritten) ladder.ok("port", "nobody else captures there, and there is room");
    if (step === "row" || step === "readBack" || isWritten) {
      ladder.ok("destination", `the CMTS sends files to ${this.#way}, as written and read back`);
    }
    if (accepted !== undefined) ladder.ok("row", "the capture row was written and read back");
    if (isWritten && state !== "failed" && (state !== "stalled" || ladder.has("start"))) {
      ladder.ok("start", "the CMTS took the start");
    }
    if (ladder.has("start") && measStatus === "sampleReady") {
      ladder.ok("measured", "MeasStatus reads sampleReady");
    }
    const isRefusedFile = failure?.code === "UTSC_FILE_REFUSED";
    if (framesReceived > 0 || isRefusedFile) {
      for (const rung of ["start", "measured"] as const) ladder.ok(rung, "as the file shows");
      ladder.ok("arrived", "the file is in the TFTP directory");
    }
    if (framesReceived > 0) {
      ladder.ok("decoded", `${observed?.bins ?? "its"} bins, ${observed?.fileLayout ?? "decoded"}`);
    } else if (failure !== null && (state === "failed" || RUNG_OF_CODE[failure.code] !== undefined)) {
      const rung = RUNG_OF_CODE[failure.code] ?? ladder.next ?? "decoded";
      ladder.fail(rung, failure.message, failure.fix);
    }
    this.#noteTrouble(measStatus);
  }

  #noteTrouble(measStatus: MeasStatus | undefined): void {
    if (this.#ladder.next !== "measured" || measStatus === "busy" || measStatus === "sampleReady") {
      this.#troubleSinceMs = undefined;
      return;
    }
    // While the test is started anew it reads inactive for a moment: that ends no trouble.
    if (!TROUBLE.has(measStatus)) return;
    this.#troubleSinceMs ??= Date.now();
    if (Date.now() - this.#troubleSinceMs < TROUBLE_MS) return;
    const fix =
      measStatus === "resourceUnavailable"
        ? "Another test holds the resources of the card: try again when it has ended."
        : "See the log of the CMTS for the reason.";
    this.#ladder.fail("measured", `MeasStatus reads ${measStatus}`, fix);
  }

  /** What the CMTS tells besides: a result, and what has become of the upload. */
  async #ask(session: LiveSession): Promise<void> {
    const { snmp, target, rfPortIfIndex, signal } = this.#options;
    const { cfgIndex } = session.progress;
    const ladder = this.#ladder;
    try {
      if (cfgIndex !== undefined && !ladder.has("measured")) {
        const index = [rfPortIfIndex, cfgIndex];
        const oid = instanceOid(utscResult.sampleTimestamp, ...index);
        const readings = new Readings(await snmp.get(target, [oid], { signal }));
        const takenAt = readings.integer(utscResult.sampleTimestamp, index) ?? 0;
        // A capture of a run before is older; ticks are hundredths of a second.
        if (takenAt > this.#upTimeBefore) ladder.ok("measured", "its result table has a new capture");
      }
      if (ladder.has("measured")) await this.#askForUpload(session);
    } catch (error) {
      // The session meets the same trouble and says so; the next question may be answered.
      if (!isPnmLabError(error)) throw error;
    }
  }

  async #askForUpload(session: LiveSession): Promise<void> {
    const { snmp, target, signal } = this.#options;
    const files = await readFileStatuses(snmp, target, { signal });
    const ours = files.filter(({ name }) => !this.#filesBefore.has(name) && this.#isOurs(name, session));
    const sent = ours.find(({ status }) => status === "uploadCompleted");
    if (sent !== undefined) {
      this.#ladder.ok("upload", `the CMTS says that it has sent ${sent.name}`);
      return;
    }
    const failed = ours.find(({ status }) => status === "error" || status === "uploadCancelled");
    if (failed === undefined) return;
    this.#ladder.fail(
      "upload",
      `the CMTS measured and says ${failed.status} of its upload of ${failed.name}: it cannot reach ${this.#way}`,
      ROUTE_FIX,
    );
  }

  #isOurs(name: string, { id: sessionId }: LiveSession): boolean {
    const { rfPortIfIndex } = this.#options;
    return isFileOf(name, { sessionId, rfPortIfIndex, sysName: this.#settled?.chosen.sysName });
  }

  /** Nothing has come for too long: the rung that is missing fails. */
  async #giveUp(session: LiveSession, limitMs: number): Promise<void> {
    const ladder = this.#ladder;
    const { failure, measStatus } = session.progress;
    const within = `within ${limitMs / 1000} s`;
    if (!ladder.has("start")) {
      const rung = ladder.next ?? "start";
      ladder.fail(rung, failure?.message ?? `the CMTS did not come to it ${within}`, failure?.fix);
      return;
    }
    if (!ladder.has("measured")) {
      const agent = failure?.rung === "agent" || failure?.rung === "snmp" ? `; ${failure.message}` : "";
      const says = `${within} of the start MeasStatus still read ${measStatus ?? "nothing"}${agent}`;
      ladder.fail("measured", says, "See the log of the CMTS for the reason.");
      return;
    }
    const [part] = await this.#options.cleaner.list(filePrefixOf(session.id)).catch(() => []);
    const isSent = ladder.has("upload");
    ladder.notTold("upload", "the CMTS has no word on its uploads");
    if (part !== undefined) {
      ladder.fail(
        "arrived",
        `${part} is in the TFTP directory and was not whole ${within}`,
        "Check for packet loss between the CMTS and the TFTP server, and for room on its disk.",
      );
    } else if (isSent) {
      ladder.fail(
        "arrived",
        `the CMTS says that it has sent the file, but it did not appear ${within}`,
        `Check that the TFTP server at ${this.#way} writes into the folder that the backend reads (PNMLAB_TFTP_DIR).`,
      );
    } else {
      ladder.fail(
        "arrived",
        `the CMTS measured but no file arrived ${within}: it cannot reach ${this.#way}`,
        ROUTE_FIX,
      );
    }
  }

  /** Row and file go; a row that was there before reads again as it did. */
  async #clean(session: LiveSession): Promise<void> {
    const { release, cleaner, snmp, target, rfPortIfIndex, signal } = this.#options;
    const ladder = this.#ladder;
    try {
      const isWritten = ladder.has("row");
      const { profile } = this.#settled!;
      const before = { rfPortIfIndex, sessionId: session.id, profile, rows: this.#before };
      let restored = 0;
      await release(session, async () => {
        if (isWritten) restored = await restoreRow({ snmp, target, signal }, before);
      });
      if (!session.stored.settled) {
        const { failure } = session.progress;
        const message = failure?.message ?? "the CMTS has not become idle";
        ladder.fail("cleaned", message, "It is tried again by itself; see the log of the backend.");
        return;
      }
      const files = await cleaner.list(filePrefixOf(session.id));
      if (files.length > 0) {
        const fix = "Check that the backend may delete in the TFTP directory.";
        ladder.fail("cleaned", `${files.join(", ")} could not be removed`, fix);
        return;
      }
      const row = restored > 0 ? "the row reads again as before" : "no row of the test is left";
      ladder.ok("cleaned", `${row}, and no file`);
    } catch (error) {
      signal.throwIfAborted();
      this.#fail("cleaned", error);
    }
  }

  #fail(rung: TftpProbeRungName, error: unknown): void {
    const { fix } = failureOf(error);
    this.#ladder.fail(rung, messageOf(error), fix);
  }
}

const ROUTE_FIX = "Check route and firewall from the CMTS's control plane to the TFTP server.";
