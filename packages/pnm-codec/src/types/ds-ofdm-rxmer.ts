// Type 04, downstream OFDM RxMER per subcarrier (DOCS-PNM-MIB, docsPnmCmDsOfdmRxMerFileName).
//
//   offset (PNN)  size  field
//   10            1     downstream channel id
//   11            6     modem MAC
//   17            4     frequency of subcarrier 0, Hz
//   21            2     index of the first active subcarrier
//   23            1     subcarrier spacing, kHz
//   24            4     data length, bytes
//   28            n     quarter dB, one byte per subcarrier from the first active one upward

import { type FrequencyAxis, gridAnomalies, isSpacing, MAX_SUBCARRIERS, subcarrierAxis } from "../axis.ts";
import { mac, u8, u16, u32 } from "../binary/fields.ts";
import { describeHeaderFields } from "../file.ts";
import { plotQuarterDb, quarterDbLevels, summarizeQuarterDb } from "../quarter-db.ts";
import type { PnmRecordBase } from "../record.ts";
import {
  expectedSizedLength,
  type Layout,
  readSizedFile,
  type SizedHeader,
  type SizedRules,
  writeSizedFile,
} from "../sized-file.ts";
import { summarizeAxis, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface DsOfdmRxMerHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  zeroFrequencyHz: number;
  firstActiveSubcarrierIndex: number;
  subcarrierSpacingKhz: number;
}

export interface DsOfdmRxMerRecord extends PnmRecordBase {
  kind: "ds-ofdm-rxmer";
  layout: "standard";
  header: DsOfdmRxMerHeader;
  /** Raw bytes in quarter dB; 0xFF is "not measured". Shares the file's memory. */
  quarterDb: Uint8Array;
}

const TITLE = "DS OFDM RxMER per subcarrier";

const FIELDS = [
  u32("captureTimeS", "Capture time", "s"),
  u8("channelId", "DS channel id"),
  mac("cmMac", "Modem MAC"),
  u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
  u16("firstActiveSubcarrierIndex", "First active subcarrier index"),
  u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
  u32("dataLengthBytes", "Data length", "bytes"),
] as const;

const LAYOUTS: readonly Layout<DsOfdmRxMerHeader, "standard">[] = [{ name: "standard", fields: FIELDS }];

const RULES: SizedRules<DsOfdmRxMerHeader> = {
  sampleBytes: 1,
  maximumDataBytes: MAX_SUBCARRIERS,
  plausible: (header) => isSpacing(header.subcarrierSpacingKhz) && header.dataLengthBytes <= MAX_SUBCARRIERS,
};

export const dsOfdmRxMer: PnmType<DsOfdmRxMerRecord> = {
  kind: "ds-ofdm-rxmer",
  title: TITLE,
  decode(file) {
    const { header, payload, trailing, reading, anomalies } = readSizedFile(file, LAYOUTS, RULES);
    anomalies.push(...gridAnomalies(header, payload.length));
    return {
      kind: "ds-ofdm-rxmer",
      title: TITLE,
      layout: "standard",
      header,
      quarterDb: payload,
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, FIELDS, record.quarterDb, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, LAYOUTS, RULES),
  describe: (record) => describeHeaderFields(record.header, FIELDS),
  plot: (record) => plotQuarterDb(TITLE, record.quarterDb, dsOfdmRxMerAxisHz(record)),
  summarize: (record, sha256) => ({
    kind: "ds_ofdm_rxmer",
    header: {
      ...summarizePreamble(record.header),
      channel_id: record.header.channelId,
      cm_mac: record.header.cmMac,
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      first_active_subcarrier_index: record.header.firstActiveSubcarrierIndex,
      subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
      data_length_bytes: record.header.dataLengthBytes,
    },
    rxmer: summarizeQuarterDb(record.quarterDb, sha256),
    frequency_hz: summarizeAxis(dsOfdmRxMerAxisHz(record), sha256),
  }),
};

/** Frequency of each RxMER value. */
export function dsOfdmRxMerAxisHz(record: DsOfdmRxMerRecord): FrequencyAxis {
  return subcarrierAxis(record.header, record.quarterDb.length);
}

/** RxMER in dB per subcarrier, NaN where the modem could not measure; in `out` if given. */
export function rxMerDb(record: { quarterDb: Uint8Array }, out?: Float32Array): Float32Array {
  return quarterDbLevels(record.quarterDb, out);
}
