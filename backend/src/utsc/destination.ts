import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { bulkDataTransferCfg, FALSE, instanceOid, RowStatus } from "@pnmlab/docsis-mib";
import { messageOf, PnmLabError, withDeadline } from "@pnmlab/kit";
import { type ColumnWrite, type Readings, writeText } from "../snmp/values.ts";
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

/** What one GET asks of the row. */
export function destinationOids(index: number): string[] {
  return [
    columns.destHostIpAddrType,
    columns.destHostIpAddress,
    columns.destPort,
    columns.destBaseUri,
    columns.protocol,
    columns.localStore,
    columns.rowStatus,
  ].map((object) => instanceOid(object, index));
}

/**
 * Steps that make the row of docsPnmBulkDataTransferCfgTable say what it must: none where it says so
 * already. Address type and address go in one PDU, because the one constrains the other.
 */
export function planDestination(row: Readings, destination: TftpDestination): PlanStep[] {
  const index = [destination.index];
  const steps: PlanStep[] = [];
  if (row.integer(columns.rowStatus, index) === undefined) {
    steps.push({
      writes: [{ object: columns.rowStatus, index, value: RowStatus.createAndWait }],
      otherwise: [{ object: columns.rowStatus, index, value: RowStatus.createAndGo }],
      refusal: "stop",
    });
  }
  const differing = wantedColumns(destination).filter(({ write }) => !saysWrite(row, write));
  const address = differing.filter(({ isAddress }) => isAddress).map(({ write }) => write);
  if (address.length > 0) steps.push({ writes: addressWrites(destination), refusal: "stop" });
  for (const { write, isAddress } of differing) {
    if (!isAddress) steps.push({ writes: [write], refusal: "tolerate" });
  }
  if (steps.length > 0 || row.integer(columns.rowStatus, index) !== RowStatus.active) {
    steps.push({
      writes: [{ object: columns.rowStatus, index, value: RowStatus.active }],
      refusal: "stop",
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
export function checkDestination(
  row: Readings,
  destination: TftpDestination,
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
  for (const { write, isRequired } of wantedColumns(destination)) {
    if (!isRequired || isAbsent(row, write) || saysWrite(row, write)) continue;
    throw new PnmLabError(
      "UTSC_DESTINATION_REFUSED",
      `destination row ${destination.index} does not lead to ${destination.host}:${destination.port}: the CMTS did not take ${writeText(write)}${because}`,
    );
  }
}

function wantedColumns(destination: TftpDestination) {
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
    { write: { object: columns.protocol, index, value: TFTP }, ...plain },
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
