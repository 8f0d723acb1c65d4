import { messageOf } from "@pnmlab/kit";
import type { Recording } from "@pnmlab/protocol";
import { type ShallowRef, shallowRef } from "vue";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";
import { useRecorder } from "./use-recorder.ts";

export const RECORDING_SUFFIX = ".pnmrec";

/** Name of the file that is being taken in; why the last one was not. The page has one of each. */
const importing = shallowRef<string>();
const failure = shallowRef<string>();

/** Takes recordings in that were saved as files. */
export function useRecordingImport(): {
  importing: ShallowRef<string | undefined>;
  failure: ShallowRef<string | undefined>;
  /** @returns what the last of the files has become; undefined where it was refused */
  importFiles(files: readonly File[]): Promise<Recording | undefined>;
} {
  const { sync } = useLab();
  const { refresh } = useRecorder();
  return {
    importing,
    failure,
    async importFiles(files) {
      failure.value = undefined;
      let imported: Recording | undefined;
      for (const file of files) {
        importing.value = file.name;
        try {
          imported = await sync.client.recordings.importFile(file);
          announce(`${file.name} is taken in`);
        } catch (cause) {
          imported = undefined;
          failure.value = `${file.name} was not taken in. ${messageOf(cause)}`;
          announceFailure(failure.value);
        }
      }
      importing.value = undefined;
      await refresh();
      return imported;
    },
  };
}
