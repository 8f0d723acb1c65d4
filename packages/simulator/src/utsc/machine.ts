import type { MeasStatus } from "@pnmlab/docsis-mib";
import type { TransitionTable } from "@pnmlab/kit";

/** States of a UTSC test: the values of MeasStatusType. */
export type UtscState = Exclude<keyof typeof MeasStatus, "other">;

export type UtscEvent =
  /** InitiateTest = true, and the test begins. */
  | "start"
  /** InitiateTest = true, and resources are missing. */
  | "starve"
  /** Duration over or trigger count reached; all data is stored. */
  | "complete"
  /** As complete, but the file limit cut the data short. */
  | "truncate"
  /** The trigger never came, or the port failed. */
  | "fail"
  /** InitiateTest = false. */
  | "stop"
  /** Interfaces were renumbered. */
  | "renumber";

const idle = {
  start: "busy",
  starve: "resourceUnavailable",
  stop: "inactive",
  renumber: "interfaceModification",
} as const;

/**
 * docsPnmCmtsUtscStatusMeasStatus (DOCS-PNM-MIB): every state but busy takes a start, busy takes none, and
 * false leads to inactive from anywhere.
 */
export const utscTransitions: TransitionTable<UtscState, UtscEvent> = {
  inactive: idle,
  busy: {
    complete: "sampleReady",
    truncate: "sampleTruncated",
    fail: "error",
    stop: "inactive",
    renumber: "interfaceModification",
  },
  sampleReady: idle,
  error: idle,
  resourceUnavailable: idle,
  sampleTruncated: idle,
  interfaceModification: idle,
};
