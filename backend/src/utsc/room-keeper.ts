import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway, StoredSession } from "../contracts.ts";
import { readUtscPort, type UtscPort } from "./capability.ts";
import { type CapacityHolder, lackOfRoom, type Room, requireCapacity, roomOf } from "./capacity.ts";
import type { OwnFileName } from "./file-name.ts";
import { readRunningTests } from "./running-tests.ts";
import type { SettledRequest } from "./settle.ts";

export interface RoomKeeperOptions {
  snmp: SnmpGateway;
  log: Logger;
  /** Every session that may hold room, the older first. */
  sessions(): readonly StoredSession[];
  /** Whether the mark on a row is of one of our sessions that has not been settled. */
  isOwn(mark: OwnFileName | undefined): boolean;
}

/** What a start or change would find, for one that is only looked at. */
export interface RoomAnswer {
  room: Room[];
  /** Why it is not known what else runs; undefined where it is. */
  roomUnknown: string | undefined;
  lackOfRoom: string | undefined;
}

/** What a CMTS runs beside a port. */
interface OtherTests {
  tests: CapacityHolder[];
  /** Our sessions whose test runs there. */
  running: ReadonlySet<string | undefined>;
  unknown: string | undefined;
}

/** Shares out what each line card and chassis can run, among the sessions of this backend and everybody else. */
export class RoomKeeper {
  readonly #options: RoomKeeperOptions;
  /** Repeat periods in microseconds by which sessions hold room, by session. */
  readonly #held = new Map<string, number>();

  constructor(options: RoomKeeperOptions) {
    this.#options = options;
  }

  /** What others run on the CMTS, where its capacity is limited. */
  async othersThatCount(
    cmtsId: string,
    target: SnmpTarget,
    { port, profile }: SettledRequest,
  ): Promise<CapacityHolder[]> {
    return profile.capacity === undefined ? [] : (await this.#otherTests(cmtsId, target, port)).tests;
  }

  /**
   * For a start beside the others; one on which a session runs already needs room only where a limit counts it
   * that did not count it before.
   *
   * @throws PnmLabError `UTSC_CAPACITY_BUSY`
   */
  require(
    cmtsId: string,
    settled: SettledRequest,
    others: readonly CapacityHolder[],
    present?: StoredSession,
  ): void {
    requireCapacity(settled.profile, ...this.#contenders(cmtsId, settled, others), this.#asHolder(present));
  }

  /** From here the session counts by this request. */
  hold(sessionId: string, settled: SettledRequest): void {
    this.#held.set(sessionId, periodOf(settled));
  }

  release(sessionId: string): void {
    this.#held.delete(sessionId);
  }

  /**
   * Room for a session that has none yet: those that were started before it, that have theirs, or whose test
   * runs go first.
   *
   * @throws PnmLabError `UTSC_CAPACITY_BUSY`
   */
  async take(session: StoredSession, target: SnmpTarget, settled: SettledRequest): Promise<void> {
    const { cmtsId, id } = session;
    if (this.#held.has(id) || settled.profile.capacity === undefined) return;
    const { tests, running } = await this.#otherTests(cmtsId, target, settled.port);
    const goesFirst = (other: StoredSession) =>
      this.#held.has(other.id) || running.has(other.id) || isBefore(other, session);
    requireCapacity(settled.profile, ...this.#contenders(cmtsId, settled, tests, goesFirst));
    this.hold(id, settled);
  }

  /** What room the CMTS has beside the tests of now. */
  async look(
    cmtsId: string,
    target: SnmpTarget,
    settled: SettledRequest,
    present?: StoredSession,
  ): Promise<RoomAnswer> {
    const { tests, unknown } = await this.#otherTests(cmtsId, target, settled.port);
    const [wanted, holders] = this.#contenders(cmtsId, settled, tests);
    return {
      room: roomOf(settled.profile, wanted, holders),
      roomUnknown: unknown,
      lackOfRoom: lackOfRoom(settled.profile, wanted, holders, this.#asHolder(present)),
    };
  }

  /** The test that is asked for, and everybody else's: sessions of this backend that count, and those given. */
  #contenders(
    cmtsId: string,
    settled: SettledRequest,
    others: readonly CapacityHolder[],
    counts: (session: StoredSession) => boolean = () => true,
  ): [Pick<CapacityHolder, "rfPortName" | "repeatPeriodUs">, CapacityHolder[]] {
    const { port } = settled;
    const beside = this.#options
      .sessions()
      .filter((session) => session.cmtsId === cmtsId && session.rfPortIfIndex !== port.ifIndex)
      .filter((session) => session.desired === "running" || !session.settled)
      .filter(counts);
    // One that could not be cleared yet and the one behind it share the room of their port.
    const newest = [...new Map(beside.map((session) => [session.rfPortIfIndex, session])).values()];
    const wanted = { rfPortName: port.name, repeatPeriodUs: periodOf(settled) };
    return [wanted, [...newest.map((session) => this.#asHolder(session)), ...others]];
  }

  #asHolder(session: StoredSession): CapacityHolder;
  #asHolder(session: StoredSession | undefined): CapacityHolder | undefined;
  #asHolder(session: StoredSession | undefined): CapacityHolder | undefined {
    if (session === undefined) return undefined;
    const { id, rfPortName, requested } = session;
    const repeatPeriodUs = this.#held.get(id) ?? requested.repeatPeriodUs;
    return { rfPortName, repeatPeriodUs, who: `session ${id} on ${rfPortName}` };
  }

  /** A CMTS that does not tell refuses by itself, so that no start fails by it. */
  async #otherTests(cmtsId: string, target: SnmpTarget, port: UtscPort): Promise<OtherTests> {
    const { snmp, log, isOwn } = this.#options;
    try {
      const all = await readRunningTests(snmp, target);
      const running = new Set(all.map(({ mark }) => mark?.sessionId));
      const foreign = all.filter(({ mark, rfPortIfIndex }) => !isOwn(mark) && rfPortIfIndex !== port.ifIndex);
      const tests = await Promise.all(
        foreign.map(async ({ rfPortIfIndex, fileName }) => {
          const { name } = await readUtscPort(snmp, target, rfPortIfIndex);
          const named = fileName === null ? "" : `, whose files are named "${fileName}"`;
          const who = `a test on ${name} that no session of this backend has started${named}`;
          return { rfPortName: name, repeatPeriodUs: undefined, who };
        }),
      );
      return { tests, running, unknown: undefined };
    } catch (error) {
      const unknown = messageOf(error);
      log.warn({ cmtsId }, `what else runs on CMTS ${cmtsId} could not be read: ${unknown}`);
      return { tests: [], running: new Set(), unknown };
    }
  }
}

function periodOf({ values }: SettledRequest): number {
  return Number(values.repeatPeriodUs ?? 0);
}

/** Whether a session was made before another. */
function isBefore(a: StoredSession, b: StoredSession): boolean {
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt < b.createdAt;
}
