// Type 69, upstream OFDMA RxMER per subcarrier (DOCS-PNM-MIB, docsPnmCmtsUsOfdmaRxMerFileName): the common CMTS
// header, then
//
//   size  field
//   6     modem MAC
//   2     number of averages
//   1     pre-equalization on; 0/1 or TruthValue 1/2, depending on the device
//   4     frequency of subcarrier 0, Hz
//   2     index of the first active subcarrier
//   1     subcarrier spacing, kHz
//   4     data length, bytes
//   n     quarter dB; 0xFF must be expected here
//
// 290 bytes of header in version 1, 297 in version 2 (as in the CommScope E6000 CER user guide R13.0), 288
// unversioned.

import { type FrequencyAxis, gridAnomalies, isSpacing, MAX_SUBCARRIERS, subcarrierAxis } from "../axis.ts";
import { type Field, mac, u8, u16, u32 } from "../binary/fields.ts";
import {
  type CmtsHeader,
  cmtsLayouts,
  fieldsNamed,
  orderedFor,
  summarizeCmtsHeader,
} from "../cmts-header.ts";
import { describeHeaderFields } from "../file.ts";
import { plotQuarterDb, summarizeQuarterDb } from "../quarter-db.ts";
import type { PnmRecordBase } from "../record.ts";
import {
  expectedSizedLength,
  readSizedFile,
  type SizedHeader,
  type SizedRules,
  writeSizedFile,
} from "../sized-file.ts";
import { summarizeAxis, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface UsOfdmaRxMerHeader extends CmtsHeader, SizedHeader {
  cmMac: string;
  averages: number;
  preEqualization: number;
  zeroFrequencyHz: number;
  firstActiveSubcarrierIndex: number;
  subcarrierSpacingKhz: number;
}

export interface UsOfdmaRxMerRecord extends PnmRecordBase {
  kind: "us-ofdma-rxmer";
  layout: "version-1" | "version-2";
  header: UsOfdmaRxMerHeader;
  /** Raw bytes in quarter dB; 0xFF is "not measured". Shares the file's memory. */
  quarterDb: Uint8Array;
}

const TITLE = "US OFDMA RxMER per subcarrier";

const OWN_FIELDS: readonly Field<keyof UsOfdmaRxMerHeader>[] = [
  mac("cmMac", "Modem MAC"),
  u16("averages", "Number of averages"),
  u8("preEqualization", "Pre-equalization on"),
  u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
  u16("firstActiveSubcarrierIndex", "First active subcarrier index"),
  u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
  u32("dataLengthBytes", "Data length", "bytes"),
];

const LAYOUTS = cmtsLayouts<UsOfdmaRxMerHeader, UsOfdmaRxMerRecord["layout"]>("", OWN_FIELDS);

const RULES: SizedRules<UsOfdmaRxMerHeader> = {
  sampleBytes: 1,
  maximumDataBytes: MAX_SUBCARRIERS,
  plausible: (header) => isSpacing(header.subcarrierSpacingKhz) && header.dataLengthBytes <= 4096,
};

const fieldsOf = ({ layout }: UsOfdmaRxMerRecord) => fieldsNamed(LAYOUTS, layout);

export const usOfdmaRxMer: PnmType<UsOfdmaRxMerRecord> = {
  kind: "us-ofdma-rxmer",
  title: TITLE,
  decode(file) {
    const { layout, header, payload, trailing, reading, anomalies } = readSizedFile(
      file,
      orderedFor(file.preamble, LAYOUTS),
      RULES,
    );
    anomalies.push(...gridAnomalies(header, payload.length));
    return {
      kind: "us-ofdma-rxmer",
      title: TITLE,
      layout: layout.name,
      header,
      quarterDb: payload,
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, fieldsOf(record), record.quarterDb, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, orderedFor(file.preamble, LAYOUTS), RULES),
  describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
  plot: (record) => plotQuarterDb(TITLE, record.quarterDb, usOfdmaRxMerAxisHz(record)),
  summarize: (record, sha256) => ({
    kind: "us_ofdma_rxmer",
    header: {
      ...summarizePreamble(record.header),
      ...summarizeCmtsHeader(record.header),
      cm_mac: record.header.cmMac,
      num_averages: record.header.averages,
      pre_equalization: record.header.preEqualization,
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      first_active_subcarrier_index: record.header.firstActiveSubcarrierIndex,
      subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
      data_length_bytes: record.header.dataLengthBytes,
    },
    rxmer: summarizeQuarterDb(record.quarterDb, sha256),
    frequency_hz: summarizeAxis(usOfdmaRxMerAxisHz(record), sha256),
  }),
};

/** Frequency of each RxMER value. */
export function usOfdmaRxMerAxisHz(record: UsOfdmaRxMerRecord): FrequencyAxis {
  return subcarrierAxis(record.header, record.quarterDb.length);
}
