// Type 68, upstream histogram at the CMTS (DOCS-PNM-MIB, docsPnmCmtsUsHistFileName): the common CMTS header,
// then
//
//   size  field
//   1     symmetry, TruthValue: 1 odd (255 bins), 2 even (256 bins)
//   4     length D of the dwell counts, bytes
//   D     u32 dwell counts
//   4     length H of the hit counts, bytes
//   H     u32 hit counts, far negative to far positive
//
// 1314 bytes with 256 bins (CommScope E6000 CER user guide R13.0). DOCS-PNM-MIB of 2015 prints start time 4
// and end time 4 in the place of the symmetry byte.

import { type Field, u8, u32 } from "../binary/fields.ts";
import {
  type CmtsHeader,
  cmtsLayouts,
  fieldsNamed,
  orderedFor,
  summarizeCmtsHeader,
} from "../cmts-header.ts";
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
import type { PnmRecordBase } from "../record.ts";
import { summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface UsHistogramHeader extends CmtsHeader {
  /** 1 odd, 2 even; undefined in the arrangement of 2015. */
  symmetry: number | undefined;
  /** Only in the arrangement of 2015, as the next. */
  startTime: number | undefined;
  endTime: number | undefined;
}

export interface UsHistogramRecord extends PnmRecordBase, HistogramCounts {
  kind: "us-histogram";
  layout: "version-1" | "version-2" | "version-1-mib-2015" | "version-2-mib-2015";
  header: UsHistogramHeader;
}

const TITLE = "US histogram";

const STANDARD: readonly Field<keyof UsHistogramHeader>[] = [u8("symmetry", "Symmetry")];
const MIB_2015: readonly Field<keyof UsHistogramHeader>[] = [
  u32("startTime", "Count start time"),
  u32("endTime", "Count end time"),
];

const STANDARD_LAYOUTS = cmtsLayouts<UsHistogramHeader, UsHistogramRecord["layout"]>("", STANDARD, {
  startTime: undefined,
  endTime: undefined,
});
const MIB_2015_LAYOUTS = cmtsLayouts<UsHistogramHeader, UsHistogramRecord["layout"]>("-mib-2015", MIB_2015, {
  symmetry: undefined,
});
const interleave = <T>(a: readonly T[], b: readonly T[]) => a.flatMap((item, i) => [item, b[i]!]);
const LAYOUTS = {
  before2: interleave(STANDARD_LAYOUTS.before2, MIB_2015_LAYOUTS.before2),
  from2: interleave(STANDARD_LAYOUTS.from2, MIB_2015_LAYOUTS.from2),
};

const fieldsOf = ({ layout }: UsHistogramRecord) => fieldsNamed(LAYOUTS, layout);

export const usHistogram: PnmType<UsHistogramRecord> = {
  kind: "us-histogram",
  title: TITLE,
  decode(file) {
    const { layout, header, ...rest } = readHistogram(file, orderedFor(file.preamble, LAYOUTS));
    if (header.symmetry !== undefined && header.symmetry !== 1 && header.symmetry !== 2) {
      rest.anomalies.push(`symmetry is ${header.symmetry}, not 1 or 2`);
    }
    return { kind: "us-histogram", title: TITLE, layout: layout.name, header, ...rest };
  },
  encode: (record) => writeHistogram(record.header, fieldsOf(record), record, record.trailing),
  expectedLength: (file) => expectedHistogramLength(file, orderedFor(file.preamble, LAYOUTS)),
  describe: (record) => [
    ...describeHeaderFields(record.header, fieldsOf(record)),
    ...describeHistogramLengths(record, headerLengthOf(record.header, fieldsOf(record))),
  ],
  plot: (record) => plotHistogram(TITLE, record, record.header.symmetry === 1),
  summarize: (record, sha256) => ({
    kind: "us_histogram",
    header: {
      ...summarizePreamble(record.header),
      ...summarizeCmtsHeader(record.header),
      ...(record.header.symmetry === undefined
        ? { start_time: record.header.startTime, end_time: record.header.endTime }
        : { symmetry: record.header.symmetry }),
      dwell_length_bytes: record.dwellCounts.byteLength,
      hit_length_bytes: record.hitCounts.byteLength,
    },
    histogram: summarizeHistogram(record, sha256),
  }),
};
