import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import {
  bulkDataTransferCfg,
  ccapBulkDataControl,
  FALSE,
  instanceOid,
  RowStatus,
  type UtscDestinationHabits,
} from "@pnmlab/docsis-mib";
import { messageOf, PnmLabError, withDeadline } from "@pnmlab/kit";
import { type ColumnWrite, type Readings, writeText } from "../snmp/values.ts";
import { checkServerRow, planServerRow, serverRowOids } from "./destination-server.ts";
import { saysWrite } from "./device.ts";
import type { PlanStep } from "./plan-step.ts";

/** The TFTP server as the CMTS reaches it, and the row that says so. */
export interface TftpDestination {
  index: number;
  /** IPv4 address in dotted form, or a host name until `resolveDestination`. */
  host: string;
  port: number;
}

const IPV4 = 1;
const TFTP = 1;
const TFTP_WELL_KNOWN_PORT = 69;

const columns = bulkDataTransferCfg;

const LOOKUP_DEADLINE_MS = 3000;

/**
 * The destination with an IPv4 address in place of a host name: the row has room for nothing else. A
 * container may come back with another address, so it is looked up each time.
 *
 * @throws PnmLabError `UTSC_DESTINATION_UNKNOWN` where the name has no IPv4 address
 */
export async function resolveDestination(destination: TftpDestination): Promise<TftpDestination> {
  const { host } = destination;
  if (isIPv4(host)) return destination;
  try {
    const found = await withDeadline(
      lookup(host, { family: 4 }),
      LOOKUP_DEADLINE_MS,
      `the lookup of ${host}`,
    );
    return { ...destination, host: found.address };
  } catch (cause) {
    throw new PnmLabError(
      "UTSC_DESTINATION_UNKNOWN",
      `PNMLAB_TFTP_ADVERTISED_HOST ${host} has no IPv4 address that could go into the destination row: ${messageOf(cause)}`,
      { cause, retryable: true },
    );
  }
}

/** What one GET asks of both tables. */
export function destinationOids(index: number): string[] {
  return [
    columns.destHostIpAddrType,
    columns.destHostIpAddress,
    columns.destPort,
    columns.destBaseUri,
    columns.protocol,
    columns.localStore,
    columns.rowStatus,
  ]
    .map((object) => instanceOid(object, index))
    .concat(serverRowOids(index));
}

/**
 * The tables that steer a CMTS: those of its profile, and the deprecated one also where the CMTS has no other.
 */
function tablesOf(row: Readings, index: number, habits: UtscDestinationHabits) {
  const lacksCurrent = row.value(columns.rowStatus, [index])?.type === "noSuchObject";
  const hasDeprecated = row.integer(ccapBulkDataControl.uploadControl, [index]) !== undefined;
  return lacksCurrent && hasDeprecated ? (["deprecated"] as const) : habits.tables;
}

/** Steps that make a CMTS send its files to the TFTP server: none where it does so already. */
export function planDestination(
  row: Readings,
  destination: TftpDestination,
  habits: UtscDestinationHabits,
): PlanStep[] {
  return tablesOf(row, destination.index, habits).flatMap((table) =>
    table === "current" ? planTransferRow(row, destination, habits) : planServerRow(row, destination),
  );
}

/**
 * Whether the tables, read back, lead to the TFTP server.
 *
 * @throws PnmLabError `UTSC_DESTINATION_REFUSED`
 */
export function checkDestination(
  row: Readings,
  destination: TftpDestination,
  habits: UtscDestinationHabits,
  refusals: readonly string[],
): void {
  const tables = tablesOf(row, destination.index, habits);
  for (const table of tables) {
    if (table === "deprecated") checkServerRow(row, destination, refusals);
    // Where both are written, the first is the one that counts.
    else if (tables[0] === "current") checkTransferRow(row, destination, habits, refusals);
  }
}

/**
 * Steps that make the row of docsPnmBulkDataTransferCfgTable say what it must: none where it says so
 * already. Address type and address go in one PDU, because the one constrains the other.
 */
function planTransferRow(
  row: Readings,
  destination: TftpDestination,
  habits: UtscDestinationHabits,
): PlanStep[] {
  // Where another table is the one that counts, this one is written as far as the CMTS lets it.
  const refusal = habits.tables[0] === "current" ? "stop" : "tolerate";
  const index = [destination.index];
  const steps: PlanStep[] = [];
  if (row.integer(columns.rowStatus, index) === undefined) {
    steps.push({
      writes: [{ object: columns.rowStatus, index, value: RowStatus.createAndWait }],
      otherwise: [{ object: columns.rowStatus, index, value: RowStatus.createAndGo }],
      refusal,
    });
  }
  const differing = wantedColumns(destination, habits).filter(({ write }) => !saysWrite(row, write));
  const address = differing.filter(({ isAddress }) => isAddress).map(({ write }) => write);
  if (address.length > 0) steps.push({ writes: addressWrites(destination), refusal });
  for (const { write, isAddress } of differing) {
    if (!isAddress) steps.push({ writes: [write], refusal: "tolerate" });
  }
  if (steps.length > 0 || row.integer(columns.rowStatus, index) !== RowStatus.active) {
    steps.push({
      writes: [{ object: columns.rowStatus, index, value: RowStatus.active }],
      refusal,
    });
  }
  return steps;
}

/**
 * Whether the row, read back, leads to the TFTP server. A column that the CMTS does not have at all is its
 * own business; one that says something else sends the files elsewhere.
 *
 * @throws PnmLabError `UTSC_DESTINATION_REFUSED`
 */
function checkTransferRow(
  row: Readings,
  destination: TftpDestination,
  habits: UtscDestinationHabits,
  refusals: readonly string[],
): void {
  const index = [destination.index];
  const because = refusals.length === 0 ? "" : ` (${refusals.join("; ")})`;
  const rowStatus = row.integer(columns.rowStatus, index);
  if (rowStatus !== RowStatus.active) {
    throw new PnmLabError(
      "UTSC_DESTINATION_REFUSED",
      `destination row ${destination.index} of docsPnmBulkDataTransferCfgTable did not become active, it reads ${columns.rowStatus.values?.[rowStatus ?? 0] ?? "absent"}${because}`,
    );
  }
  for (const { write, isRequired } of wantedColumns(destination, habits)) {
    if (!isRequired || isAbsent(row, write) || saysWrite(row, write)) continue;
    throw new PnmLabError(
      "UTSC_DESTINATION_REFUSED",
      `destination row ${destination.index} does not lead to ${destination.host}:${destination.port}: the CMTS did not take ${writeText(write)}${because}`,
    );
  }
}

function wantedColumns(destination: TftpDestination, { writesProtocol }: UtscDestinationHabits) {
  const index = [destination.index];
  const [addressType, address] = addressWrites(destination) as [ColumnWrite, ColumnWrite];
  const plain = { isAddress: false, isRequired: true };
  return [
    { write: addressType, isAddress: true, isRequired: true },
    { write: address, isAddress: true, isRequired: true },
    { write: { object: columns.destPort, index, value: destination.port }, ...plain },
    // A CCAP may keep the URI in a spelling of its own.
    {
      write: { object: columns.destBaseUri, index, value: baseUriOf(destination) },
      isAddress: false,
      isRequired: false,
    },
    ...(writesProtocol ? [{ write: { object: columns.protocol, index, value: TFTP }, ...plain }] : []),
    { write: { object: columns.localStore, index, value: FALSE }, ...plain },
  ];
}

function addressWrites({ index, host }: TftpDestination): ColumnWrite[] {
  return [
    { object: columns.destHostIpAddrType, index: [index], value: IPV4 },
    {
      object: columns.destHostIpAddress,
      index: [index],
      value: Uint8Array.from(host.split("."), Number),
    },
  ];
}

function baseUriOf({ host, port }: TftpDestination): string {
  return port === TFTP_WELL_KNOWN_PORT ? `tftp://${host}/` : `tftp://${host}:${port}/`;
}

function isAbsent(row: Readings, { object, index }: ColumnWrite): boolean {
  return row.integer(object, index) === undefined && row.octets(object, index) === undefined;
}
