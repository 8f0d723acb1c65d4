// Type 09, modem spectrum analysis (DOCS-PNM-MIB, docsIf3CmSpectrumAnalysisCtrlCmdFileName).
//
//   offset (PNN)  size  field
//   10            1     channel id, 0
//   11            6     modem MAC
//   17            4     centre of the first segment, Hz
//   21            4     centre of the last segment, Hz
//   25            4     span of a segment, Hz
//   29            2     bins per segment
//   31            2     equivalent noise bandwidth, hundredths of a bin
//   33            2     window
//   35            4     data length, bytes
//   39            2n    signed hundredths of a dBmV; the last segment may be short (sampleTruncated)

import type { FrequencyAxis } from "../axis.ts";
import { mac, u8, u16, u32 } from "../binary/fields.ts";
import { readInt16s } from "../binary/integers.ts";
import { PnmDecodeError } from "../errors.ts";
import { describeHeaderFields } from "../file.ts";
import { hundredthsToDb, summarizeHundredths } from "../hundredths.ts";
import { frequencyPlotAxis } from "../plot.ts";
import type { PnmRecordBase } from "../record.ts";
import {
  expectedSizedLength,
  type Layout,
  readSizedFile,
  type SizedHeader,
  type SizedRules,
  writeSizedFile,
} from "../sized-file.ts";
import { axisFrequencies, hashDoubles, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface CmSpectrumHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  firstSegmentCenterHz: number;
  lastSegmentCenterHz: number;
  segmentSpanHz: number;
  binsPerSegment: number;
  equivalentNoiseBandwidthHundredthsBin: number;
  /** Key of `CM_SPECTRUM_WINDOWS`, which is not the UTSC enumeration. */
  window: number;
}

export interface CmSpectrumRecord extends PnmRecordBase {
  kind: "cm-spectrum";
  layout: "standard";
  header: CmSpectrumHeader;
  /** Raw hundredths of a dBmV, segments one after the other. */
  hundredthsDbmv: Int16Array;
}

/** Window functions of the modem spectrum analyser (DOCS-IF3-MIB). */
export const CM_SPECTRUM_WINDOWS: readonly string[] = [
  "other",
  "hann",
  "blackmanHarris",
  "rectangular",
  "hamming",
  "flatTop",
  "gaussian",
  "chebyshev",
];

const TITLE = "Modem spectrum analysis";

/** 4 GHz in segments of 1 MHz, the shortest there are, of 2048 bins, the most there are (DOCS-IF3-MIB). */
const MAX_BINS = 4096 * 2048;

const FIELDS = [
  u32("captureTimeS", "Capture time", "s"),
  u8("channelId", "Channel id"),
  mac("cmMac", "Modem MAC"),
  u32("firstSegmentCenterHz", "First segment centre", "Hz"),
  u32("lastSegmentCenterHz", "Last segment centre", "Hz"),
  u32("segmentSpanHz", "Segment span", "Hz"),
  u16("binsPerSegment", "Bins per segment"),
  u16("equivalentNoiseBandwidthHundredthsBin", "Equivalent noise bandwidth", "0.01 bin"),
  u16("window", "Window function"),
  u32("dataLengthBytes", "Data length", "bytes"),
] as const;

const LAYOUTS: readonly Layout<CmSpectrumHeader, "standard">[] = [{ name: "standard", fields: FIELDS }];

const RULES: SizedRules<CmSpectrumHeader> = {
  sampleBytes: 2,
  maximumDataBytes: 2 * MAX_BINS,
  plausible: (header) =>
    header.segmentSpanHz > 0 &&
    header.binsPerSegment > 0 &&
    header.lastSegmentCenterHz >= header.firstSegmentCenterHz &&
    header.dataLengthBytes <= 2 * expectedBins(header),
};

export const cmSpectrum: PnmType<CmSpectrumRecord> = {
  kind: "cm-spectrum",
  title: TITLE,
  decode(file) {
    const { header, payload, trailing, reading, anomalies } = readSizedFile(file, LAYOUTS, RULES);
    checkSegments(header, file.bodyOffset);
    anomalies.push(...segmentAnomalies(header, payload.length / 2));
    return {
      kind: "cm-spectrum",
      title: TITLE,
      layout: "standard",
      header,
      hundredthsDbmv: readInt16s(payload, 0, payload.length / 2),
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, FIELDS, record.hundredthsDbmv, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, LAYOUTS, RULES),
  describe: (record) => describeHeaderFields(record.header, FIELDS),
  plot: (record) => ({
    title: TITLE,
    style: "line",
    x: frequencyPlotAxis(cmSpectrumAxisHz(record)),
    series: [{ name: "Level", unit: "dBmV", values: cmSpectrumLevelsDbmv(record) }],
    excluded: [],
  }),
  summarize(record, sha256) {
    const axis = cmSpectrumAxisHz(record);
    const { bins, peak } = summarizeHundredths(record.hundredthsDbmv, sha256);
    const frequencies = axisFrequencies(axis);
    return {
      kind: "spectrum_analysis",
      header: {
        ...summarizePreamble(record.header),
        channel_id: record.header.channelId,
        cm_mac: record.header.cmMac,
        first_segment_center_hz: record.header.firstSegmentCenterHz,
        last_segment_center_hz: record.header.lastSegmentCenterHz,
        segment_span_hz: record.header.segmentSpanHz,
        bins_per_segment: record.header.binsPerSegment,
        equivalent_noise_bandwidth_hundredths_bin: record.header.equivalentNoiseBandwidthHundredthsBin,
        window_function: record.header.window,
        data_length_bytes: record.header.dataLengthBytes,
      },
      segments: axis.count / record.header.binsPerSegment,
      segments_expected_from_header: expectedSegments(record.header),
      bin_spacing_hz: axis.stepHz,
      bins,
      frequency_hz_float: {
        first: axis.firstHz,
        last: frequencies[axis.count - 1],
        count: axis.count,
        sha256_f64le: hashDoubles(frequencies, sha256),
      },
      peak: { ...peak, frequency_hz: frequencies[peak.index] },
    };
  },
};

/**
 * `first - span/2 + k * span/bins` over all segments, which follow one another without a gap. The spacing
 * stays a real number: cut to whole Hz it drifts by hundreds of Hz per segment.
 */
export function cmSpectrumAxisHz(record: CmSpectrumRecord): FrequencyAxis {
  const { firstSegmentCenterHz, segmentSpanHz, binsPerSegment } = record.header;
  return {
    firstHz: firstSegmentCenterHz - segmentSpanHz / 2,
    stepHz: segmentSpanHz / binsPerSegment,
    count: record.hundredthsDbmv.length,
  };
}

/** Levels in dBmV; in `out` if given, at least as long as the record has bins. */
export function cmSpectrumLevelsDbmv(
  { hundredthsDbmv }: CmSpectrumRecord,
  out: Float32Array = new Float32Array(hundredthsDbmv.length),
): Float32Array {
  return hundredthsToDb(hundredthsDbmv, out);
}

function expectedSegments(header: CmSpectrumHeader): number {
  return Math.floor((header.lastSegmentCenterHz - header.firstSegmentCenterHz) / header.segmentSpanHz) + 1;
}

function expectedBins(header: CmSpectrumHeader): number {
  return expectedSegments(header) * header.binsPerSegment;
}

/** @throws PnmDecodeError BAD_COUNT, BAD_VALUE where no frequency axis can be made */
function checkSegments(header: CmSpectrumHeader, bodyOffset: number): void {
  const details = { header: { ...header } };
  if (header.binsPerSegment === 0) {
    throw new PnmDecodeError("BAD_COUNT", "a segment has 0 bins", { ...details, offset: bodyOffset + 23 });
  }
  if (header.segmentSpanHz === 0) {
    throw new PnmDecodeError("BAD_VALUE", "the segment span is 0 Hz", {
      ...details,
      offset: bodyOffset + 19,
    });
  }
  if (header.lastSegmentCenterHz < header.firstSegmentCenterHz) {
    throw new PnmDecodeError("BAD_VALUE", "the last segment lies below the first", {
      ...details,
      offset: bodyOffset + 15,
      expected: `at least ${header.firstSegmentCenterHz}`,
      found: String(header.lastSegmentCenterHz),
    });
  }
}

function segmentAnomalies(header: CmSpectrumHeader, bins: number): string[] {
  const anomalies: string[] = [];
  const expected = expectedBins(header);
  if (bins < expected) anomalies.push(`the capture was cut by the device: ${bins} of ${expected} bins`);
  if (bins > expected) anomalies.push(`${bins} bins where the segments have ${expected}`);
  if ((header.lastSegmentCenterHz - header.firstSegmentCenterHz) % header.segmentSpanHz !== 0) {
    anomalies.push("the segment centres are no whole number of spans apart");
  }
  if (CM_SPECTRUM_WINDOWS[header.window] === undefined) anomalies.push(`window ${header.window} is unknown`);
  return anomalies;
}
