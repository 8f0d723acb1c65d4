import {
  RowStatus,
  rowStatus as rowStatusNames,
  type UtscProfile,
  type UtscValues,
  utscFields,
} from "@pnmlab/docsis-mib";
import { isPnmLabError, PnmLabError, sleep } from "@pnmlab/kit";
import type { UtscAccepted } from "@pnmlab/protocol";
import { Readings } from "../snmp/values.ts";
import { wireValue } from "./columns.ts";
import {
  checkDestination,
  destinationOids,
  planDestination,
  resolveDestination,
  type TftpDestination,
} from "./destination.ts";
import type { Device } from "./device.ts";
import { runSteps } from "./execute.ts";
import { baseNameOf, type OwnFileName } from "./file-name.ts";
import { chooseRow, planActivation, planCreation, planRow } from "./plan.ts";
import { acceptedOf, readRow, type UtscRow } from "./row.ts";
import { requireStillOurs } from "./row-guard.ts";
import { abortTest, destroyRow } from "./test-control.ts";

/** Where a configuration stands; armed, the wait for busy, is the fifth step. */
const CONFIGURE_STEPS = ["reading", "destination", "row", "readBack"] as const;
export type ConfigureStep = (typeof CONFIGURE_STEPS)[number];

export interface Configuration {
  rfPortIfIndex: number;
  rfPortName: string;
  sessionId: string;
  /** Highest generation this session has used. */
  lastGeneration: number;
  profile: UtscProfile;
  /** What the user asked for, and what is written with defaults filled in. */
  requested: UtscValues;
  values: UtscValues;
  destination: TftpDestination;
  /** The port's rows as just read. */
  rows: readonly UtscRow[];
  /** Whether the mark on a row is of one of this installation's sessions that has not been settled. */
  isOwn(mark: OwnFileName | undefined): boolean;
  /** Sessions of one CMTS write its destination row one after the other. */
  oneAtATime(job: () => Promise<void>): Promise<void>;
  onStep(step: ConfigureStep): void;
  /** A row that an earlier try of this session has made, before anything marked it as ours. */
  unmarkedCfgIndex: number | undefined;
  /** The row did not exist and is being made, before anything marks it as ours; undefined where none was made. */
  onRowCreated(cfgIndex: number | undefined): void;
}

export interface ConfiguredRow {
  cfgIndex: number;
  generation: number;
  accepted: UtscAccepted;
  row: UtscRow;
  /** What the CMTS refused although it was asked for; none of it stands in the way. */
  notes: string[];
}

/**
 * Writes destination row and capture row and reads both back. Never touches a port on which another user's
 * test is busy; a test of this installation that still runs there is ended first.
 *
 * @throws PnmLabError `UTSC_BUSY`, `UTSC_DESTINATION_UNKNOWN`, `UTSC_DESTINATION_REFUSED`, `UTSC_ROW_REFUSED` (names column, value and
 *   SNMP error), `UTSC_ROW_REVERTED`, `UTSC_FILENAME_REFUSED`; transport errors as they come
 */
export async function configureRow(device: Device, wanted: Configuration): Promise<ConfiguredRow> {
  const { rfPortIfIndex, rows, isOwn, profile, requested, values } = wanted;
  refuseForeignTest(wanted);
  wanted.onStep("destination");
  await wanted.oneAtATime(() => ensureDestination(device, wanted));
  wanted.onStep("row");
  for (const row of rows) {
    if (row.measStatus === "busy") await abortTest(device, { rfPortIfIndex, cfgIndex: row.cfgIndex }, row);
  }
  const found = chooseRow(rows, isOwn, values.triggerMode);
  const isMadeAnew = found !== undefined && mayBeMadeAnew(found, wanted);
  if (isMadeAnew) await removeRow(device, wanted, found);
  const reused = isMadeAnew ? undefined : found;
  const row = reused ?? (await createRow(device, wanted));
  const before = isOwn(found?.mark) ? found?.mark : undefined;
  const generation = 1 + Math.max(wanted.lastGeneration, before?.generation ?? 0);
  const fileName = baseNameOf({
    sessionId: wanted.sessionId,
    rowCreated: reused === undefined || before?.rowCreated === true || isMadeBefore(reused, wanted),
    generation,
  });
  const guarded = { ...wanted, fileName, before: row, isMade: reused === undefined };
  const look = () => requireStillOurs(device, guarded);
  // One that has just been made was read in the same breath, and waits for its name.
  if (reused !== undefined) await look();
  const notes = await runSteps(
    device,
    planRow(rfPortIfIndex, row, { profile, values, requested, fileName }),
    "UTSC_ROW_REFUSED",
    look,
  );
  const activation = planActivation(rfPortIfIndex, row);
  if (activation !== undefined) await runSteps(device, [activation], "UTSC_ROW_REFUSED", look);
  wanted.onStep("readBack");
  return { ...(await readBack(device, wanted, row.cfgIndex, fileName, notes)), generation, notes };
}

/** @throws PnmLabError `UTSC_BUSY` where another user's test runs on the port */
export function refuseForeignTest({
  rows,
  isOwn,
  rfPortName,
}: Pick<Configuration, "rows" | "isOwn" | "rfPortName">): void {
  const foreign = rows.find((row) => row.measStatus === "busy" && !isOwn(row.mark));
  if (foreign === undefined) return;
  const named = foreign.fileName ? `, whose files are named "${foreign.fileName}"` : "";
  throw new PnmLabError(
    "UTSC_BUSY",
    `${rfPortName} is busy with a test that another user started${named}; it was left alone`,
    { details: { fileName: foreign.fileName ?? "", cfgIndex: foreign.cfgIndex } },
  );
}

/** Whether an earlier try has made the row, and nobody has marked it since. */
function isMadeBefore({ cfgIndex, fileName, mark }: UtscRow, { unmarkedCfgIndex }: Configuration): boolean {
  return cfgIndex === unmarkedCfgIndex && !fileName && mark === undefined;
}

/** Where the vendor wants it: only a row that is ours, or nobody's. */
function mayBeMadeAnew(row: UtscRow, { profile, isOwn }: Configuration): boolean {
  return profile.row.recreate && ((!row.fileName && row.mark === undefined) || isOwn(row.mark));
}

async function removeRow(device: Device, wanted: Configuration, row: UtscRow): Promise<void> {
  const { rfPortIfIndex, profile } = wanted;
  await requireStillOurs(device, { ...wanted, fileName: row.fileName ?? "", before: row, isMade: false });
  await destroyRow(device, { rfPortIfIndex, cfgIndex: row.cfgIndex });
  await sleep(profile.row.pauseAfterRemovalMs, device.signal);
}

/** Makes the destination lead to the TFTP server and reads it back; writes nothing where it does. */
async function ensureDestination(
  device: Device,
  { destination: advertised, profile }: Configuration,
): Promise<void> {
  const { snmp, target, signal } = device;
  const habits = profile.destination;
  const destination = await resolveDestination(advertised);
  const read = async () =>
    new Readings(await snmp.get(target, destinationOids(destination.index), { signal }));
  const steps = planDestination(await read(), destination, habits);
  if (steps.length === 0) return;
  const refusals = await runSteps(device, steps, "UTSC_DESTINATION_REFUSED");
  checkDestination(await read(), destination, habits, refusals);
}

async function createRow(device: Device, wanted: Configuration): Promise<UtscRow> {
  const { rfPortIfIndex, rfPortName, profile } = wanted;
  const { creation, cfgIndexes, pauseAfterCreationMs, pauseAfterRemovalMs } = profile.row;
  if (creation.length === 0) {
    throw new PnmLabError(
      "UTSC_ROW_REFUSED",
      `${rfPortName} has no row in docsPnmCmtsUtscCfgTable, and a ${profile.name} makes none for a manager`,
    );
  }
  const cfgIndex = await makeOneOf(device, wanted, cfgIndexes).catch(async (error: unknown) => {
    // The session before may have removed its row a moment ago: it can be made again only after a pause.
    if (pauseAfterRemovalMs === 0 || !isPnmLabError(error, "UTSC_ROW_REFUSED")) throw error;
    await sleep(pauseAfterRemovalMs, device.signal);
    return makeOneOf(device, wanted, cfgIndexes);
  });
  if (pauseAfterCreationMs > 0) await sleep(pauseAfterCreationMs, device.signal);
  const row = await readRow(device.snmp, device.target, rfPortIfIndex, cfgIndex, { signal: device.signal });
  if (row !== undefined) return row;
  throw new PnmLabError(
    "UTSC_ROW_REVERTED",
    `the CMTS took the creation of row ${rfPortIfIndex}.${cfgIndex} of docsPnmCmtsUtscCfgTable and has no such row`,
  );
}

/** Makes the first of these rows that the CMTS lets be made. @throws PnmLabError `UTSC_ROW_REFUSED` of the last */
async function makeOneOf(
  device: Device,
  wanted: Pick<Configuration, "rfPortIfIndex" | "profile" | "values" | "onRowCreated">,
  cfgIndexes: readonly number[],
): Promise<number> {
  const { rfPortIfIndex, profile, values, onRowCreated } = wanted;
  const [cfgIndex, ...others] = cfgIndexes as [number, ...number[]];
  // Before the SET: its answer can be lost, or not be waited for.
  onRowCreated(cfgIndex);
  try {
    await runSteps(device, [planCreation(rfPortIfIndex, cfgIndex, profile)], "UTSC_ROW_REFUSED");
  } catch (error) {
    if (isPnmLabError(error, "UTSC_ROW_REFUSED")) onRowCreated(undefined);
    if (others.length === 0 || !isPnmLabError(error, "UTSC_ROW_REFUSED")) throw error;
    return makeOneOf(device, wanted, others);
  }
  if (!profile.row.boundToTriggerMode || (await takesTrigger(device, wanted, cfgIndex))) return cfgIndex;
  await destroyRow(device, { rfPortIfIndex, cfgIndex });
  onRowCreated(undefined);
  if (others.length > 0) return makeOneOf(device, wanted, others);
  throw new PnmLabError(
    "UTSC_ROW_REFUSED",
    `none of the rows that a ${profile.name} makes takes the trigger mode ${values.triggerMode}`,
  );
}

/** Whether a row, which may serve one trigger mode only, serves the one that is wanted. */
async function takesTrigger(
  device: Device,
  { rfPortIfIndex, values }: Pick<Configuration, "rfPortIfIndex" | "values">,
  cfgIndex: number,
): Promise<boolean> {
  const { object } = utscFields.triggerMode;
  const value = wireValue("triggerMode", values.triggerMode ?? "freeRunning");
  try {
    const step = { writes: [{ object, index: [rfPortIfIndex, cfgIndex], value }], refusal: "stop" as const };
    await runSteps(device, [step], "UTSC_ROW_REFUSED");
    return true;
  } catch (error) {
    if (!isPnmLabError(error, "UTSC_ROW_REFUSED")) throw error;
    return false;
  }
}

async function readBack(
  device: Device,
  { rfPortIfIndex, sessionId }: Configuration,
  cfgIndex: number,
  fileName: string,
  notes: readonly string[],
) {
  const row = await readRow(device.snmp, device.target, rfPortIfIndex, cfgIndex, { signal: device.signal });
  const because = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  const accepted = row && acceptedOf(row, new Date());
  if (row?.rowStatus !== RowStatus.active || accepted === undefined) {
    const reads = row === undefined ? "absent" : (rowStatusNames[row.rowStatus!] ?? row.rowStatus);
    throw new PnmLabError(
      "UTSC_ROW_REVERTED",
      `the CMTS took every column and the activation, but row ${rfPortIfIndex}.${cfgIndex} reads ${reads}: one of the parameters is outside of what it carries out${because}`,
    );
  }
  const named = row.mark;
  if (named?.sessionId !== sessionId || baseNameOf(named) !== fileName) {
    throw new PnmLabError(
      "UTSC_FILENAME_REFUSED",
      `the CMTS does not take the file name "${fileName}", it reads "${row.fileName ?? ""}": its files could not be told from those of other users${because}`,
    );
  }
  return { cfgIndex, accepted, row };
}

/** Row of the destination table that a request names, or the configured one. */
export function destinationIndexOf({ values }: Pick<Configuration, "values">, configured: number): number {
  return typeof values.destinationIndex === "number" ? values.destinationIndex : configured;
}
