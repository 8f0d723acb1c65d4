import { PnmLabError, type PnmLabErrorOptions } from "@pnmlab/kit";
import type { SnmpErrorCode } from "@pnmlab/protocol";
import type { SnmpEndpoint } from "./endpoint.ts";
import { errorStatusName } from "./error-status.ts";

/** An SNMP request that failed. Messages name the target and OIDs, never a community. */
export class SnmpError extends PnmLabError<SnmpErrorCode> {
  override name = "SnmpError";
}

export type SnmpOperation = "GET" | "GETNEXT" | "GETBULK" | "SET" | "walk" | "table";

/** What a request was, for the sentences below. */
export interface RequestName {
  operation: SnmpOperation;
  endpoint: SnmpEndpoint;
  oids: readonly string[];
}

export function timeoutError(
  { operation, endpoint, oids }: RequestName,
  attempts: number,
  elapsedMs: number,
): SnmpError {
  const sent = attempts === 1 ? "sent once" : `sent ${attempts} times`;
  const message = `${targetText(endpoint)} did not answer the ${operation} of ${oidsText(oids)} within ${Math.round(elapsedMs)} ms (${sent}): it cannot be reached, or ${credentialsText(endpoint)} does not fit`;
  return failed("SNMP_TIMEOUT", message, oids, { retryable: true, details: { attempts } });
}

/** The device refuses the user of the profile (RFC 3414 3.2). */
export function securityError({ operation, endpoint, oids }: RequestName, why: string): SnmpError {
  const { profile } = endpoint;
  const message = `${targetText(endpoint)} refused the ${operation} of ${oidsText(oids)} to the user of profile ${profile.name}: ${why}`;
  return failed("SNMP_SECURITY", message, oids, { details: { profile: profile.name } });
}

/** A request whose deadline came before its turn. */
export function neverSentError({ operation, endpoint, oids }: RequestName, elapsedMs: number): SnmpError {
  const message = `the ${operation} of ${oidsText(oids)} to ${targetText(endpoint)} was never sent: it waited ${Math.round(elapsedMs)} ms behind others`;
  return failed("SNMP_TIMEOUT", message, oids, { retryable: true, details: { attempts: 0 } });
}

/** The same for a walk that was under way: the device answers, only not fast enough for all of it. */
export function unfinishedWalkError(
  { endpoint, oids }: RequestName,
  rows: number,
  elapsedMs: number,
): SnmpError {
  const message = `the walk of ${oidsText(oids)} on ${targetText(endpoint)} was not done within ${Math.round(elapsedMs)} ms: ${rows} rows had come`;
  return failed("SNMP_TIMEOUT", message, oids, { retryable: true, details: { rows } });
}

/** @param errorIndex 1-based number of the varbind that the device refused; 0 where it named none. */
export function errorStatusError(
  { operation, endpoint, oids }: RequestName,
  errorStatus: number,
  errorIndex: number,
): SnmpError {
  const oid = oids[errorIndex - 1];
  const name = errorStatusName(errorStatus);
  const message = `${targetText(endpoint)} refused the ${operation} of ${oid ?? oidsText(oids)}: ${name} (${errorStatus})`;
  return new SnmpError("SNMP_ERROR_STATUS", message, {
    details: { errorStatus, errorStatusName: name, errorIndex, ...(oid && { oid }) },
  });
}

export function transportError({ operation, endpoint, oids }: RequestName, cause: unknown): SnmpError {
  const code = systemCode(cause) ?? "unknown cause";
  const why =
    code === "ECONNREFUSED" ? "nothing listens on that port" : "the datagram could not be sent or received";
  const message = `the ${operation} of ${oidsText(oids)} did not get through to ${targetText(endpoint)}: ${why} (${code})`;
  return failed("SNMP_TRANSPORT", message, oids, { retryable: true, cause });
}

export function badResponseError({ operation, endpoint, oids }: RequestName, why: string): SnmpError {
  const message = `${targetText(endpoint)} answered the ${operation} of ${oidsText(oids)} wrongly: ${why}`;
  return failed("SNMP_BAD_RESPONSE", message, oids);
}

export function walkLoopError({ endpoint, oids }: RequestName, oid: string, after: string): SnmpError {
  const message = `${targetText(endpoint)} went in circles in the walk of ${oidsText(oids)}: ${oid} came after ${after}`;
  return new SnmpError("SNMP_WALK_LOOP", message, { details: { oid, after } });
}

export function walkLimitError({ endpoint, oids }: RequestName, maxRows: number): SnmpError {
  const message = `the walk of ${oidsText(oids)} on ${targetText(endpoint)} has more than the ${maxRows} rows it may have`;
  return failed("SNMP_WALK_LIMIT", message, oids, { details: { maxRows } });
}

/** `lab-cmts:161 (10.1.2.3)`, or `10.1.2.3:161` where the target was given by address. */
export function targetText({ host, address, port }: SnmpEndpoint): string {
  return host === address ? `${address}:${port}` : `${host}:${port} (${address})`;
}

function failed(
  code: SnmpErrorCode,
  message: string,
  oids: readonly string[],
  options: PnmLabErrorOptions = {},
): SnmpError {
  return new SnmpError(code, message, { ...options, details: { oid: oids[0], ...options.details } });
}

function credentialsText({ profile }: SnmpEndpoint): string {
  return profile.version === "v3"
    ? `the user of profile ${profile.name}`
    : `the community of profile ${profile.name}`;
}

function oidsText(oids: readonly string[]): string {
  return oids.length === 1 ? oids[0]! : `${oids[0]} and ${oids.length - 1} more`;
}

function systemCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}
