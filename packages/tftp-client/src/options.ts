import { normalize } from "node:path/posix";
import { TftpError } from "./errors.ts";

/** Which file of which server, and how long to try. */
export interface TftpTarget {
  host: string;
  port: number;
  /** Name as the server knows it: printable ASCII, 1 to 255 bytes. */
  name: string;
  /** Time after which the transfer is given up, whatever its state, in milliseconds; 10 000 by default. */
  deadlineMs?: number;
  /** Time without an answer after which a packet is sent again, in milliseconds; 1000 by default. */
  retransmitMs?: number;
  signal?: AbortSignal;
}

export interface PutOptions extends TftpTarget {
  data: Uint8Array;
  /** Bytes of a block to ask for (RFC 2348), 8 to 65464; 1428 by default, which no Ethernet path fragments. */
  blockSize?: number;
  /** Blocks in flight to ask for (RFC 7440), 1 to 64; 4 by default. No more than 64 KiB are in flight. */
  windowSize?: number;
}

export interface GetOptions extends TftpTarget {
  /** Largest file to take, in bytes; 64 MiB by default. */
  maxBytes?: number;
  /** Bytes of a block to ask for (RFC 2348), 8 to 65464; 1428 by default. */
  blockSize?: number;
}

export const DEFAULTS = Object.freeze({
  deadlineMs: 10_000,
  retransmitMs: 1000,
  blockSize: 1428,
  windowSize: 4,
  maxBytes: 64 * 1024 * 1024,
});

/** Bytes that the receive buffer of a server's socket takes at once, with the kernel's own overhead. */
export const MAX_BYTES_IN_FLIGHT = 64 * 1024;

/**
 * The npm package replaces values out of range without a word, and ends the process for a port out of
 * range: they are refused here.
 *
 * @throws TftpError `TFTP_BAD_REQUEST`.
 */
export function requireValid(target: TftpTarget & { blockSize?: number; windowSize?: number }): void {
  requireWhole("port", target.port, 1, 65535);
  requireWhole("deadlineMs", target.deadlineMs ?? DEFAULTS.deadlineMs, 1, 2 ** 31 - 1);
  requireWhole("retransmitMs", target.retransmitMs ?? DEFAULTS.retransmitMs, 1, 2 ** 31 - 1);
  requireWhole("blockSize", target.blockSize ?? DEFAULTS.blockSize, 8, 65464);
  requireWhole("windowSize", target.windowSize ?? DEFAULTS.windowSize, 1, 64);
  if (!/^[\x20-\x7e]{1,255}$/.test(target.name)) {
    throw new TftpError("TFTP_BAD_REQUEST", "a TFTP file name is 1 to 255 printable ASCII characters");
  }
  // The package would send another name instead.
  if (normalize(target.name) !== target.name) {
    throw new TftpError("TFTP_BAD_REQUEST", `the TFTP file name ${target.name} is not a plain path`);
  }
}

function requireWhole(field: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new TftpError("TFTP_BAD_REQUEST", `${field} ${value} is not a whole number from ${from} to ${to}`);
}
