// Type 02, downstream OFDM channel estimate coefficients.
//
//   offset (PNN)  size  field
//   10            1     downstream channel id
//   11            6     modem MAC
//   17            4     frequency of subcarrier 0, Hz
//   21            2     index of the first active subcarrier
//   23            1     subcarrier spacing, kHz
//   24            4     data length, bytes
//   28            4n    complex s2.13, one per subcarrier from the first active one upward
//
// DOCS-PNM-MIB of 2015 prints the same without the first active index (header of 24 bytes unversioned). The
// MIB says "mean power about 1"; devices report 1.2 to 2.8, so nothing is validated on it.

import { type FrequencyAxis, gridAnomalies, isSpacing, MAX_SUBCARRIERS, subcarrierAxis } from "../axis.ts";
import { mac, u8, u16, u32 } from "../binary/fields.ts";
import { complexMagnitudesDb, readComplex } from "../complex.ts";
import { describeHeaderFields } from "../file.ts";
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
import { summarizeAxis, summarizeComplex, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface DsOfdmChannelEstimateHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  zeroFrequencyHz: number;
  /** Undefined in the arrangement of 2015, which does not store it. */
  firstActiveSubcarrierIndex: number | undefined;
  subcarrierSpacingKhz: number;
}

export interface DsOfdmChannelEstimateRecord extends PnmRecordBase {
  kind: "ds-ofdm-channel-estimate";
  layout: "standard" | "mib-2015";
  header: DsOfdmChannelEstimateHeader;
  /** Raw s2.13, I and Q interleaved. */
  coefficients: Int16Array;
}

const TITLE = "DS OFDM channel estimate";
export const CHANNEL_ESTIMATE_FRACTION_BITS = 13;

const LAYOUTS: readonly Layout<DsOfdmChannelEstimateHeader, "standard" | "mib-2015">[] = [
  {
    name: "standard",
    fields: [
      u32("captureTimeS", "Capture time", "s"),
      u8("channelId", "DS channel id"),
      mac("cmMac", "Modem MAC"),
      u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
      u16("firstActiveSubcarrierIndex", "First active subcarrier index"),
      u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
      u32("dataLengthBytes", "Data length", "bytes"),
    ],
  },
  {
    name: "mib-2015",
    absent: { firstActiveSubcarrierIndex: undefined },
    fields: [
      u32("captureTimeS", "Capture time", "s"),
      u8("channelId", "DS channel id"),
      mac("cmMac", "Modem MAC"),
      u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
      u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
      u32("dataLengthBytes", "Data length", "bytes"),
    ],
  },
];

const RULES: SizedRules<DsOfdmChannelEstimateHeader> = {
  sampleBytes: 4,
  maximumDataBytes: 4 * MAX_SUBCARRIERS,
  plausible: (header) =>
    isSpacing(header.subcarrierSpacingKhz) && header.dataLengthBytes <= 4 * MAX_SUBCARRIERS,
};

const fieldsOf = (record: DsOfdmChannelEstimateRecord) =>
  LAYOUTS.find(({ name }) => name === record.layout)!.fields;

export const dsOfdmChannelEstimate: PnmType<DsOfdmChannelEstimateRecord> = {
  kind: "ds-ofdm-channel-estimate",
  title: TITLE,
  decode(file) {
    const { layout, header, payload, trailing, reading, anomalies } = readSizedFile(file, LAYOUTS, RULES);
    anomalies.push(...gridAnomalies(header, payload.length / 4));
    return {
      kind: "ds-ofdm-channel-estimate",
      title: TITLE,
      layout: layout.name,
      header,
      coefficients: readComplex(payload),
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, fieldsOf(record), record.coefficients, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, LAYOUTS, RULES),
  describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
  plot: (record) => ({
    title: TITLE,
    style: "line",
    x: frequencyPlotAxis(channelEstimateAxisHz(record)),
    series: [{ name: "Magnitude", unit: "dB", values: channelEstimateMagnitudesDb(record) }],
    excluded: [],
  }),
  summarize: (record, sha256) => ({
    kind: "ds_ofdm_channel_estimate",
    header: {
      ...summarizePreamble(record.header),
      channel_id: record.header.channelId,
      cm_mac: record.header.cmMac,
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      first_active_subcarrier_index: record.header.firstActiveSubcarrierIndex,
      subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
      data_length_bytes: record.header.dataLengthBytes,
    },
    coefficients_s2_13: summarizeComplex(record.coefficients, CHANNEL_ESTIMATE_FRACTION_BITS, sha256),
    frequency_hz: summarizeAxis(channelEstimateAxisHz(record), sha256),
  }),
};

/** Frequency of each coefficient. */
export function channelEstimateAxisHz(record: DsOfdmChannelEstimateRecord): FrequencyAxis {
  return subcarrierAxis(record.header, record.coefficients.length / 2);
}

/** 20 log10 |c| per subcarrier. */
export function channelEstimateMagnitudesDb(record: DsOfdmChannelEstimateRecord): Float64Array {
  return complexMagnitudesDb(record.coefficients, CHANNEL_ESTIMATE_FRACTION_BITS);
}
