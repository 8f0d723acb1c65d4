import {
  FALSE,
  MANAGED_FIELDS,
  TRUE,
  UTSC_FIELD_NAMES,
  type UtscField,
  utscCtrl,
  utscFields,
} from "@pnmlab/docsis-mib";
import { isPnmLabError } from "@pnmlab/kit";
import {
  type SnmpTarget,
  type UtscDryRun,
  type UtscPlannedSet,
  type UtscRoom,
  type UtscSession,
  utscRequestSchema,
} from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { type ColumnWrite, Readings } from "../snmp/values.ts";
import type { Room } from "./capacity.ts";
import { destinationOids, planDestination, resolveDestination, type TftpDestination } from "./destination.ts";
import { baseNameOf, type OwnFileName } from "./file-name.ts";
import { chooseRow, type PlannedColumn, planActivation, planColumns, planCreation } from "./plan.ts";
import type { PlanStep } from "./plan-step.ts";
import { plannedSet } from "./planned-set.ts";
import { filesPerRun } from "./poll-schedule.ts";
import { readRows, type UtscRow } from "./row.ts";
import type { SettledRequest } from "./settle.ts";
import { snmpsetLines } from "./snmpset.ts";

export interface DryRunSubject {
  snmp: SnmpGateway;
  target: SnmpTarget;
  cmtsId: string;
  settled: SettledRequest;
  destination: TftpDestination;
  isOwn(mark: OwnFileName | undefined): boolean;
  /** The session of ours that runs on the port. */
  session: UtscSession | undefined;
  /** Why the CMTS has no room for the test; undefined where it has. */
  lackOfRoom: string | undefined;
  room: readonly Room[];
  /** Why the tests of others could not be read; undefined where they were. */
  roomUnknown: string | undefined;
}

/** A session gets its id when it starts. */
const UNKNOWN_SESSION = "0000000000";

type Part = UtscPlannedSet["part"];

/** What a start would send, column by column, beside what the CMTS has now. Sends GETs only. */
export async function dryRunOf(subject: DryRunSubject): Promise<UtscDryRun> {
  const { snmp, target, settled, session } = subject;
  const { port, profile, values, refusals, warnings } = settled;
  const rows = await readRows(snmp, target, port.ifIndex, {});
  const found = chooseRow(rows, subject.isOwn, values.triggerMode);
  const row = found ?? absentRow(profile.row.cfgIndexes[0] ?? 1);
  const destination = await planOfDestination(subject);
  const sets = new SetList(destination.readings, refusals);
  for (const step of destination.steps) sets.add("destination", step);
  if (found === undefined && profile.row.creation.length > 0) {
    sets.add("createRow", planCreation(port.ifIndex, row.cfgIndex, profile));
  }
  const wanted = { profile, values, requested: settled.requested, fileName: fileNameFor(row, subject) };
  for (const column of planColumns(port.ifIndex, row, wanted)) sets.add("configure", column, column);
  const activation = planActivation(port.ifIndex, row);
  if (activation !== undefined) sets.add("activate", activation);
  const initiate = (value: number): PlanStep => ({
    writes: [{ object: utscCtrl.initiateTest, index: [port.ifIndex, row.cfgIndex], value }],
    refusal: "stop",
  });
  sets.add("clear", initiate(FALSE));
  sets.add("start", initiate(TRUE));
  const hindrance = destination.hindrance ?? hindranceOf(rows, found, subject) ?? subject.lackOfRoom;
  return {
    cmtsId: subject.cmtsId,
    rfPortIfIndex: port.ifIndex,
    rfPortName: port.name,
    profile: settled.chosen.view,
    effective: utscRequestSchema.parse(values),
    verdict: refusals.length > 0 ? "refused" : hindrance === undefined ? "ready" : "blocked",
    sentence: sentenceOf(settled, hindrance, sets.list, session),
    sets: sets.list,
    snmpset: snmpsetLines(sets.list, target),
    refusals: [...refusals],
    warnings: [...warnings],
    row: {
      cfgIndex: row.cfgIndex,
      exists: found !== undefined,
      measStatus: row.measStatus ?? null,
      fileName: row.fileName ?? null,
    },
    upTimeTicks: settled.upTimeTicks ?? null,
    filesPerRun: filesExpected(settled),
    room: [
      portRoom(rows, subject),
      ...subject.room.map((room) => viewOf(room, foreignTest(rows, subject.isOwn))),
    ],
    roomUnknown: subject.roomUnknown ?? null,
    session: session === undefined ? null : { id: session.id, state: session.state },
    readAt: new Date().toISOString(),
  };
}

/** The SETs in order, numbered by the PDU they go in. */
class SetList {
  readonly list: UtscPlannedSet[] = [];
  readonly #present: Readings;
  readonly #refusedBy: ReadonlyMap<UtscField, string>;
  #pdu = 0;

  constructor(present: Readings, refusals: SettledRequest["refusals"]) {
    this.#present = present;
    this.#refusedBy = new Map(refusals.map(({ field, rule }) => [field, rule]));
  }

  add(part: Part, step: PlanStep, column?: PlannedColumn): void {
    this.#pdu += 1;
    for (const write of step.writes) {
      const field = column?.field ?? fieldOf(write);
      this.list.push(
        plannedSet({
          pdu: this.#pdu,
          part,
          write,
          field: field ?? null,
          changes: column?.changes ?? true,
          refusedBy: (field && this.#refusedBy.get(field)) ?? null,
          onRefusal: step.refusal,
          current: column === undefined ? this.#present.value(write.object, write.index) : column.current,
        }),
      );
    }
  }
}

function fieldOf({ object }: ColumnWrite): UtscField | undefined {
  return UTSC_FIELD_NAMES.find((field) => MANAGED_FIELDS.has(field) && utscFields[field].object === object);
}

/** Steps for the destination; a TFTP server without an address is a hindrance, not the end of the dry run. */
async function planOfDestination({ snmp, target, settled, destination }: DryRunSubject) {
  const { values, profile } = settled;
  const index = Number(values.destinationIndex ?? destination.index);
  const readings = new Readings(await snmp.get(target, destinationOids(index)));
  try {
    const resolved = await resolveDestination({ ...destination, index });
    return {
      readings,
      steps: planDestination(readings, resolved, profile.destination),
      hindrance: undefined,
    };
  } catch (error) {
    if (!isPnmLabError(error)) throw error;
    return { readings, steps: [], hindrance: error.message };
  }
}

/** An RF port runs one test of a manager at a time. */
function portRoom(rows: readonly UtscRow[], { settled, isOwn }: DryRunSubject): UtscRoom {
  const foreign = foreignTest(rows, isOwn);
  return {
    scope: "port",
    name: settled.port.name,
    most: 1,
    text: "One session on an RF port, shared by everybody who looks.",
    source: {
      kind: "product",
      name: "PNM Lab",
      citation: "a port that another user keeps busy is left alone",
    },
    holders: foreign === undefined ? [] : [foreign],
    isFull: foreign !== undefined,
  };
}

/** A test of another user on the port itself runs on its line card and chassis too. */
function viewOf(
  { scope, lineCard, most, text, source, ...room }: Room,
  onPort: string | undefined,
): UtscRoom {
  const holders = [...(onPort === undefined ? [] : [onPort]), ...room.holders.map(({ who }) => who)];
  const isFull = room.isFull || (most !== null && holders.length >= most);
  return { scope, name: lineCard, most, text, source, holders, isFull };
}

/** In words, the test of another user that keeps the port busy. */
function foreignTest(rows: readonly UtscRow[], isOwn: DryRunSubject["isOwn"]): string | undefined {
  const foreign = rows.find((row) => row.measStatus === "busy" && !isOwn(row.mark));
  if (foreign === undefined) return undefined;
  return `a test that another user started${foreign.fileName ? `, whose files are named "${foreign.fileName}"` : ""}`;
}

function hindranceOf(
  rows: readonly UtscRow[],
  found: UtscRow | undefined,
  { settled, isOwn }: DryRunSubject,
): string | undefined {
  const { port, profile } = settled;
  const foreign = foreignTest(rows, isOwn);
  if (foreign !== undefined) return `${port.name} is busy with ${foreign}`;
  if (found === undefined && profile.row.creation.length === 0) {
    return `${port.name} has no row in docsPnmCmtsUtscCfgTable, and a ${profile.name} makes none for a manager`;
  }
  return undefined;
}

function sentenceOf(
  { refusals, port }: SettledRequest,
  hindrance: string | undefined,
  sets: readonly UtscPlannedSet[],
  session: UtscSession | undefined,
): string {
  const unsent = "Nothing has been sent to the CMTS.";
  if (refusals.length > 0) {
    const count = refusals.length === 1 ? "1 value" : `${refusals.length} values`;
    return `${count} refused: ${refusals.map(({ message }) => message).join(" ")} ${unsent}`;
  }
  if (hindrance !== undefined) return `A start would be refused: ${hindrance}. ${unsent}`;
  const changing = sets.filter(({ changes }) => changes).length;
  const same = sets.length - changing;
  const rest = same === 0 ? "" : ` and leaves out ${same} whose values the CMTS has already`;
  const what = `A start sends ${changing} SETs to ${port.name}${rest}`;
  const running = session === undefined ? "" : `, which changes the capture that runs there`;
  return `${what}${running}. ${unsent}`;
}

function fileNameFor(row: UtscRow, { session, isOwn }: DryRunSubject): string {
  const before = isOwn(row.mark) ? row.mark : undefined;
  return baseNameOf({
    sessionId: session?.id ?? UNKNOWN_SESSION,
    rowCreated: row.rowStatus === undefined || before?.rowCreated === true,
    generation: (before?.generation ?? 0) + 1,
  });
}

function filesExpected({ values, profile }: SettledRequest): number | null {
  const files = filesPerRun(utscRequestSchema.parse(values), profile.filesPerRun);
  return Number.isFinite(files) ? files : null;
}

/** A row as it is made: nothing in it. */
function absentRow(cfgIndex: number): UtscRow {
  return {
    cfgIndex,
    values: {},
    rowStatus: undefined,
    fileName: undefined,
    mark: undefined,
    measStatus: undefined,
    initiateTest: undefined,
    kHundredthsDb: undefined,
    sampleRateHz: undefined,
    resolutionBandwidthHz: undefined,
    upTimeTicks: undefined,
  };
}
