import type { UtscOutputFormat } from "@pnmlab/pnm-codec";
import type { ErrorStatus } from "../snmp/error-status.ts";
import type { Oid } from "../snmp/oid.ts";
import type { RowAction, RowState } from "../snmp/row-status.ts";
import type { UtscConfig } from "../utsc/utsc-config.ts";

/** One thing in which a personality differs from the MIB, and who says so. */
export interface Quirk {
  what: string;
  /** A document or an observation; "assumption" where nobody says what really happens. */
  source: string;
}

/** How one vendor's CMTS differs, as data. A personality adds what the MIB leaves open or the vendor bends. */
export interface Personality {
  name: string;
  /** For a list of personalities: the equipment that it stands for. */
  title: string;
  /** Follows "PNM Lab CMTS simulator" in sysDescr; holds the word by which managers know the vendor. */
  sysDescrMarker: string;
  sysObjectId: Oid;
  quirks: readonly Quirk[];
  interfaces: InterfaceScheme;
  provisioning: Provisioning;
  bulk: BulkRules;
  capabilities: UtscCapabilities;
  /** Rules of single columns; those that are absent follow the MIB. */
  columns: { readonly [Key in keyof UtscConfig]?: ColumnRule };
  timing: TimingRules;
  start: StartRules;
  concurrency: ConcurrencyRules;
  files: FileRules;
  /** docsPnmCmtsUtscResultUsSampleSize of FFT formats: values in the payload, or samples that went into the FFT. */
  sampleSize: "payload" | "fftLength";
  /** Whether docsPnmCmtsUtscResultOutput holds the newest capture; it is empty otherwise. */
  resultOutput: boolean;
}

/** Numbers and names of interfaces; port and channel count from 1. */
interface InterfaceScheme {
  macDomainIfIndex(domain: number): number;
  downstreamIfIndex(domain: number, channel: number): number;
  /** Of the one OFDM channel that a MAC domain sends. */
  ofdmDownIfIndex(domain: number): number;
  rfPortIfIndex(port: number): number;
  physicalIfIndex(port: number, channel: number): number;
  logicalIfIndex(port: number, channel: number): number;
  /** @param ordinal counts the OFDMA channels of the port alone */
  ofdmaIfIndex(port: number, channel: number, ordinal: number): number;
  ofdmaDescr?(port: number, channel: number): string;
  rfPortDescr(port: number): string;
  rfPortName(port: number): string;
}

interface Provisioning {
  /** Rows that every RF port has from boot. */
  rows: readonly { cfgIndex: number; state: RowState; config?: Partial<UtscConfig> }[];
  /** Values of docsPnmCmtsUtscCfgIndex that a row can have. */
  cfgIndices: readonly number[];
  /** Whether managers create rows, or only those from boot exist. */
  creation: "byManager" | "never";
  /** Actions on RowStatus that are refused, and how. */
  refusedActions: { readonly [Action in RowAction]?: ErrorStatus };
  /** Besides an RF port, whether its OFDMA channels may stand in the index of a row. */
  rowKeys: "rfPort" | "rfPortOrOfdma";
  /** The only TriggerMode of a row, by its CfgIndex. */
  boundTriggerModes?: Readonly<Record<number, number>>;
  /** Rows exist on ports with modems alone. */
  needsModems?: true;
  /** Time in which a port takes no further write, after a row was destroyed or created on it. */
  settleMs?: { afterDestroy: number; afterCreate: number };
  /** What RowStatus of a row that is out of service reads, where not notInService(2). */
  outOfServiceReads?: number;
}

interface BulkRules {
  /** docsPnmBulkDataTransferCfgTable is the current one, docsPnmCcapBulkDataControlTable the deprecated one. */
  tables: "current" | "deprecated" | "both";
  /** Which of them decides where the files go. */
  steeredBy: "current" | "deprecated";
  /** Whether row 1 of the current table exists from boot, without an address. */
  destinationRow: boolean;
  /** Whether docsPnmBulkFileStatusTable has files that were sent as well as those that stayed. */
  reportsUploads?: boolean;
  /** How a SET of docsPnmBulkDataTransferCfgProtocol is refused. */
  protocolRefusal?: ErrorStatus;
  /** How a SET of DestinationIndex is refused while no server of the deprecated table takes UTSC files. */
  destinationWithoutServer?: ErrorStatus;
}

interface UtscCapabilities {
  /** Values of docsPnmCmtsUtscCfgTriggerMode. */
  triggerModes: readonly number[];
  outputFormats: readonly UtscOutputFormat[];
  /** Values of docsPnmCmtsUtscCfgWindow. */
  windows: readonly number[];
  description: string;
}

/** What a column takes beyond the MIB's range, and what becomes of it. */
export interface ColumnRule {
  notWritable?: true;
  default?: number | string;
  /** Values that are taken although the capabilities do not name them; `adjust` makes others of them. */
  alsoAccepts?: readonly number[];
  /** Values that a SET confirms and that change nothing. */
  ignores?: (value: number) => boolean;
  /** Values outside of all of these are refused with `refusal`. */
  oneOf?: readonly number[];
  ranges?: readonly (readonly [number, number])[];
  multipleOf?: number;
  pattern?: RegExp;
  refusal?: ErrorStatus;
  /** The value that is kept and read back. */
  adjust?: (value: number) => number;
}

export interface TimingRules {
  /** Shortest time between two captures; a shorter RepeatPeriod is kept, and not kept up with. */
  minRepeatPeriodUs: number;
  /** Time after which a test whose trigger never comes fails, by docsPnmCmtsUtscCfgTriggerMode. */
  triggerTimeoutMs: Readonly<Record<number, number>>;
  /** Time between the grants that trigger captures. */
  grantIntervalMs: number;
  /** Trigger modes whose runs never end by themselves, whatever TriggerCount says. */
  endless?: readonly number[];
  /** Whether RepeatPeriod over FreeRunDuration is refused when it is written; at the activation otherwise. */
  checkedWhenWritten: boolean;
}

interface StartRules {
  filenameRequired: boolean;
  /** Whether triggers need a channel; else LogicalChIfIndex 0 stands for the RF port itself, as the MIB has it. */
  triggerChannelRequired: boolean;
  freeRunDurationRequired: boolean;
  /** Longest free run whose result is written into files. */
  maxFreeRunDurationMs: number;
  /** Shortest RepeatPeriod but 0 whose result can be written into files. */
  minFileRepeatPeriodUs: number;
  /** How a start is refused. */
  refusal: ErrorStatus;
  /** How a start of a row that is not active is refused. */
  inactiveRow: ErrorStatus;
  /** Limits of a free run that no SET of a column tells. */
  hidden?: HiddenLimits;
  /** Spans and bins per receiver circuit; undefined where any combination goes. */
  receivers?: { wideband: ReceiverLimits; narrowband: ReceiverLimits };
}

export interface HiddenLimits {
  repeatPeriodUs: readonly [number, number];
  freeRunDurationMs: readonly [number, number];
  /** FreeRunDuration over RepeatPeriod, at most. */
  maxCaptures: number;
  /**
   * What becomes of a row beyond: the activation is confirmed and the row goes out of service again, or
   * the start is confirmed and the status stays inactive.
   */
  beyond: "silentRevert" | "silentNoStart";
}

export interface ReceiverLimits {
  maxCenterFrequencyHz: number;
  fftSpansHz: readonly number[];
  fftBins: readonly number[];
  timeSpansHz: readonly number[];
  timeSamples: readonly number[];
}

interface ConcurrencyRules {
  portsPerCard: number;
  testsPerCard: number;
  testsPerChassis: number;
  /** How a start beyond that ends: the SET succeeds and the status says why not, or the SET is refused. */
  beyond: "statusResourceUnavailable" | "refused";
}

export interface FileRules {
  form: "common-header-v2" | "e6000-328";
  /** Whether the configured name counts, or files have the MIB's default name whatever it is. */
  naming: "configured" | "default";
  /** Between hours, minutes and seconds in a name. */
  timeSeparator: "." | ":";
  /** Folder that a configured name may carry and a file name does not. */
  ownFolder: string;
  /** Whether a configured name always gets a timestamp, or only where a run makes several files. */
  timestamp: "always" | "severalFiles";
  /** Files after which a run ends, whatever its duration. */
  maxFilesPerRun: number;
  maxFileBytes: number;
}
