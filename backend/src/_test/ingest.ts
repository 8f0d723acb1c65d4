import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@pnmlab/config";
import { sleep } from "@pnmlab/kit";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import { onTestFinished } from "vitest";
import type { CaptureSink, FileClaim, FileCleaner, IncomingFile } from "../contracts.ts";
import type { DirectoryState, WatchFolder } from "../ingest/directory-watch.ts";
import type { FileSource } from "../ingest/file-source.ts";
import { startIngest } from "../ingest/ingest.ts";

export const silentLog = createLogger("test", "silent");

/** A capture library in memory, whose storing can be made to fail. */
export class MemorySink implements CaptureSink {
  readonly accepted: IncomingFile[] = [];
  readonly #known = new Set<string>();
  failures = 0;
  delayMs = 1;

  async accept(file: IncomingFile): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("disk full");
    }
    if (this.delayMs > 0) await sleep(this.delayMs);
    this.accepted.push(file);
    this.#known.add(`${file.fileName}/${file.bytes.length}/${file.modifiedAt.getTime()}`);
  }

  knows(fileName: string, sizeBytes: number, modifiedAt: Date): boolean {
    return this.#known.has(`${fileName}/${sizeBytes}/${modifiedAt.getTime()}`);
  }
}

export interface IngestFixture {
  directory: string;
  sink: MemorySink;
  taken: (IncomingFile & { seenAtMs: number })[];
  removed: string[];
  states: DirectoryState[];
  claim: Partial<FileClaim>;
  ingest: FileSource;
}

/** Ingest on a temporary directory; files that begin with `pnmlab_` are claimed. */
export async function startIngestFixture(
  prepare: (directory: string) => Promise<void> = async () => {},
  claim: Partial<FileClaim> = {},
  watchFolder?: WatchFolder,
): Promise<IngestFixture> {
  const directory = await mkdtemp(join(tmpdir(), "ingest-"));
  await prepare(directory);
  const sink = new MemorySink();
  const taken: IngestFixture["taken"] = [];
  const removed: string[] = [];
  const states: DirectoryState[] = [];
  const cleaner: FileCleaner = {
    remove: async (fileName) => {
      removed.push(fileName);
      await rm(join(directory, fileName), { force: true });
    },
    list: async () => [],
  };
  const ingest = await startIngest({
    directory,
    sink,
    cleaner,
    log: silentLog,
    claimer: {
      claim: (fileName) =>
        fileName.startsWith("pnmlab_")
          ? { removeAfter: true, take: (file) => void taken.push(file), ...claim }
          : undefined,
    },
    ...(watchFolder === undefined ? {} : { watchFolder }),
    onDirectoryState: (state) => states.push(state),
  });
  onTestFinished(async () => {
    await ingest.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { directory, sink, taken, removed, states, claim, ingest };
}

export async function until(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${condition}`);
    await sleep(5);
  }
}

/** A capture whose header tells its length. */
export function captureBytes(bins = 800, seed = 0): Uint8Array {
  return encodeUtsc({
    form: "e6000-328",
    captureTimeS: 1_780_000_000,
    ifIndex: 5,
    ccapId: "ccap",
    outputFormat: "fftPower",
    bins,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    samples: Uint32Array.from({ length: bins }, (_, k) => k + seed),
    kHundredthsDb: -8600,
  });
}
