import { createHash, randomBytes } from "node:crypto";
import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isPnmLabError, messageOf, sleep } from "@pnmlab/kit";
import { putFile, removeByEmptyWrite } from "@pnmlab/tftp-client";
import { type CheckResult, failed, ok, type Probe } from "./check.ts";

/** Files of this name are the check's own; `ingest` leaves them alone. */
export const PROBE_PREFIX = "pnmlab-probe_";

/** One try to send a few bytes; three retransmissions fit. */
const PUT_DEADLINE_MS = 2500;
const PUT_RETRANSMIT_MS = 600;

/** A file on a network mount may show late. */
const APPEARANCE_MS = 2000;
const APPEARANCE_POLL_MS = 50;

export interface TftpServerProbeOptions {
  /** The TFTP server as this machine reaches it. */
  server: { host: string; port: number };
  /** The folder in which its files must appear. */
  tftpDir: string;
  /** Tells this installation from others. */
  dataDir: string;
}

/**
 * Sends a small file to the TFTP server and looks for it in the folder: proves that the server runs and
 * that both programs mean one folder.
 */
export function tftpServerProbe(options: TftpServerProbeOptions): Probe {
  return { name: "tftpServer", everyMs: 30_000, everyMsUnlessOk: 3000, run: () => probe(options) };
}

async function probe(options: TftpServerProbeOptions): Promise<CheckResult> {
  const { tftpDir } = options;
  const { host, port } = options.server;
  const server = `the TFTP server on ${host}:${port}`;
  const target = { host, port, name: probeName(options), deadlineMs: PUT_DEADLINE_MS };
  const data = randomBytes(32);
  try {
    await putFile({ ...target, data, retransmitMs: PUT_RETRANSMIT_MS });
  } catch (error) {
    if (isPnmLabError(error, "TFTP_TIMEOUT")) {
      return failed(
        `no answer on ${host}:${port}: start the TFTP server, or check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT`,
      );
    }
    if (isPnmLabError(error, "TFTP_REFUSED")) {
      const said = error.details?.errorMessage ?? error.message;
      return failed(`${server} refused the probe file: ${String(said)}`);
    }
    return failed(`${server} cannot be used: ${messageOf(error)}`);
  }
  const path = join(tftpDir, target.name);
  const arrived = await appears(path, data);
  await remove(path, target);
  return arrived
    ? ok(`a file sent to ${host}:${port} arrives in ${tftpDir}`)
    : failed(
        `${server} stored the probe file, but not in ${tftpDir}: PNMLAB_TFTP_DIR of both programs must be one folder`,
      );
}

/**
 * One name per installation: where the folder cannot be written, one empty file stays behind and not
 * one per probe; two installations on one server do not meet.
 */
function probeName({ dataDir, tftpDir }: TftpServerProbeOptions): string {
  const nonce = createHash("sha256").update(`${dataDir}\n${tftpDir}`).digest("hex").slice(0, 12);
  return `${PROBE_PREFIX}${nonce}`;
}

async function appears(path: string, data: Uint8Array): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += APPEARANCE_POLL_MS) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes?.equals(data)) return true;
    if (waitedMs >= APPEARANCE_MS) return false;
    await sleep(APPEARANCE_POLL_MS);
  }
}

/** Unlinks the probe; where this user may not, or where it lies in another folder, the server empties it. */
async function remove(path: string, target: Parameters<typeof removeByEmptyWrite>[0]): Promise<void> {
  try {
    await unlink(path);
  } catch {
    await removeByEmptyWrite(target).catch(() => undefined);
  }
}
