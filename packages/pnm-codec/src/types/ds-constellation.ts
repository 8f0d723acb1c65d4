// Type 03, downstream constellation display (DOCS-PNM-MIB, docsPnmCmDsConstDispFileName).
//
//   offset (PNN)  size  field
//   10            1     downstream channel id
//   11            6     modem MAC
//   17            4     frequency of subcarrier 0, Hz
//   21            2     actual modulation order, DsOfdmModulationType
//   23            2     number of sample symbols, at most 8192 (1 byte in the MIB of 2015)
//   25            1     subcarrier spacing, kHz
//   26            4     data length, bytes
//   30            4n    complex s2.13 soft decisions, mean power about 1

import { isSpacing } from "../axis.ts";
import { mac, u8, u16, u32 } from "../binary/fields.ts";
import { complexPart, readComplex } from "../complex.ts";
import { describeHeaderFields } from "../file.ts";
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

export interface DsConstellationHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  zeroFrequencyHz: number;
  /** DsOfdmModulationType, which is not the enumeration of modulation profile files. */
  modulationOrder: number;
  sampleSymbols: number;
  subcarrierSpacingKhz: number;
}

export interface DsConstellationRecord extends PnmRecordBase {
  kind: "ds-constellation";
  layout: "standard" | "mib-2015";
  header: DsConstellationHeader;
  /** Raw s2.13 soft decisions, I and Q interleaved. */
  softDecisions: Int16Array;
}

/** DsOfdmModulationType (DOCS-IF31-MIB) by value. */
export const DS_OFDM_MODULATION_TYPES: Readonly<Record<number, string>> = {
  1: "other",
  2: "zeroValued",
  3: "qpsk",
  4: "qam16",
  5: "qam64",
  6: "qam128",
  7: "qam256",
  8: "qam512",
  9: "qam1024",
  10: "qam2048",
  11: "qam4096",
  12: "qam8192",
  13: "qam16384",
};

const BITS_PER_SYMBOL: Readonly<Record<number, number>> = {
  3: 2,
  4: 4,
  5: 6,
  6: 7,
  7: 8,
  8: 9,
  9: 10,
  10: 11,
  11: 12,
  12: 13,
  13: 14,
};

/** Bits per symbol by DsOfdmModulationType; undefined where it names no order. */
export function constellationBitsPerSymbol(modulationOrder: number): number | undefined {
  return BITS_PER_SYMBOL[modulationOrder];
}

const TITLE = "DS constellation display";
const FRACTION_BITS = 13;
/** What the number of symbols in the header can count, eight times what DOCS-PNM-MIB allows. */
const MAX_SYMBOLS = 65_535;

type Name = DsConstellationRecord["layout"];

const layout = (name: Name, symbols: typeof u8 | typeof u16): Layout<DsConstellationHeader, Name> => ({
  name,
  fields: [
    u32("captureTimeS", "Capture time", "s"),
    u8("channelId", "DS channel id"),
    mac("cmMac", "Modem MAC"),
    u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
    u16("modulationOrder", "Actual modulation order"),
    symbols("sampleSymbols", "Number of sample symbols"),
    u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
    u32("dataLengthBytes", "Data length", "bytes"),
  ],
});

const LAYOUTS = [layout("standard", u16), layout("mib-2015", u8)];

const RULES: SizedRules<DsConstellationHeader> = {
  sampleBytes: 4,
  maximumDataBytes: 4 * MAX_SYMBOLS,
  plausible: (header) =>
    isSpacing(header.subcarrierSpacingKhz) && header.modulationOrder in DS_OFDM_MODULATION_TYPES,
};

const fieldsOf = (record: DsConstellationRecord) =>
  LAYOUTS.find(({ name }) => name === record.layout)!.fields;

export const dsConstellation: PnmType<DsConstellationRecord> = {
  kind: "ds-constellation",
  title: TITLE,
  decode(file) {
    const { layout, header, payload, trailing, reading, anomalies } = readSizedFile(file, LAYOUTS, RULES);
    const count = payload.length / 4;
    if (count !== header.sampleSymbols) {
      anomalies.push(`the header counts ${header.sampleSymbols} symbols, the file holds ${count}`);
    }
    if (!(header.modulationOrder in DS_OFDM_MODULATION_TYPES)) {
      anomalies.push(`modulation order ${header.modulationOrder} is none of DsOfdmModulationType`);
    }
    return {
      kind: "ds-constellation",
      title: TITLE,
      layout: layout.name,
      header,
      softDecisions: readComplex(payload),
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, fieldsOf(record), record.softDecisions, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, LAYOUTS, RULES),
  describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
  plot: (record) => ({
    title: `${TITLE}, ${DS_OFDM_MODULATION_TYPES[record.header.modulationOrder] ?? "unknown order"}`,
    style: "scatter",
    x: { kind: "values", label: "I", unit: "", values: complexPart(record.softDecisions, FRACTION_BITS, 0) },
    series: [{ name: "Q", unit: "", values: complexPart(record.softDecisions, FRACTION_BITS, 1) }],
    excluded: [],
  }),
  summarize: (record, sha256) => ({
    kind: "ds_constellation_display",
    header: {
      ...summarizePreamble(record.header),
      channel_id: record.header.channelId,
      cm_mac: record.header.cmMac,
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      actual_modulation_order: record.header.modulationOrder,
      actual_modulation_order_name: DS_OFDM_MODULATION_TYPES[record.header.modulationOrder] ?? null,
      num_sample_symbols: record.header.sampleSymbols,
      subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
      data_length_bytes: record.header.dataLengthBytes,
    },
    samples_s2_13: summarizeComplex(record.softDecisions, FRACTION_BITS, sha256),
  }),
};
