import type { Recording, RecordingKind } from "@pnmlab/protocol";
import type { TableSort } from "../table-sort.ts";
import { recordingName } from "./recording-name.ts";

const KIND_WORDS: Record<RecordingKind, string> = {
  ring: "Ring, what is held now",
  kept: "Kept",
  scheduled: "Scheduled",
  triggered: "By an event",
  imported: "Imported",
};

export function kindWords(kind: RecordingKind): string {
  return KIND_WORDS[kind];
}

export type RecordingColumn = "label" | "kind" | "port" | "first" | "length" | "frames" | "size";

/** Time from the first to the newest frame; 0 where there is none. */
export function lengthMs({ firstMs, lastMs }: Recording): number {
  return firstMs === null || lastMs === null ? 0 : lastMs - firstMs;
}

const VALUES: Record<RecordingColumn, (recording: Recording) => string | number> = {
  label: (recording) => recordingName(recording).toLowerCase(),
  kind: ({ kind }) => KIND_WORDS[kind],
  port: ({ cmtsId, rfPortName }) => `${cmtsId} ${rfPortName}`,
  first: ({ firstMs }) => firstMs ?? 0,
  length: lengthMs,
  frames: ({ frames }) => frames,
  size: ({ sizeBytes }) => sizeBytes,
};

/** Sorted by a column; equal ones keep their order. */
export function sortRecordings(
  recordings: readonly Recording[],
  sort: TableSort<RecordingColumn>,
): Recording[] {
  const value = VALUES[sort.column];
  const sign = sort.isDescending ? -1 : 1;
  return recordings.toSorted((a, b) => {
    const [one, other] = [value(a), value(b)];
    return one === other ? 0 : one < other ? -sign : sign;
  });
}

/** Those that hold every word of a filter; `kind:`, `port:` and `cmts:` look in one field only. */
export function filterRecordings(recordings: readonly Recording[], filter: string): readonly Recording[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return recordings.filter((recording) => words.every((word) => holds(recording, word)));
}

function holds(recording: Recording, word: string): boolean {
  const { kind, rfPortName, cmtsId, note } = recording;
  const fields: Record<string, string> = {
    kind: `${kind} ${KIND_WORDS[kind]}`,
    port: rfPortName,
    cmts: cmtsId,
  };
  const [field = "", value = ""] = word.split(/:(.*)/, 2);
  const one = value === "" ? undefined : fields[field];
  return one !== undefined
    ? one.toLowerCase().includes(value)
    : [...Object.values(fields), recordingName(recording), note].some((text) =>
        text.toLowerCase().includes(word),
      );
}
