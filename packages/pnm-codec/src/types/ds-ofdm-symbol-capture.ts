// Type 01, downstream OFDM symbol capture at the modem (DOCS-PNM-MIB, docsPnmCmDsOfdmSymCaptFileName).
//
//   offset (PNN)  size  field
//   10            1     downstream channel id
//   11            6     modem MAC
//   17            4     frequency of subcarrier 0, Hz
//   21            8     PLC extended timestamp: printed in the MIB of 2015, absent from other descriptions
//   21 / 29       4     sample rate, Hz
//   25 / 33       4     FFT size
//   29 / 37       2     trigger group id
//   31 / 39       1     transaction id
//   32 / 40       4     data length, bytes
//   36 / 44       4n    complex s3.12 in time, one symbol without its guard interval: n is the FFT size
//
// The layout is the one whose data length fits the file and is 4 times the FFT size.

import { MAX_SUBCARRIERS } from "../axis.ts";
import { type Field, hex, mac, u8, u16, u32 } from "../binary/fields.ts";
import { complexPart, readComplex } from "../complex.ts";
import { describeHeaderFields } from "../file.ts";
import { indexPlotAxis } from "../plot.ts";
import type { PnmRecordBase } from "../record.ts";
import {
  expectedSizedLength,
  type Layout,
  readSizedFile,
  type SizedHeader,
  type SizedRules,
  writeSizedFile,
} from "../sized-file.ts";
import { summarizeComplex, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface DsOfdmSymbolCaptureHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  zeroFrequencyHz: number;
  /** 64-bit DOCSIS extended timestamp as 16 hex digits, where the layout stores it. */
  plcTimestamp: string | undefined;
  sampleRateHz: number;
  fftSize: number;
  triggerGroupId: number;
  transactionId: number;
}

export interface DsOfdmSymbolCaptureRecord extends PnmRecordBase {
  kind: "ds-ofdm-symbol-capture";
  layout: "without-plc-timestamp" | "with-plc-timestamp";
  header: DsOfdmSymbolCaptureHeader;
  /** Raw s3.12 time samples, I and Q interleaved. */
  samples: Int16Array;
}

const TITLE = "DS OFDM symbol capture";
export const SYMBOL_CAPTURE_FRACTION_BITS = 12;

type Name = DsOfdmSymbolCaptureRecord["layout"];

const FRONT: readonly Field<keyof DsOfdmSymbolCaptureHeader>[] = [
  u32("captureTimeS", "Capture time", "s"),
  u8("channelId", "DS channel id"),
  mac("cmMac", "Modem MAC"),
  u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
];

const BACK: readonly Field<keyof DsOfdmSymbolCaptureHeader>[] = [
  u32("sampleRateHz", "Sample rate", "Hz"),
  u32("fftSize", "FFT size"),
  u16("triggerGroupId", "Trigger group id"),
  u8("transactionId", "Transaction id"),
  u32("dataLengthBytes", "Data length", "bytes"),
];

const LAYOUTS: readonly Layout<DsOfdmSymbolCaptureHeader, Name>[] = [
  { name: "without-plc-timestamp", absent: { plcTimestamp: undefined }, fields: [...FRONT, ...BACK] },
  {
    name: "with-plc-timestamp",
    fields: [...FRONT, hex("plcTimestamp", "PLC extended timestamp", 8), ...BACK],
  },
];

const RULES: SizedRules<DsOfdmSymbolCaptureHeader> = {
  sampleBytes: 4,
  maximumDataBytes: 4 * MAX_SUBCARRIERS,
  plausible: (header) => header.fftSize > 0 && header.dataLengthBytes === 4 * header.fftSize,
};

const fieldsOf = (record: DsOfdmSymbolCaptureRecord) =>
  LAYOUTS.find(({ name }) => name === record.layout)!.fields;

export const dsOfdmSymbolCapture: PnmType<DsOfdmSymbolCaptureRecord> = {
  kind: "ds-ofdm-symbol-capture",
  title: TITLE,
  decode(file) {
    const { layout, header, payload, trailing, reading, anomalies } = readSizedFile(file, LAYOUTS, RULES);
    const count = payload.length / 4;
    if (count !== header.fftSize) anomalies.push(`${count} samples for an FFT of ${header.fftSize}`);
    if (header.sampleRateHz === 0) anomalies.push("the sample rate is 0 Hz");
    return {
      kind: "ds-ofdm-symbol-capture",
      title: TITLE,
      layout: layout.name,
      header,
      samples: readComplex(payload),
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, fieldsOf(record), record.samples, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, LAYOUTS, RULES),
  describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
  plot(record) {
    const count = record.samples.length / 2;
    const rateHz = record.header.sampleRateHz;
    return {
      title: TITLE,
      style: "line",
      x: rateHz > 0 ? indexPlotAxis("Time", "s", count, 0, 1 / rateHz) : indexPlotAxis("Sample", "", count),
      series: (["I", "Q"] as const).map((name, part) => ({
        name,
        unit: "",
        values: complexPart(record.samples, SYMBOL_CAPTURE_FRACTION_BITS, part as 0 | 1),
      })),
      excluded: [],
    };
  },
  summarize: (record, sha256) => ({
    kind: "ds_ofdm_symbol_capture",
    header: {
      ...summarizePreamble(record.header),
      channel_id: record.header.channelId,
      cm_mac: record.header.cmMac,
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      ...(record.header.plcTimestamp === undefined ? {} : { plc_timestamp: record.header.plcTimestamp }),
      sample_rate_hz: record.header.sampleRateHz,
      fft_size: record.header.fftSize,
      trigger_group_id: record.header.triggerGroupId,
      transaction_id: record.header.transactionId,
      data_length_bytes: record.header.dataLengthBytes,
    },
    samples_s3_12: summarizeComplex(record.samples, SYMBOL_CAPTURE_FRACTION_BITS, sha256),
  }),
};
