import type { UtscOutputFormat } from "@pnmlab/pnm-codec";
import type { ErrorStatus } from "../snmp/error-status.ts";
import type { UtscConfig } from "../utsc/utsc-config.ts";

/** How one vendor's CMTS differs, as data. A personality adds what the MIB leaves open or the vendor bends. */
export interface Personality {
  name: string;
  /** Follows "PNM Lab CMTS simulator" in sysDescr; holds the word by which managers know the vendor. */
  sysDescrMarker: string;
  interfaces: InterfaceScheme;
  provisioning: Provisioning;
  capabilities: UtscCapabilities;
  /** Rules of single columns; those that are absent follow the MIB. */
  columns: { readonly [Key in keyof UtscConfig]?: ColumnRule };
  timing: TimingRules;
  start: StartRules;
  concurrency: ConcurrencyRules;
  files: FileRules;
  /** docsPnmCmtsUtscResultUsSampleSize of FFT formats: values in the payload, or samples that went into the FFT. */
  sampleSize: "payload" | "fftLength";
}

/** Numbers and names of interfaces; port and channel count from 1. */
interface InterfaceScheme {
  macDomainIfIndex(domain: number): number;
  rfPortIfIndex(port: number): number;
  physicalIfIndex(port: number, channel: number): number;
  logicalIfIndex(port: number, channel: number): number;
  ofdmaIfIndex(port: number, channel: number): number;
  rfPortDescr(port: number): string;
  rfPortName(port: number): string;
}

interface Provisioning {
  /** Whether the UTSC row (port, 1) exists from boot and stays, or managers create and destroy it. */
  utscRows: "fixed" | "byManager";
  /** Whether destination row 1 exists from boot, without an address. */
  destinationRow: boolean;
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
}

interface StartRules {
  filenameRequired: boolean;
  freeRunDurationRequired: boolean;
  /** Longest free run whose result is written into files. */
  maxFreeRunDurationMs: number;
  /** Shortest RepeatPeriod but 0 whose result can be written into files. */
  minFileRepeatPeriodUs: number;
  /** Spans and bins per receiver circuit; undefined where any combination goes. */
  receivers?: { wideband: ReceiverLimits; narrowband: ReceiverLimits };
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
  /** How a start beyond that ends: the SET succeeds and the status says why not, or the SET is refused. */
  beyond: "statusResourceUnavailable" | "refused";
}

export interface FileRules {
  form: "common-header-v2" | "e6000-328";
  /** Folder that a configured name may carry and a file name does not. */
  ownFolder: string;
  /** Whether a configured name always gets a timestamp, or only where a run makes several files. */
  timestamp: "always" | "severalFiles";
  /** Files after which a run ends, whatever its duration. */
  maxFilesPerRun: number;
  maxFileBytes: number;
}
