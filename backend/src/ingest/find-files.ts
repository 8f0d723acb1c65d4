import type { Dir } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { inFolder } from "./names.ts";

/** Sub-folders below the TFTP directory: no deeper, and not more. */
export const MAX_DEPTH = 4;
export const MAX_FOLDERS = 256;

/** Paths of the files at and below a directory whose names are wanted; a directory that is not there has none. */
export async function* findFiles(
  directory: string,
  isWanted: (base: string) => boolean,
): AsyncGenerator<string, void, undefined> {
  const folders = [""];
  for (const folder of folders) {
    for await (const entry of (await openOrNone(join(directory, folder))) ?? []) {
      const path = inFolder(folder, entry.name);
      if (!entry.isDirectory()) {
        if (isWanted(entry.name)) yield path;
      } else if (
        !entry.name.startsWith(".") &&
        path.split("/").length <= MAX_DEPTH &&
        folders.length < MAX_FOLDERS
      ) {
        folders.push(path);
      }
    }
  }
}

async function openOrNone(path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
