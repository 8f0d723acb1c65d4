import type { HeaderField, Reading, UtscHints } from "@pnmlab/pnm-codec";

/** One trace of a panel. */
export interface PanelSeries {
  name: string;
  unit: string;
  /** NaN where nothing was measured. */
  values: Float64Array | Float32Array;
  form: "line" | "dots" | "bars" | "steps";
  /** Token of its colour; by its place among the series unless given. */
  token?: string | undefined;
}

/** One plot of a capture: what its values stand on, and what helps to read them. */
export interface PlotPanel {
  title: string;
  x: { label: string; unit: string; values: Float64Array };
  y: { label: string; unit: string; logarithmic: boolean };
  /** A constellation: both axes have one scale, and x and series are pairs. */
  square: boolean;
  series: PanelSeries[];
  /** Stretches of x without a measurement, both ends included. */
  excluded: { from: number; to: number; reason: string }[];
  /** Levels to compare with, named at the right edge. */
  marks: { value: number; name: string }[];
  /** Ideal points of a constellation, I and Q, and half the distance between neighbours. */
  ideal: { i: Float64Array; q: Float64Array; halfStep: number } | null;
}

/** A stretch of equally long values in the file. */
export interface DataRegion {
  offset: number;
  length: number;
  /** Bytes of one value. */
  valueBytes: number;
  /** What one value is called: `subcarrier`, `bin`, `sample`, `set`. */
  noun: string;
  /** The number of the first value as engineers count it. */
  firstNumber: number;
  /** Index of the first value in the first panel's series; null where the values are not plotted. */
  firstIndex: number | null;
  /** The series that shows these values; null for all of them. */
  series: number | null;
  /** Name of the stretch where a file has several: `Profile A`. */
  name: string;
}

/** What was used to read a UTSC file, for the form that overrides it. */
export interface UtscReading {
  layout: string;
  headerLength: number;
  sampleWidth: 2 | 4;
  endianness: "big" | "little";
  outputFormat: string;
  bins: number;
  frames: number;
  centerFrequencyHz: number | null;
  spanHz: number | null;
  kHundredthsDb: number | null;
  dbPerCount: number;
}

/** Everything the page shows of a file that was decoded. */
export interface Inspection {
  ok: true;
  kind: string;
  title: string;
  reading: Reading;
  anomalies: string[];
  header: HeaderField[];
  regions: DataRegion[];
  trailing: { offset: number; length: number } | null;
  panels: PlotPanel[];
  /** Figures of the whole capture, each with its unit. */
  figures: { name: string; value: string }[];
  frames: number;
  utsc: UtscReading | null;
}

/** Why a file was not decoded, and what of it could be read. */
export interface InspectionRefusal {
  ok: false;
  code: string;
  message: string;
  offset: number | null;
  expected: string | null;
  found: string | null;
  /** Header fields that could be read before the refusal, by name. */
  header: { name: string; value: string }[];
  /** Whether a tolerant reader finds a capture in it. */
  isReadableInPart: boolean;
}

export interface InspectionRequest {
  fileName: string;
  bytes: Uint8Array;
  /** Overrides of the user; undefined leaves everything to the file. */
  utsc?: UtscHints | undefined;
  /** Read what is there where bytes follow the data or the last part is cut off. */
  tolerant?: boolean | undefined;
  /** Which result set of a file with several. */
  frame?: number | undefined;
}
