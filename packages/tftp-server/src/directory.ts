import { constants } from "node:fs";
import {
  access,
  type FileHandle,
  lstat,
  open,
  readdir,
  realpath,
  rm,
  statfs,
  unlink,
} from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { TftpFault } from "./fault.ts";
import { PART_NAME } from "./incoming-file.ts";

/** How long a measured free space is taken as true, in milliseconds. */
const FREE_SPACE_MAX_AGE_MS = 1000;

/** What a download reads from. */
export interface ReadableFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

/** A content that lies in memory, as a file. */
export function fileInMemory(content: Uint8Array): { handle: ReadableFile; bytes: number } {
  return {
    bytes: content.length,
    handle: {
      read: async (buffer, offset, length, position) => {
        const part = content.subarray(position, position + length);
        buffer.set(part, offset);
        return { bytesRead: part.length };
      },
      close: async () => undefined,
    },
  };
}

/** The flat folder of the server. It belongs to one server: at start, unfinished transfers in it are removed. */
export class FileDirectory {
  readonly path: string;
  #freeSpace: { measuredAt: number; bytes: Promise<number> } | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Checks that the folder can be written and removes what an earlier crash left unfinished.
   *
   * @throws PnmLabError `DIRECTORY_UNUSABLE`.
   */
  static async open(path: string): Promise<{ directory: FileDirectory; swept: string[] }> {
    try {
      const directory = new FileDirectory(await realpath(path));
      await access(directory.path, constants.R_OK | constants.W_OK | constants.X_OK);
      const swept = (await readdir(directory.path)).filter((name) => PART_NAME.test(name));
      for (const name of swept) await rm(join(directory.path, name), { force: true });
      return { directory, swept };
    } catch (cause) {
      throw new PnmLabError("DIRECTORY_UNUSABLE", `TFTP directory ${path}: ${messageOf(cause)}`, { cause });
    }
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  /**
   * Whether a regular file of this name exists.
   *
   * @throws TftpFault `NOT_A_FILE` where the name is that of a link, a folder or a device, or the error
   * of the file system.
   */
  async hasFile(name: string): Promise<boolean> {
    const stats = await lstat(this.pathOf(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (stats !== undefined && !stats.isFile()) throw notAFile();
    return stats !== undefined;
  }

  /** Deletes a regular file; false where none exists. */
  async remove(name: string): Promise<boolean> {
    if (!(await this.hasFile(name))) return false;
    await unlink(this.pathOf(name));
    return true;
  }

  /**
   * Opens a regular file for reading; a link is not followed.
   *
   * @throws TftpFault `NOT_A_FILE`, or the error of the file system.
   */
  async openForReading(name: string): Promise<{ handle: FileHandle; bytes: number }> {
    // Without O_NONBLOCK, opening a FIFO would wait for its writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(this.pathOf(name), flags);
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, bytes: stats.size };
    await handle.close();
    throw notAFile();
  }

  /** @throws TftpFault `DISK_FULL` where less than `neededBytes` are free. */
  async requireFreeBytes(neededBytes: number): Promise<void> {
    const now = performance.now();
    if (this.#freeSpace === undefined || now - this.#freeSpace.measuredAt > FREE_SPACE_MAX_AGE_MS) {
      const bytes = statfs(this.path).then((stats) => stats.bavail * stats.bsize);
      this.#freeSpace = { measuredAt: now, bytes };
    }
    if ((await this.#freeSpace.bytes) < neededBytes) {
      throw new TftpFault("DISK_FULL", "disk full", { retryable: true });
    }
  }
}

function notAFile(): TftpFault {
  return new TftpFault("NOT_A_FILE", "the name is not that of a regular file");
}
