/// <reference path="./npm-tftp.d.ts" />
import { lookup } from "node:dns/promises";
import { isIPv4, SocketAddress } from "node:net";
import { messageOf } from "@pnmlab/kit";
import tftp, { type Client, type Request } from "tftp";
import { TftpError } from "./errors.ts";
import { Guard } from "./guard.ts";
import { DEFAULTS, type TftpTarget } from "./options.ts";

export interface ExchangeOptions extends TftpTarget {
  operation: "GET" | "PUT";
  blockSize: number;
  windowSize: number;
}

/** How a transfer ends: the first call counts, later ones are without effect. */
export interface Settle<Result> {
  /** For a transfer that the package has ended: it has then closed its socket and its timers. */
  resolve(result: Result): void;
  /** Takes an error event of the package, or a TftpError. */
  reject(error: unknown): void;
}

/**
 * Runs one transfer of the npm package. `begin` makes the stream, listens to it and returns the
 * protocol half. Settles exactly once, at the latest at the deadline, and leaves no timer or socket.
 */
export function runExchange<Result>(
  options: ExchangeOptions,
  begin: (client: Client, settle: Settle<Result>) => Request,
): Promise<Result> {
  const { deadlineMs = DEFAULTS.deadlineMs, signal } = options;
  const what = `TFTP ${options.operation} ${options.name} at ${options.host}:${options.port}`;
  if (signal?.aborted) return Promise.reject(abortedError(what, signal));
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  let guard: Guard | undefined;
  let serverError: { errorCode: number; errorMessage: string } | undefined;
  let answers = 0;
  let settled = false;

  const finish = () => {
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  const settle: Settle<Result> = {
    resolve: (result) => {
      finish();
      resolve(result);
    },
    reject: (error) => {
      finish();
      guard?.release();
      reject(serverError ? refusedError(what, serverError) : toTftpError(what, error));
    },
  };
  const onAbort = () => settle.reject(abortedError(what, signal!));
  const timer = setTimeout(() => settle.reject(timeoutError(what, deadlineMs, answers)), deadlineMs);
  signal?.addEventListener("abort", onAbort, { once: true });

  const start = async () => {
    const address = await resolveHost(options.host);
    if (settled) return;
    const request = beginNamed(() => begin(createClient(options, address), settle), what);
    guard = new Guard(request, address, {
      onServerError: (errorCode, errorMessage) => {
        serverError = { errorCode, errorMessage };
      },
      onAnswer: () => {
        answers += 1;
      },
      onSendFailed: (error) => settle.reject(error),
      onBroken: (error) => settle.reject(error),
    });
  };
  start().catch(settle.reject);
  return promise;
}

/** The package refuses names that point upwards; everything else comes as an event. */
function beginNamed(begin: () => Request, what: string): Request {
  try {
    return begin();
  } catch (cause) {
    throw new TftpError("TFTP_BAD_REQUEST", `${what}: ${messageOf(cause)}`, { cause });
  }
}

/** IPv4 where a name has both, since that is what TFTP servers listen on; in the spelling of the sockets. */
async function resolveHost(host: string): Promise<string> {
  if (isIPv4(host)) return host;
  try {
    const { address, family } = await lookup(host, { order: "ipv4first" });
    if (address.includes("%")) return address;
    return new SocketAddress({ address, family: family === 6 ? "ipv6" : "ipv4" }).address;
  } catch (cause) {
    throw new TftpError("TFTP_UNREACHABLE", `the host name ${host} does not resolve: ${messageOf(cause)}`, {
      cause,
      retryable: true,
    });
  }
}

function createClient(options: ExchangeOptions, address: string): Client {
  const { blockSize, deadlineMs = DEFAULTS.deadlineMs, retransmitMs = DEFAULTS.retransmitMs } = options;
  const client = tftp.createClient({
    host: address,
    port: options.port,
    blockSize,
    windowSize: options.windowSize,
    timeout: retransmitMs,
    // The deadline ends the repeats, not their number.
    retries: Math.ceil(deadlineMs / retransmitMs) + 1,
  });
  // Of the options that the package sends, `timeout` is in milliseconds where RFC 2349 has seconds, by
  // which servers refuse all options or wait for minutes, and `rollover` is of no standard.
  const sent: Record<string, string> = { blksize: String(blockSize) };
  if (options.windowSize > 1) sent.windowsize = String(options.windowSize);
  // The package adds `tsize` and the length of its value by itself, but wants its name counted here.
  client._options.extensionsLength = "tsize".length + 2;
  for (const [name, value] of Object.entries(sent)) {
    client._options.extensionsLength += name.length + value.length + 2;
  }
  client._options.extensionsString = sent;
  return client;
}

function timeoutError(what: string, deadlineMs: number, answers: number): TftpError {
  const message =
    answers === 0
      ? `${what}: no answer within ${deadlineMs} ms`
      : `${what}: not finished within ${deadlineMs} ms; the server answered ${answers} times`;
  return new TftpError("TFTP_TIMEOUT", message, { details: { deadlineMs, answers }, retryable: true });
}

function refusedError(what: string, details: { errorCode: number; errorMessage: string }): TftpError {
  const { errorCode, errorMessage } = details;
  return new TftpError("TFTP_REFUSED", `${what}: the server refused it: error ${errorCode} ${errorMessage}`, {
    details,
  });
}

function abortedError(what: string, signal: AbortSignal): TftpError {
  return new TftpError("TFTP_ABORTED", `${what}: aborted`, { cause: signal.reason });
}

function toTftpError(what: string, error: unknown): TftpError {
  if (error instanceof TftpError) return error;
  const isSystemError = (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
  return new TftpError(isSystemError ? "TFTP_UNREACHABLE" : "TFTP_PROTOCOL", `${what}: ${messageOf(error)}`, {
    cause: error,
    retryable: isSystemError,
  });
}
