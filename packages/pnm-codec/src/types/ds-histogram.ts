// Type 05, downstream histogram of the wideband receiver's samples (DOCS-PNM-MIB, docsPnmCmDsHistFileName).
// There is no channel id in front of the MAC.
//
//   offset (PNN)  size  field
//   10            6     modem MAC
//   16            1     symmetry, TruthValue: 1 odd (255 bins), 2 even (256 bins)
//   17            4     length D of the dwell counts, bytes
//   21            D     u32 dwell counts, one for all bins or one per bin
//   21+D          4     length H of the hit counts, bytes
//   25+D          H     u32 hit counts, far negative to far positive
//
// DOCS-PNM-MIB of 2015 prints channel id 1, MAC 6, start time 4 and end time 4 in front of D instead.

import { mac, u8, u32 } from "../binary/fields.ts";
import { describeHeaderFields, headerLengthOf } from "../file.ts";
import {
  describeHistogramLengths,
  expectedHistogramLength,
  type HistogramCounts,
  plotHistogram,
  readHistogram,
  summarizeHistogram,
  writeHistogram,
} from "../histogram.ts";
import type { PnmHeader, PnmRecordBase } from "../record.ts";
import type { Layout } from "../sized-file.ts";
import { summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface DsHistogramHeader extends PnmHeader {
  cmMac: string;
  /** 1 odd, 2 even; undefined in the arrangement of 2015. */
  symmetry: number | undefined;
  /** Only in the arrangement of 2015, as the next two. */
  channelId: number | undefined;
  startTime: number | undefined;
  endTime: number | undefined;
}

export interface DsHistogramRecord extends PnmRecordBase, HistogramCounts {
  kind: "ds-histogram";
  layout: "standard" | "mib-2015";
  header: DsHistogramHeader;
}

const TITLE = "DS histogram";

const LAYOUTS: readonly Layout<DsHistogramHeader, DsHistogramRecord["layout"]>[] = [
  {
    name: "standard",
    absent: { channelId: undefined, startTime: undefined, endTime: undefined },
    fields: [u32("captureTimeS", "Capture time", "s"), mac("cmMac", "Modem MAC"), u8("symmetry", "Symmetry")],
  },
  {
    name: "mib-2015",
    absent: { symmetry: undefined },
    fields: [
      u32("captureTimeS", "Capture time", "s"),
      u8("channelId", "Channel id"),
      mac("cmMac", "Modem MAC"),
      u32("startTime", "Count start time"),
      u32("endTime", "Count end time"),
    ],
  },
];

const fieldsOf = (record: DsHistogramRecord) => LAYOUTS.find(({ name }) => name === record.layout)!.fields;

export const dsHistogram: PnmType<DsHistogramRecord> = {
  kind: "ds-histogram",
  title: TITLE,
  decode(file) {
    const { layout, header, ...rest } = readHistogram(file, LAYOUTS);
    if (header.symmetry !== undefined && header.symmetry !== 1 && header.symmetry !== 2) {
      rest.anomalies.push(`symmetry is ${header.symmetry}, not 1 or 2`);
    }
    return { kind: "ds-histogram", title: TITLE, layout: layout.name, header, ...rest };
  },
  encode: (record) => writeHistogram(record.header, fieldsOf(record), record, record.trailing),
  expectedLength: (file) => expectedHistogramLength(file, LAYOUTS),
  describe: (record) => [
    ...describeHeaderFields(record.header, fieldsOf(record)),
    ...describeHistogramLengths(record, headerLengthOf(record.header, fieldsOf(record))),
  ],
  plot: (record) => plotHistogram(TITLE, record, record.header.symmetry === 1),
  summarize: (record, sha256) => ({
    kind: "ds_histogram",
    header: {
      ...summarizePreamble(record.header),
      ...(record.header.channelId === undefined ? {} : { channel_id: record.header.channelId }),
      cm_mac: record.header.cmMac,
      ...(record.layout === "standard"
        ? { symmetry: record.header.symmetry }
        : { start_time: record.header.startTime, end_time: record.header.endTime }),
      dwell_length_bytes: record.dwellCounts.byteLength,
      hit_length_bytes: record.hitCounts.byteLength,
    },
    histogram: summarizeHistogram(record, sha256),
  }),
};
