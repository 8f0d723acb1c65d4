// Types 06 and 07, upstream OFDMA pre-equalizer coefficients in use, and the last update of them
// (DOCS-PNM-MIB, docsPnmCmUsPreEqFileName and docsPnmCmUsPreEqLastUpdateFileName).
//
//   offset (PNN)  size  field
//   10            1     upstream channel id
//   11            6     modem MAC
//   17            6     CMTS MAC
//   23            4     frequency of subcarrier 0, Hz
//   27            2     index of the first active subcarrier (4 bytes in the MIB of 2015)
//   29            1     subcarrier spacing, kHz
//   30            4     data length, bytes
//   34            4n    complex, one per subcarrier: s2.13 in type 06, s1.14 in type 07
//
// Coefficients in use are normalised to mean power 1, which shows the fixed-point format of a device that
// writes type 06 with 14 fraction bits. An update has no such normalisation.

import { type FrequencyAxis, gridAnomalies, isSpacing, MAX_SUBCARRIERS, subcarrierAxis } from "../axis.ts";
import { mac, u8, u16, u32 } from "../binary/fields.ts";
import { complexMagnitudesDb, complexMeanPower, readComplex } from "../complex.ts";
import { describeHeaderFields } from "../file.ts";
import { frequencyPlotAxis } from "../plot.ts";
import type { PnmRecordBase, Reading } from "../record.ts";
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

export interface UsOfdmaPreEqualizerHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  cmtsMac: string;
  zeroFrequencyHz: number;
  firstActiveSubcarrierIndex: number;
  subcarrierSpacingKhz: number;
}

export interface UsOfdmaPreEqualizerRecord extends PnmRecordBase {
  kind: "us-ofdma-pre-equalizer" | "us-ofdma-pre-equalizer-last-update";
  layout: "standard" | "mib-2015";
  header: UsOfdmaPreEqualizerHeader;
  /** 13 (s2.13) or 14 (s1.14). */
  fractionBits: 13 | 14;
  /** Raw values, I and Q interleaved. */
  coefficients: Int16Array;
}

type Name = UsOfdmaPreEqualizerRecord["layout"];

const layout = (name: Name, index: typeof u16 | typeof u32): Layout<UsOfdmaPreEqualizerHeader, Name> => ({
  name,
  fields: [
    u32("captureTimeS", "Capture time", "s"),
    u8("channelId", "US channel id"),
    mac("cmMac", "Modem MAC"),
    mac("cmtsMac", "CMTS MAC"),
    u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
    index("firstActiveSubcarrierIndex", "First active subcarrier index"),
    u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
    u32("dataLengthBytes", "Data length", "bytes"),
  ],
});

const LAYOUTS = [layout("standard", u16), layout("mib-2015", u32)];

const RULES: SizedRules<UsOfdmaPreEqualizerHeader> = {
  sampleBytes: 4,
  maximumDataBytes: 4 * MAX_SUBCARRIERS,
  plausible: (header) =>
    isSpacing(header.subcarrierSpacingKhz) && header.dataLengthBytes <= 4 * MAX_SUBCARRIERS,
};

const fieldsOf = (record: UsOfdmaPreEqualizerRecord) =>
  LAYOUTS.find(({ name }) => name === record.layout)!.fields;

/** Type 06: the coefficients in use. */
export const usOfdmaPreEqualizer = preEqualizerType("us-ofdma-pre-equalizer", "US OFDMA pre-equalizer");

/** Type 07: what the last ranging response asked to change. */
export const usOfdmaPreEqualizerLastUpdate = preEqualizerType(
  "us-ofdma-pre-equalizer-last-update",
  "US OFDMA pre-equalizer, last update",
);

function preEqualizerType(
  kind: UsOfdmaPreEqualizerRecord["kind"],
  title: string,
): PnmType<UsOfdmaPreEqualizerRecord> {
  const isUpdate = kind === "us-ofdma-pre-equalizer-last-update";
  return {
    kind,
    title,
    decode(file) {
      const { layout, header, payload, trailing, reading, anomalies } = readSizedFile(file, LAYOUTS, RULES);
      const coefficients = readComplex(payload);
      anomalies.push(...gridAnomalies(header, coefficients.length / 2));
      const fractionBits = isUpdate ? 14 : fractionBitsInUse(coefficients, reading, anomalies);
      return {
        kind,
        title,
        layout: layout.name,
        header,
        fractionBits,
        coefficients,
        reading,
        anomalies,
        trailing,
      };
    },
    encode: (record) => writeSizedFile(record.header, fieldsOf(record), record.coefficients, record.trailing),
    expectedLength: (file) => expectedSizedLength(file, LAYOUTS, RULES),
    describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
    plot: (record) => ({
      title,
      style: "line",
      x: frequencyPlotAxis(preEqualizerAxisHz(record)),
      series: [{ name: "Magnitude", unit: "dB", values: preEqualizerMagnitudesDb(record) }],
      excluded: [],
    }),
    summarize: (record, sha256) => ({
      kind: isUpdate ? "us_preeq_last_update" : "us_preeq",
      header: {
        ...summarizePreamble(record.header),
        us_channel_id: record.header.channelId,
        cm_mac: record.header.cmMac,
        cmts_mac: record.header.cmtsMac,
        subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
        first_active_subcarrier_index: record.header.firstActiveSubcarrierIndex,
        subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
        data_length_bytes: record.header.dataLengthBytes,
      },
      format: record.fractionBits === 13 ? "s2.13" : "s1.14",
      as_s2_13: summarizeComplex(record.coefficients, 13, sha256),
      as_s1_14: summarizeComplex(record.coefficients, 14, sha256),
      frequency_hz: summarizeAxis(preEqualizerAxisHz(record), sha256),
      ...(isUpdate
        ? {}
        : {
            mean_power_in_that_format_is_near_1: isNear(
              complexMeanPower(record.coefficients, record.fractionBits),
              1,
            ),
          }),
    }),
  };
}

/** Frequency of each coefficient. */
export function preEqualizerAxisHz(record: UsOfdmaPreEqualizerRecord): FrequencyAxis {
  return subcarrierAxis(record.header, record.coefficients.length / 2);
}

/** 20 log10 |c| per subcarrier in the record's fixed-point format. */
export function preEqualizerMagnitudesDb(record: UsOfdmaPreEqualizerRecord): Float64Array {
  return complexMagnitudesDb(record.coefficients, record.fractionBits);
}

/** Pairs that tell a mean power of 1 from one of 4; reading all of them takes as long as decoding. */
const TELLING_PAIRS = 256;

/** s2.13 unless the mean power, read so, is about 4: then the device used 14 fraction bits. */
function fractionBitsInUse(coefficients: Int16Array, reading: Reading, anomalies: string[]): 13 | 14 {
  const sampled = evenlySpacedPairs(coefficients, TELLING_PAIRS);
  if (isNear(complexMeanPower(sampled, 13), 1)) return 13;
  const power = complexMeanPower(coefficients, 13);
  if (isNear(power, 1)) return 13;
  if (isNear(power, 4)) {
    reading.reason += "; mean power shows 14 fraction bits";
    anomalies.push(`mean power is ${power.toFixed(3)} as s2.13: the device wrote s1.14`);
    return 14;
  }
  anomalies.push(`mean power is ${power.toFixed(3)} as s2.13, where 1 is expected`);
  return 13;
}

/** At most about `most` I/Q pairs from all over the band. */
function evenlySpacedPairs(iq: Int16Array, most: number): Int16Array {
  const step = Math.ceil(iq.length / 2 / most);
  if (step <= 1) return iq;
  const pairs = new Int16Array(2 * Math.ceil(iq.length / 2 / step));
  for (let k = 0; 2 * k < pairs.length; k++) {
    pairs[2 * k] = iq[2 * k * step]!;
    pairs[2 * k + 1] = iq[2 * k * step + 1]!;
  }
  return pairs;
}

function isNear(value: number, target: number): boolean {
  return value >= target / 2 && value <= target * 2;
}
