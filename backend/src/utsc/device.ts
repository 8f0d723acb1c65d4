import { instanceOid, RowStatus, rowStatus } from "@pnmlab/docsis-mib";
import { isPnmLabError } from "@pnmlab/kit";
import type { MeasStatus, SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { type ColumnWrite, Readings, varbindOf } from "../snmp/values.ts";

/** A device as one session speaks to it. */
export interface Device {
  snmp: SnmpGateway;
  target: SnmpTarget;
  signal: AbortSignal;
  /** Told of every status that is read, undefined where the row is gone. */
  onStatus?(measStatus: MeasStatus | undefined): void;
}

/** How long the answer to a SET is waited for before reading must tell whether it was carried out. */
const ANSWER_DEADLINE_MS = 2000;

/**
 * Sends one SET. Where its answer does not come, the columns are read, and only where they do not say what
 * was written it is sent a second time: a lost answer must not start a test twice.
 */
export async function setColumns(device: Device, writes: readonly ColumnWrite[]): Promise<void> {
  const { snmp, target, signal } = device;
  const varbinds = writes.map(varbindOf);
  try {
    await snmp.set(target, varbinds, { signal, deadlineMs: ANSWER_DEADLINE_MS });
  } catch (error) {
    if (!isPnmLabError(error, "SNMP_TIMEOUT")) throw error;
    if (!(await say(device, writes))) await snmp.set(target, varbinds, { signal });
  }
}

async function say({ snmp, target, signal }: Device, writes: readonly ColumnWrite[]): Promise<boolean> {
  const oids = writes.map(({ object, index }) => instanceOid(object, ...index));
  const readings = new Readings(await snmp.get(target, oids, { signal }));
  return writes.every((write) => saysWrite(readings, write));
}

/** Whether a reading shows that a write was carried out. */
export function saysWrite(readings: Readings, { object, index, value }: ColumnWrite): boolean {
  if (typeof value === "number") {
    const is = readings.integer(object, index);
    // Creation and removal are actions: they read as a row that is there, or is not.
    if (object.values !== rowStatus || value === RowStatus.active) return is === value;
    return value === RowStatus.destroy ? is === undefined : is !== undefined;
  }
  const octets = readings.octets(object, index);
  return octets !== undefined && Buffer.from(octets).equals(Buffer.from(value as string));
}
