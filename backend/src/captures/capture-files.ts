import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, PnmLabError } from "@pnmlab/kit";

/** The bytes of captures, bit-exact, each under its SHA-256 in a folder of the hash's first two digits. */
export class CaptureFiles {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, "captures");
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }

  /**
   * Stores bytes under their hash; where they are stored already, nothing is written. A reader sees the
   * whole file or none.
   *
   * @throws PnmLabError `CAPTURE_STORE_FAILED`, retryable: the disk may have room later.
   */
  async store(sha256: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(sha256);
    const part = `${path}.${randomUUID()}.part`;
    try {
      if ((await sizeOf(path)) === bytes.length) return;
      await mkdir(dirname(path), { recursive: true });
      const file = await open(part, "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw new PnmLabError("CAPTURE_STORE_FAILED", `${path} could not be written: ${messageOf(error)}`, {
        cause: error,
        retryable: true,
      });
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
