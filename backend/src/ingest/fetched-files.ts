import { mkdir } from "node:fs/promises";
import { expectedLength } from "@pnmlab/pnm-codec";
import type { FileSource } from "./file-source.ts";
import { type IngestOptions, startIngest } from "./ingest.ts";
import { TftpFetch, type TftpFetchOptions } from "./tftp-fetch.ts";

export interface FetchedFilesOptions extends IngestOptions, Pick<TftpFetchOptions, "server" | "ownPrefix"> {}

/**
 * Takes in files of a TFTP server whose folder cannot be mounted. They are fetched into `directory`, which is
 * ours alone, and go on from there like all others: what was fetched before a crash is not lost by it.
 * Fetched are files that a session of this installation owns; others at the server are none of our business.
 */
export async function startFetchedFiles(options: FetchedFilesOptions): Promise<FileSource> {
  const { server, directory, claimer, consumed, ownPrefix, log } = options;
  await mkdir(directory, { recursive: true });
  const ingest = await startIngest(options);
  const fetch = new TftpFetch({
    server,
    directory,
    ownPrefix,
    log,
    expectedLength: (bytes) => expectedLength(bytes),
    isWanted: (name) => claimer.claim(name)?.removeAfter === true && !consumed?.has(name),
  });
  const close = async () => {
    await fetch.close();
    await ingest.close();
  };
  return {
    get waiting() {
      return fetch.waiting + ingest.waiting;
    },
    report: (fileName, wasThere) => fetch.report(fileName, wasThere),
    close,
    [Symbol.asyncDispose]: close,
  };
}
