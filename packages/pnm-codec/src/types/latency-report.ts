// `LLD` 01, latency report of a modem.
//
//   offset  size  field
//   6       4     capture time
//   10      1     number of latency summary objects
//   11            that many objects, whose layout is in no available text
//
// The report is recognised and shown as header and bytes; no field of the objects is invented.

import { readFields, u8, u32, writeFields } from "../binary/fields.ts";
import { bodyReader, describeHeaderFields, startFile } from "../file.ts";
import { emptyPlot } from "../plot.ts";
import type { PnmHeader, PnmRecordBase } from "../record.ts";
import { hashNumbers, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface LatencyReportHeader extends PnmHeader {
  objectCount: number;
}

export interface LatencyReportRecord extends PnmRecordBase {
  kind: "latency-report";
  layout: "header-only";
  header: LatencyReportHeader;
  /** The objects as stored; shares the file's memory. */
  objects: Uint8Array;
}

const TITLE = "Latency report";

const FIELDS = [
  u32("captureTimeS", "Capture time", "s"),
  u8("objectCount", "Latency summary objects"),
] as const;

export const latencyReport: PnmType<LatencyReportRecord> = {
  kind: "latency-report",
  title: TITLE,
  decode(file) {
    const reader = bodyReader(file);
    const header: PnmHeader = { ...file.preamble };
    readFields(reader, FIELDS, header as unknown as Record<string, string | number>);
    const objects = file.bytes.subarray(reader.offset);
    return {
      kind: "latency-report",
      title: TITLE,
      layout: "header-only",
      header: header as LatencyReportHeader,
      objects,
      reading: {
        layout: "header-only",
        reason: "the layout of the summary objects is not published",
        confidence: "low",
        alternatives: [],
      },
      anomalies: objects.length === 0 ? ["no bytes follow the header"] : [],
      trailing: file.bytes.subarray(file.bytes.length),
    };
  },
  encode(record) {
    const writer = startFile(record.header, record.objects.length);
    writeFields(writer, FIELDS, { ...record.header });
    writer.bytes(record.objects);
    writer.bytes(record.trailing);
    return writer.finish();
  },
  // Nothing in the header says how long the objects are.
  expectedLength: () => undefined,
  describe: (record) => describeHeaderFields(record.header, FIELDS),
  plot: () => emptyPlot(TITLE),
  summarize: (record, sha256) => ({
    kind: "latency_report",
    header: { ...summarizePreamble(record.header), num_objects: record.header.objectCount },
    object_bytes: record.objects.length,
    sha256_raw_ints: hashNumbers(record.objects, sha256),
  }),
};
