import { createHash, randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@pnmlab/config";
import { backoffDelayMs, isPnmLabError, KeyedQueue, messageOf, PnmLabError } from "@pnmlab/kit";
import { getFile } from "@pnmlab/tftp-client";
import { baseNameOf, isCaptureName, isPathBelow } from "./names.ts";
import { MAX_CAPTURE_BYTES } from "./read-file.ts";
import { QUIET_MS, QUIET_SHORT_MS } from "./stable-files.ts";

const MAX_AT_ONCE = 4;
/** Names kept in memory at most; a CMTS reports what is not fetched again. */
const MAX_NAMES = 10_000;
const DEADLINE_MS = 20_000;
const RETRY = { baseMs: 500, maxMs: 15_000 };
/** Pause before another look at a file that may still be written. */
const LOOK_AGAIN_MS = 1000;
const GIVE_UP_MS = 5 * 60_000;
/** A file that has been empty for that long was removed, not begun. */
const GIVE_UP_EMPTY_MS = 30_000;

export interface TftpFetchOptions {
  /** The TFTP server as this machine reaches it. */
  server: { host: string; port: number };
  /** The folder that fetched files are put into, each whole under its name. */
  directory: string;
  /** How names begin that tell by themselves which capture they are of; others do so by when they appear. */
  ownPrefix: string;
  /** Whether a reported file is to be fetched. */
  isWanted(fileName: string): boolean;
  expectedLength(bytes: Uint8Array): number | undefined;
  log: Logger;
  /** Time without success after which a file is given up, in milliseconds; one that was out of reach is
   * fetched when it is reported again. */
  giveUpMs?: number;
}

/** A file on its way from the TFTP server. */
interface Fetch {
  sinceMs: number;
  failures: number;
  /** SHA-256 of the bytes that were there last, and since when they have been the same. */
  content?: { sha256: string; sinceMs: number };
  timer?: NodeJS.Timeout;
}

/**
 * Fetches files by their names from a TFTP server whose folder cannot be mounted: one transfer per name,
 * four in all, each with a deadline and a largest size, repeated until the file is whole. The file at the
 * server is not touched here: it goes when what was fetched has been consumed.
 */
export class TftpFetch implements AsyncDisposable {
  readonly #options: TftpFetchOptions;
  readonly #queue = new KeyedQueue({ maxTotal: MAX_AT_ONCE, maxPerKey: 1 });
  readonly #fetches = new Map<string, Fetch>();
  /** Names fetched by this program, the oldest first. */
  readonly #fetched = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: TftpFetchOptions) {
    this.#options = options;
  }

  /** Files reported and not fetched yet. */
  get waiting(): number {
    return this.#fetches.size;
  }

  /**
   * A folder in front of the name, in which the CMTS had the file, is left aside. A file that its CMTS has
   * named by itself gets the time of its fetch; so one that was there before a session wanted it is never
   * fetched for that session.
   *
   * @param wasThere whether the file may be of any age
   */
  report(reportedName: string, wasThere = false): void {
    const name = baseNameOf(reportedName);
    if (this.#abort.signal.aborted || this.#fetches.has(name) || this.#fetched.has(name)) return;
    if (this.#fetches.size >= MAX_NAMES || !isPathBelow(name) || !isCaptureName(name)) return;
    const isOwnName = name.startsWith(this.#options.ownPrefix);
    if ((wasThere && !isOwnName) || !this.#options.isWanted(name)) {
      if (!isOwnName) this.#remember(name);
      return;
    }
    const fetch: Fetch = { sinceMs: performance.now(), failures: 0 };
    this.#fetches.set(name, fetch);
    this.#start(name, fetch);
  }

  async close(): Promise<void> {
    this.#abort.abort(new PnmLabError("CLOSED", "the backend is closing"));
    for (const { timer } of this.#fetches.values()) clearTimeout(timer);
    this.#queue.close();
    await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(name: string, fetch: Fetch): void {
    const run = this.#queue
      .run(name, () => this.#fetchOnce(name, fetch))
      .catch((error: unknown) => this.#fail(name, fetch, error))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #fetchOnce(name: string, fetch: Fetch): Promise<void> {
    const { server, expectedLength, log } = this.#options;
    const bytes = await getFile({
      ...server,
      name,
      maxBytes: MAX_CAPTURE_BYTES,
      deadlineMs: DEADLINE_MS,
      signal: this.#abort.signal,
    });
    // Empty stands for removed, unless the upload has only just begun.
    if (bytes.length === 0) throw new PnmLabError("FETCH_EMPTY", `${name} is empty`, { retryable: true });
    const expected = expectedLength(bytes);
    const isComplete = expected !== undefined && bytes.length >= expected;
    if (!isComplete && !isQuiet(fetch, bytes, expected === undefined ? QUIET_MS : QUIET_SHORT_MS)) {
      this.#again(name, fetch, LOOK_AGAIN_MS);
      return;
    }
    await this.#put(name, bytes);
    this.#fetches.delete(name);
    this.#remember(name);
    log.debug({ fileName: name, sizeBytes: bytes.length }, `${name} fetched`);
  }

  /** The folder's reader sees the file whole under its name, or not at all. */
  async #put(name: string, bytes: Uint8Array): Promise<void> {
    const { directory } = this.#options;
    const part = join(directory, `.${name.slice(0, 48)}.${randomBytes(8).toString("hex")}.part`);
    try {
      await writeFile(part, bytes, { flag: "wx" });
      await rename(part, join(directory, name));
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      throw error;
    }
  }

  #fail(name: string, fetch: Fetch, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    const { log, giveUpMs = GIVE_UP_MS } = this.#options;
    if (isPnmLabError(error, "TFTP_TOO_LARGE") || isPnmLabError(error, "TFTP_BAD_REQUEST")) {
      log.warn({ fileName: name }, `${name} is not fetched: ${messageOf(error)}`);
      this.#fetches.delete(name);
      this.#remember(name);
      return;
    }
    fetch.failures += 1;
    const isEmpty = isPnmLabError(error, "FETCH_EMPTY");
    const patienceMs = isEmpty ? Math.min(giveUpMs, GIVE_UP_EMPTY_MS) : giveUpMs;
    const isOver = performance.now() - fetch.sinceMs >= patienceMs;
    if (!isOver) {
      this.#again(name, fetch, backoffDelayMs(fetch.failures - 1, RETRY));
    } else {
      this.#fetches.delete(name);
      // The server has answered: a CMTS that still reports a removed file must not start it all anew.
      if (isEmpty || isPnmLabError(error, "TFTP_REFUSED")) this.#remember(name);
    }
    if (!isEmpty && (isOver || fetch.failures === 1)) {
      const next = isOver ? "given up" : "tried again";
      log.warn({ fileName: name }, `${name} could not be fetched and is ${next}: ${messageOf(error)}`);
    }
  }

  #again(name: string, fetch: Fetch, delayMs: number): void {
    fetch.timer = setTimeout(() => this.#start(name, fetch), delayMs);
  }

  #remember(name: string): void {
    this.#fetched.add(name);
    if (this.#fetched.size <= MAX_NAMES) return;
    const [oldest] = this.#fetched;
    this.#fetched.delete(oldest!);
  }
}

/** Whether the bytes have been the same for that long. */
function isQuiet(fetch: Fetch, bytes: Uint8Array, quietMs: number): boolean {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const nowMs = performance.now();
  if (fetch.content?.sha256 !== sha256) fetch.content = { sha256, sinceMs: nowMs };
  return nowMs - fetch.content.sinceMs >= quietMs;
}
