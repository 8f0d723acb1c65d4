// Type 65, downstream OFDM symbol capture at the CMTS (DOCS-PNM-MIB of 2015,
// docsPnmCmtsDsOfdmSymCaptFileName): the common CMTS header, then
//
//   size  field
//   4     frequency of subcarrier 0, Hz
//   8     PLC extended timestamp
//   1     subcarrier spacing, kHz
//   2     index of the first active subcarrier
//   2     index of the last active subcarrier
//   2     trigger group id
//   1     transaction id
//   4     data length, bytes
//   4n    complex s3.12 in frequency, the transmitted values of one symbol

import { type FrequencyAxis, gridAnomalies, isSpacing, MAX_SUBCARRIERS, subcarrierAxis } from "../axis.ts";
import { type Field, hex, u8, u16, u32 } from "../binary/fields.ts";
import {
  type CmtsHeader,
  cmtsLayouts,
  fieldsNamed,
  orderedFor,
  summarizeCmtsHeader,
} from "../cmts-header.ts";
import { complexMagnitudesDb, readComplex } from "../complex.ts";
import { describeHeaderFields } from "../file.ts";
import { frequencyPlotAxis } from "../plot.ts";
import type { PnmRecordBase } from "../record.ts";
import {
  expectedSizedLength,
  readSizedFile,
  type SizedHeader,
  type SizedRules,
  writeSizedFile,
} from "../sized-file.ts";
import { summarizeAxis, summarizeComplex, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";
import { SYMBOL_CAPTURE_FRACTION_BITS } from "./ds-ofdm-symbol-capture.ts";

export interface CmtsDsOfdmSymbolCaptureHeader extends CmtsHeader, SizedHeader {
  zeroFrequencyHz: number;
  /** 64-bit DOCSIS extended timestamp as 16 hex digits. */
  plcTimestamp: string;
  subcarrierSpacingKhz: number;
  firstActiveSubcarrierIndex: number;
  lastActiveSubcarrierIndex: number;
  triggerGroupId: number;
  transactionId: number;
}

export interface CmtsDsOfdmSymbolCaptureRecord extends PnmRecordBase {
  kind: "cmts-ds-ofdm-symbol-capture";
  layout: "version-1" | "version-2";
  header: CmtsDsOfdmSymbolCaptureHeader;
  /** Raw s3.12 per subcarrier, I and Q interleaved. */
  samples: Int16Array;
}

const TITLE = "DS OFDM symbol capture at the CMTS";

const OWN_FIELDS: readonly Field<keyof CmtsDsOfdmSymbolCaptureHeader>[] = [
  u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
  hex("plcTimestamp", "PLC extended timestamp", 8),
  u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
  u16("firstActiveSubcarrierIndex", "First active subcarrier index"),
  u16("lastActiveSubcarrierIndex", "Last active subcarrier index"),
  u16("triggerGroupId", "Trigger group id"),
  u8("transactionId", "Transaction id"),
  u32("dataLengthBytes", "Data length", "bytes"),
];

const LAYOUTS = cmtsLayouts<CmtsDsOfdmSymbolCaptureHeader, CmtsDsOfdmSymbolCaptureRecord["layout"]>(
  "",
  OWN_FIELDS,
);

const RULES: SizedRules<CmtsDsOfdmSymbolCaptureHeader> = {
  sampleBytes: 4,
  maximumDataBytes: 4 * MAX_SUBCARRIERS,
  plausible: (header) =>
    isSpacing(header.subcarrierSpacingKhz) && header.dataLengthBytes <= 4 * MAX_SUBCARRIERS,
};

const fieldsOf = ({ layout }: CmtsDsOfdmSymbolCaptureRecord) => fieldsNamed(LAYOUTS, layout);

export const cmtsDsOfdmSymbolCapture: PnmType<CmtsDsOfdmSymbolCaptureRecord> = {
  kind: "cmts-ds-ofdm-symbol-capture",
  title: TITLE,
  decode(file) {
    const { layout, header, payload, trailing, reading, anomalies } = readSizedFile(
      file,
      orderedFor(file.preamble, LAYOUTS),
      RULES,
    );
    const count = payload.length / 4;
    const active = header.lastActiveSubcarrierIndex - header.firstActiveSubcarrierIndex + 1;
    if (count !== active) anomalies.push(`${count} values for ${active} active subcarriers`);
    anomalies.push(...gridAnomalies(header, count));
    return {
      kind: "cmts-ds-ofdm-symbol-capture",
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
  expectedLength: (file) => expectedSizedLength(file, orderedFor(file.preamble, LAYOUTS), RULES),
  describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
  plot: (record) => ({
    title: TITLE,
    style: "line",
    x: frequencyPlotAxis(cmtsSymbolCaptureAxisHz(record)),
    series: [
      {
        name: "Magnitude",
        unit: "dB",
        values: complexMagnitudesDb(record.samples, SYMBOL_CAPTURE_FRACTION_BITS),
      },
    ],
    excluded: [],
  }),
  summarize: (record, sha256) => ({
    kind: "cmts_ds_ofdm_symbol_capture",
    header: {
      ...summarizePreamble(record.header),
      ...summarizeCmtsHeader(record.header),
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      plc_timestamp: record.header.plcTimestamp,
      subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
      first_active_subcarrier_index: record.header.firstActiveSubcarrierIndex,
      last_active_subcarrier_index: record.header.lastActiveSubcarrierIndex,
      trigger_group_id: record.header.triggerGroupId,
      transaction_id: record.header.transactionId,
      data_length_bytes: record.header.dataLengthBytes,
    },
    samples_s3_12: summarizeComplex(record.samples, SYMBOL_CAPTURE_FRACTION_BITS, sha256),
    frequency_hz: summarizeAxis(cmtsSymbolCaptureAxisHz(record), sha256),
  }),
};

/** Frequency of each value. */
export function cmtsSymbolCaptureAxisHz(record: CmtsDsOfdmSymbolCaptureRecord): FrequencyAxis {
  return subcarrierAxis(record.header, record.samples.length / 2);
}
