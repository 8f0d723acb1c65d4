import { randomBytes } from "node:crypto";
import { readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "@pnmlab/config";
import { isPnmLabError, messageOf, sleep } from "@pnmlab/kit";
import { getFile, putFile, removeByEmptyWrite } from "@pnmlab/tftp-client";
import { fail, pass, type Verdict, warn } from "./verdict.ts";

/** One try to send a few bytes; three retransmissions fit. */
const DEADLINE_MS = 2500;
const RETRANSMIT_MS = 600;

/** A file on a network mount may show late. */
const APPEARANCE_MS = 2000;
const APPEARANCE_POLL_MS = 50;

/** RFC 1350: disk full or allocation exceeded. */
const DISK_FULL = 3;

export interface RoundTripOptions {
  /** The TFTP server as this machine reaches it. */
  server: { host: string; port: number };
  /** Whether its files appear in the folder, or are fetched from it. */
  source: Config["fileSource"];
  /** The folder in which its files must appear. */
  tftpDir: string;
  /** Name of the probe file. */
  name: string;
  deadlineMs?: number;
}

export interface SameDirectory {
  verdict: Verdict;
  /** The server took the probe file, wherever it put it. */
  isStored: boolean;
}

/**
 * Sends a small file to the TFTP server and looks for it in the folder, or fetches it: proves that the server
 * runs and that both programs mean one folder, or that files can be had from it. The file stays until `removeProbe`.
 */
export async function checkSameDirectory(options: RoundTripOptions): Promise<SameDirectory> {
  const { server, source, tftpDir, name } = options;
  const where = `${server.host}:${server.port}`;
  const isFetched = source === "tftp";
  const expected = isFetched
    ? `a file sent to ${where} can be fetched from there`
    : `a file sent to ${where} appears in ${tftpDir}`;
  const data = randomBytes(32);
  try {
    await putFile({ ...targetOf(options), data });
  } catch (error) {
    return { verdict: judgePutError(error, server, expected), isStored: false };
  }
  if (isFetched) return { verdict: await judgeFetch(options, data, expected), isStored: true };
  const verdict = (await appears(join(tftpDir, name), data))
    ? pass(`a file sent to ${where} arrives in ${tftpDir}`, expected)
    : fail(
        `the TFTP server on ${where} stored the probe file, but not in ${tftpDir}`,
        expected,
        "PNMLAB_TFTP_DIR of both programs must be one folder",
      );
  return { verdict, isStored: true };
}

async function judgeFetch(options: RoundTripOptions, data: Uint8Array, expected: string): Promise<Verdict> {
  const where = `${options.server.host}:${options.server.port}`;
  const fix = "let the TFTP server read out what is stored in its folder, to the backend's address as well";
  try {
    const isSame = Buffer.from(await getFile({ ...targetOf(options), maxBytes: 4096 })).equals(data);
    return isSame
      ? pass(`a file sent to ${where} can be fetched again`, expected)
      : fail(`the TFTP server on ${where} gave other bytes back than it was sent`, expected, fix);
  } catch (error) {
    return fail(`what is sent to ${where} cannot be fetched again (${messageOf(error)})`, expected, fix);
  }
}

export function noAnswer({ host, port }: RoundTripOptions["server"], expected: string): Verdict {
  return fail(
    `no answer on ${host}:${port}`,
    expected,
    "start the TFTP server, or check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT",
  );
}

function judgePutError(error: unknown, server: RoundTripOptions["server"], expected: string): Verdict {
  const text = `the TFTP server on ${server.host}:${server.port}`;
  if (isPnmLabError(error, "TFTP_TIMEOUT")) return noAnswer(server, expected);
  if (isPnmLabError(error, "TFTP_REFUSED")) {
    const found = `${text} refused the probe file: ${String(error.details?.errorMessage ?? error.message)}`;
    return error.details?.errorCode === DISK_FULL
      ? warn(found, expected, "free some space on the disk of the TFTP server")
      : fail(
          found,
          expected,
          "let the TFTP server create files in its folder (the rights on the folder; for tftpd-hpa the option --create)",
        );
  }
  return fail(
    `${text} cannot be used (${messageOf(error)})`,
    expected,
    "check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT",
  );
}

/** How the probe file went. */
export interface ProbeRemoval {
  overTftp: { ok: true } | { ok: false; reason: string };
  byUnlink: { ok: true } | { ok: false; reason: string };
}

/** Empties the probe file over TFTP, as a cleanup does, and unlinks what is left of it. */
export async function removeProbe(options: RoundTripOptions): Promise<ProbeRemoval> {
  const path = join(options.tftpDir, options.name);
  const overTftp = await attempt(async () => {
    await removeByEmptyWrite(targetOf(options));
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size > 0) throw new Error(`the file still has ${size} bytes after an empty one was written over it`);
  });
  const byUnlink = await attempt(async () => {
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      // Some servers take an empty file as the wish to remove it.
      if (error.code !== "ENOENT") throw error;
    });
  });
  return { overTftp, byUnlink };
}

async function attempt(step: () => Promise<void>): Promise<ProbeRemoval["overTftp"]> {
  try {
    await step();
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

function targetOf({ server, name, deadlineMs = DEADLINE_MS }: RoundTripOptions) {
  return { ...server, name, deadlineMs, retransmitMs: Math.min(RETRANSMIT_MS, deadlineMs / 4) };
}

async function appears(path: string, data: Uint8Array): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += APPEARANCE_POLL_MS) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes?.equals(data)) return true;
    if (waitedMs >= APPEARANCE_MS) return false;
    await sleep(APPEARANCE_POLL_MS);
  }
}
