import type {
  UtscField,
  UtscFieldValue,
  UtscOutputFormatName,
  UtscTriggerModeName,
  UtscValues,
} from "./field.ts";

/** Who says so, and where it stands. */
export interface UtscSource {
  readonly kind: "capability" | "profile" | "mib" | "product";
  readonly name: string;
  readonly citation: string;
}

/** Kind of the channel that triggers; `none` where LogicalChIfIndex names none. */
export type UtscChannelKind = "scQam" | "ofdma" | "none";

export interface UtscCondition {
  readonly triggerModes?: readonly UtscTriggerModeName[];
  readonly outputFormats?: readonly UtscOutputFormatName[];
  readonly channelKinds?: readonly UtscChannelKind[];
}

export type UtscLimit =
  | { readonly kind: "values"; readonly values: readonly UtscFieldValue[] }
  | { readonly kind: "ranges"; readonly ranges: readonly (readonly [least: number, most: number])[] }
  | { readonly kind: "multipleOf"; readonly step: number }
  | {
      readonly kind: "relation";
      readonly relation: "spanAboveZero" | "periodWithinFreeRun" | "capturesPerRun" | "required";
      readonly most?: number;
    };

/** What must hold of a column; a value outside is not sent. */
export interface UtscRule {
  readonly id: string;
  readonly field: UtscField;
  readonly when?: UtscCondition;
  readonly limit: UtscLimit;
  readonly text: string;
  readonly source: UtscSource;
}

/** What a CMTS does to a value that it takes. */
export interface UtscAdjustment {
  readonly id: string;
  readonly field: UtscField;
  readonly when?: UtscCondition;
  /** Values that it concerns; absent: those that `roundUpTo` changes, else all. */
  readonly values?: readonly UtscFieldValue[];
  readonly roundUpTo?: number;
  /** The value that is read back, where that is known. */
  readonly becomes?: UtscFieldValue;
  readonly text: string;
  readonly source: UtscSource;
}

/** A column that users cannot choose. */
export interface UtscClosedColumn {
  readonly state: "fixed" | "unsupported";
  readonly fixedValue?: UtscFieldValue;
  readonly reason: string;
  readonly source: UtscSource;
}

export interface UtscQuirk {
  readonly id: string;
  readonly text: string;
  readonly source: UtscSource;
}

/** How rows of docsPnmCmtsUtscCfgTable come and go. */
export interface UtscRowHabits {
  /** Tried one after the other; empty where rows are there from boot and managers make none. */
  readonly creation: readonly ("createAndWait" | "createAndGo")[];
  /** Rows that a manager may make, in order of preference; a further one is tried where the CMTS refuses. */
  readonly cfgIndexes: readonly number[];
  /** Whether a row that a manager finds is removed and made anew in place of being written. */
  readonly recreate: boolean;
  /** Whether a row serves one trigger mode only. */
  readonly boundToTriggerMode: boolean;
  /** Whether a row may be removed at all. */
  readonly removable: boolean;
  readonly pauseAfterRemovalMs: number;
  readonly pauseAfterCreationMs: number;
}

/** Where a CMTS is told to send its files. */
export interface UtscDestinationHabits {
  /** `current` is docsPnmBulkDataTransferCfgTable, `deprecated` docsPnmCcapBulkDataControlTable. */
  readonly tables: readonly ("current" | "deprecated")[];
  /** Whether docsPnmBulkDataTransferCfgProtocol is written; one CMTS answers genErr to it. */
  readonly writesProtocol: boolean;
}

/** How a CMTS writes and scales its samples. */
export interface UtscSampleHabits {
  /** Order of the bytes of a sample. */
  readonly byteOrder: "big" | "little";
  /**
   * What a bin of its own FFT reads: with `cw` a tone its level, so that noise reads high by the noise bandwidth of
   * the window in bins; with `power` all bins together the total power, so that a tone reads low by as much.
   */
  readonly binCal: "cw" | "power";
  /** Added to K for samples of time: 0 where K refers to bins of a normalised FFT. */
  readonly timeOffsetDb: number;
}

/** How many tests a CMTS runs at a time. */
export interface UtscCapacityLimit {
  readonly scope: "lineCard" | "chassis";
  readonly most: number;
  /** Tests with a shorter RepeatPeriod, but for 0, run on other hardware and do not count. */
  readonly fromRepeatPeriodUs?: number;
  readonly text: string;
  readonly source: UtscSource;
}

export interface UtscCapacity {
  /** Finds the line card, its first group, in the name of an RF port. */
  readonly lineCard: RegExp;
  readonly limits: readonly UtscCapacityLimit[];
}

/** A vendor's CMTS as a manager must know it. */
export interface UtscProfile {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly UtscRule[];
  readonly adjustments: readonly UtscAdjustment[];
  readonly closed: { readonly [Field in UtscField]?: UtscClosedColumn };
  /** What a start asks for where the user asks for nothing. */
  readonly defaults: UtscValues;
  /** FreeRunDuration that a start asks for where the captures of one run are within the vendor's limit. */
  readonly freeRunDurationMs: number;
  readonly writeOrder: readonly UtscField[];
  readonly row: UtscRowHabits;
  readonly destination: UtscDestinationHabits;
  readonly samples: UtscSampleHabits;
  /** `vendor` where files are named by the CMTS, whatever Filename says, or Filename cannot be written. */
  readonly fileNaming: "configured" | "vendor";
  /** Files after which a run ends, whatever its duration. */
  readonly filesPerRun?: number;
  /** Absent where no source tells of a limit beyond one test per RF port. */
  readonly capacity?: UtscCapacity;
  readonly quirks: readonly UtscQuirk[];
}
