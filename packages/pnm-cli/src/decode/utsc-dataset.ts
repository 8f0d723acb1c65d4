import {
  UTSC_FORMATS,
  type UtscRecord,
  utscFrequencyAxisHz,
  utscLevelReference,
  utscLevelsDb,
} from "@pnmlab/pnm-codec";
import { frequencyColumn, timeColumn } from "./columns.ts";
import type { Column, Dataset } from "./dataset.ts";

/** One table per result set: levels over frequency, or samples over time. */
export function utscDataset(record: UtscRecord): Dataset {
  const { integersPerBin } = UTSC_FORMATS[record.outputFormat];
  const integers = record.bins * integersPerBin;
  return {
    groupName: "frames",
    groups: Array.from({ length: record.frames }, (_, frame) => ({
      key: { frame: frame + 1 },
      columns: [
        ...positions(record),
        rawColumn(record, record.samples.subarray(frame * integers, (frame + 1) * integers)),
        ...levels(record, frame),
      ],
    })),
  };
}

function isTimeDomain({ outputFormat }: UtscRecord): boolean {
  return outputFormat === "timeIQ" || outputFormat === "rawAdc";
}

function positions(record: UtscRecord): Column[] {
  if (isTimeDomain(record)) return timeColumn(record.capture?.sampleRateHz, record.bins);
  const axis = utscFrequencyAxisHz(record);
  if (axis !== undefined) return [frequencyColumn(axis)];
  return [{ name: "bin", values: Uint32Array.from({ length: record.bins }, (_, k) => k) }];
}

function rawColumn(record: UtscRecord, samples: ArrayLike<number>): Column {
  switch (record.outputFormat) {
    case "timeIQ":
    case "fftIQ":
      return { name: "sample_raw", iq: samples, isRaw: true };
    case "fftPower":
      return { name: "power_raw", values: samples, isRaw: true };
    case "fftAmplitude":
      return { name: "amplitude_raw", values: samples, isRaw: true };
    case "fftDb":
      return { name: "level_raw", values: samples, isRaw: true };
    case "rawAdc":
      return { name: "adc_raw", values: samples, isRaw: true };
  }
}

function levels(record: UtscRecord, frame: number): Column[] {
  if (isTimeDomain(record)) return [];
  const name = utscLevelReference(record).unit === "dBmV" ? "level_dbmv" : "level_db";
  return [{ name, values: utscLevelsDb(record, frame), digits: 4 }];
}
