import { messageOf } from "@pnmlab/kit";
import type { Capture } from "@pnmlab/protocol";
import { type ShallowRef, shallowRef, triggerRef } from "vue";
import type { LabClient } from "../api/lab-client.ts";
import { formatBytes } from "../model/format.ts";

/** Larger files are no captures; the backend takes none either. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What became of the wish to keep a file. */
export type Keeping =
  | { status: "not kept" }
  | { status: "keeping" }
  | { status: "kept"; capture: Capture; isNew: boolean }
  | { status: "failed"; message: string };

/** A file that was dropped on the page or picked: it lives here only, until it is kept. */
export interface OpenedFile {
  id: string;
  fileName: string;
  bytes: Uint8Array;
  modifiedAtMs: number;
  openedAtMs: number;
  keeping: ShallowRef<Keeping>;
}

const files = shallowRef<OpenedFile[]>([]);
const failures = shallowRef<string[]>([]);
let lastId = 0;

/** The files that were opened in this page since it was loaded, newest first, and those that could not be. */
export function useOpenedFiles() {
  return { files, failures, openFiles, closeFile, keepFile };
}

/** Reads files into the page; answers the first of them that could be read. */
async function openFiles(chosen: readonly File[]): Promise<OpenedFile | undefined> {
  const refused: string[] = [];
  const opened: OpenedFile[] = [];
  for (const file of chosen) {
    try {
      if (file.size > MOST_BYTES) {
        refused.push(
          `${file.name} has ${formatBytes(file.size)}; at most ${formatBytes(MOST_BYTES)} are read.`,
        );
        continue;
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      lastId += 1;
      opened.push({
        id: String(lastId),
        fileName: file.name,
        bytes,
        modifiedAtMs: file.lastModified,
        openedAtMs: Date.now(),
        keeping: shallowRef<Keeping>({ status: "not kept" }),
      });
    } catch (thrown) {
      refused.push(`${file.name} could not be read, is it a folder? ${messageOf(thrown)}`);
    }
  }
  failures.value = refused;
  files.value = [...opened, ...files.value];
  return opened[0];
}

function closeFile(id: string): void {
  files.value = files.value.filter((file) => file.id !== id);
}

/** Stores a file among the captures of the backend, bit by bit as it was opened. */
async function keepFile(client: LabClient, file: OpenedFile): Promise<void> {
  const { status } = file.keeping.value;
  if (status === "keeping" || status === "kept") return;
  file.keeping.value = { status: "keeping" };
  try {
    const { capture, isNew } = await client.keepCapture(file.fileName, file.bytes, file.modifiedAtMs);
    file.keeping.value = { status: "kept", capture, isNew };
  } catch (thrown) {
    file.keeping.value = { status: "failed", message: messageOf(thrown) };
  }
  triggerRef(files);
}
