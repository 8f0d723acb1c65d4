// Type 0A, downstream OFDM modulation profile (DOCS-PNM-MIB, docsPnmCmDsOfdmModProfFileName).
//
//   offset (PNN)  size  field
//   10            1     downstream channel id
//   11            6     modem MAC (of the chipset vendor's range in the files known: not a key)
//   17            1     number of profiles
//   18            4     frequency of subcarrier 0, Hz
//   22            2     index of the first active subcarrier
//   24            1     subcarrier spacing, kHz
//   25            4     data length, bytes
//   29                  per profile: u8 id, u16 length L, L bytes of schemes
//
//   scheme 00: u8 order, u16 count                    `count` subcarriers of one order
//   scheme 01: u8 main order, u8 skip order, u16 count    alternating main, skip, main over `count` subcarriers;
//              no text says whether `count` is subcarriers or pairs, and no known file uses it
//
// The last profile may be cut off: what is whole is read, the rest reported.

import { type FrequencyAxis, gridAnomalies, MAX_SUBCARRIERS, subcarrierAxis } from "../axis.ts";
import { mac, readFields, sizeOf, u8, u16, u32, writeFields } from "../binary/fields.ts";
import { PnmDecodeError } from "../errors.ts";
import { bodyReader, describeHeaderFields, headerLengthOf, type PnmFile, startFile } from "../file.ts";
import { excludedRanges, frequencyPlotAxis } from "../plot.ts";
import type { HeaderField, PnmHeader, PnmRecordBase } from "../record.ts";
import { type SizedHeader, takeTrailing } from "../sized-file.ts";
import { hashNumbers, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";
import { profileName } from "./ds-ofdm-fec-summary.ts";

export interface DsOfdmModulationProfileHeader extends SizedHeader {
  channelId: number;
  cmMac: string;
  profileCount: number;
  zeroFrequencyHz: number;
  firstActiveSubcarrierIndex: number;
  subcarrierSpacingKhz: number;
}

export interface ModulationProfile {
  profileId: number;
  /** L as stored; more than `data` holds only where the file is cut off. */
  declaredLength: number;
  /** The schemes as stored; shares the file's memory. */
  data: Uint8Array;
  /** Subcarriers described by the whole schemes. */
  subcarriers: number;
}

export interface DsOfdmModulationProfileRecord extends PnmRecordBase {
  kind: "ds-ofdm-modulation-profile";
  layout: "standard";
  header: DsOfdmModulationProfileHeader;
  profiles: ModulationProfile[];
}

export type ModulationScheme =
  | { type: "uniform"; order: number; count: number }
  | { type: "alternating"; mainOrder: number; skipOrder: number; count: number };

/** Orders of modulation profile files; for QAM the value is the bits per symbol. */
export const MODULATION_PROFILE_ORDERS: Readonly<Record<number, string>> = {
  0: "zero_bit_loaded",
  1: "continuous_pilot",
  2: "qpsk",
  4: "qam_16",
  6: "qam_64",
  7: "qam_128",
  8: "qam_256",
  9: "qam_512",
  10: "qam_1024",
  11: "qam_2048",
  12: "qam_4096",
  13: "qam_8192",
  14: "qam_16384",
  16: "exclusion",
  20: "plc",
};

const TITLE = "DS OFDM modulation profile";
const EXCLUSION = 16;

const FIELDS = [
  u32("captureTimeS", "Capture time", "s"),
  u8("channelId", "DS channel id"),
  mac("cmMac", "MAC in the file"),
  u8("profileCount", "Number of profiles"),
  u32("zeroFrequencyHz", "Subcarrier zero frequency", "Hz"),
  u16("firstActiveSubcarrierIndex", "First active subcarrier index"),
  u8("subcarrierSpacingKhz", "Subcarrier spacing", "kHz"),
  u32("dataLengthBytes", "Data length", "bytes"),
] as const;

export const dsOfdmModulationProfile: PnmType<DsOfdmModulationProfileRecord> = {
  kind: "ds-ofdm-modulation-profile",
  title: TITLE,
  decode(file) {
    const header = readHeader(file);
    const anomalies: string[] = [];
    const start = headerLengthOf(header, FIELDS);
    const end = Math.min(start + header.dataLengthBytes, file.bytes.length);
    const { profiles, isCut } = readProfiles(file, header, start, end);
    if (isCut) anomalies.push(`profile ${profileName(profiles.at(-1)!.profileId)} is cut off`);
    const counts = new Set(profiles.map(({ subcarriers }) => subcarriers));
    if (!isCut && counts.size > 1) anomalies.push("the profiles differ in their number of subcarriers");
    anomalies.push(...gridAnomalies(header, Math.max(...counts)));
    return {
      kind: "ds-ofdm-modulation-profile",
      title: TITLE,
      layout: "standard",
      header,
      profiles,
      reading: {
        layout: "standard",
        reason: isCut ? "the last profile is incomplete" : "the profile lengths add up to the data length",
        confidence: isCut ? "low" : "high",
        alternatives: [],
      },
      trailing: takeTrailing(file, end, header, anomalies),
      anomalies,
    };
  },
  encode(record) {
    const isCut = record.profiles.some(({ data, declaredLength }) => data.length !== declaredLength);
    const length = record.profiles.reduce((sum, { data }) => sum + 3 + data.length, 0);
    const writer = startFile(record.header);
    writeFields(writer, FIELDS, {
      ...record.header,
      profileCount: record.profiles.length,
      dataLengthBytes: isCut ? record.header.dataLengthBytes : length,
    });
    for (const { profileId, declaredLength, data } of record.profiles) {
      writer.unsigned("profileId", profileId, 1);
      writer.unsigned("declaredLength", declaredLength, 2);
      writer.bytes(data);
    }
    writer.bytes(record.trailing);
    return writer.finish();
  },
  expectedLength(file) {
    const length = file.bodyOffset + sizeOf(FIELDS);
    return file.bytes.length < length ? undefined : length + readHeader(file).dataLengthBytes;
  },
  describe(record) {
    const rows: HeaderField[] = describeHeaderFields(record.header, FIELDS);
    let offset = headerLengthOf(record.header, FIELDS);
    for (const [index, { profileId, declaredLength, data }] of record.profiles.entries()) {
      rows.push({ name: `Profile ${index + 1} id`, value: profileId, offset, length: 1 });
      rows.push({
        name: `Profile ${index + 1} length`,
        value: declaredLength,
        unit: "bytes",
        offset: offset + 1,
        length: 2,
      });
      offset += 3 + data.length;
    }
    return rows;
  },
  plot(record) {
    const x = frequencyPlotAxis(modulationProfileAxisHz(record));
    const orders = record.profiles.map((profile) => modulationOrders(profile));
    return {
      title: TITLE,
      style: "steps",
      x,
      series: orders.map((values, p) => ({
        name: profileName(record.profiles[p]!.profileId),
        unit: "bits per symbol",
        values: Float32Array.from({ length: x.count }, (_, k) => bitsPerSymbol(values[k])),
      })),
      excluded: excludedRanges(x, "excluded", (k) => orders[0]?.[k] === EXCLUSION),
    };
  },
  summarize: (record, sha256) => ({
    kind: "ds_ofdm_modulation_profile",
    header: {
      ...summarizePreamble(record.header),
      channel_id: record.header.channelId,
      cm_mac: record.header.cmMac,
      num_profiles: record.header.profileCount,
      subcarrier_zero_frequency_hz: record.header.zeroFrequencyHz,
      first_active_subcarrier_index: record.header.firstActiveSubcarrierIndex,
      subcarrier_spacing_hz: record.header.subcarrierSpacingKhz * 1000,
      data_length_bytes: record.header.dataLengthBytes,
    },
    profiles: record.profiles.map((profile) => {
      const schemes = modulationSchemes(profile);
      const orders = modulationOrders(profile);
      return {
        profile_id: profile.profileId,
        length_bytes: profile.declaredLength,
        schemes: schemes.length,
        first_schemes: schemes.slice(0, 6).map(schemeNumbers),
        last_scheme: schemes.length === 0 ? null : schemeNumbers(schemes.at(-1)!),
        scheme_types: [...new Set(schemes.map((scheme) => schemeNumbers(scheme)[0]!))].sort(),
        subcarriers: profile.subcarriers,
        subcarriers_by_order: countByOrder(orders),
        sha256_order_per_subcarrier: hashNumbers(orders, sha256),
      };
    }),
  }),
};

/** Frequency of each subcarrier of the longest profile. */
export function modulationProfileAxisHz(record: DsOfdmModulationProfileRecord): FrequencyAxis {
  return subcarrierAxis(record.header, Math.max(0, ...record.profiles.map(({ subcarriers }) => subcarriers)));
}

/** The whole schemes of a profile in file order. */
export function modulationSchemes({ data }: ModulationProfile): ModulationScheme[] {
  const schemes: ModulationScheme[] = [];
  for (let at = 0; at + schemeLength(data[at]) <= data.length; at += schemeLength(data[at])) {
    const count = countAt(data, at);
    schemes.push(
      data[at] === 0
        ? { type: "uniform", order: data[at + 1]!, count }
        : { type: "alternating", mainOrder: data[at + 1]!, skipOrder: data[at + 2]!, count },
    );
  }
  return schemes;
}

/** Modulation order of every subcarrier; keys of `MODULATION_PROFILE_ORDERS`. */
export function modulationOrders(profile: ModulationProfile): Uint8Array {
  const orders = new Uint8Array(profile.subcarriers);
  let k = 0;
  for (const scheme of modulationSchemes(profile)) {
    if (scheme.type === "uniform") orders.fill(scheme.order, k, k + scheme.count);
    else
      for (let i = 0; i < scheme.count; i++)
        orders[k + i] = i % 2 === 0 ? scheme.mainOrder : scheme.skipOrder;
    k += scheme.count;
  }
  return orders;
}

/** Bits a subcarrier of this order carries: 0 for pilots, PLC and zero-bit-loaded ones, NaN where excluded. */
export function bitsPerSymbol(order: number | undefined): number {
  if (order === undefined || order === EXCLUSION) return Number.NaN;
  return order >= 2 && order <= 14 ? order : 0;
}

function readHeader(file: PnmFile): DsOfdmModulationProfileHeader {
  const header: PnmHeader = { ...file.preamble };
  readFields(bodyReader(file), FIELDS, header as unknown as Record<string, string | number>);
  return header as DsOfdmModulationProfileHeader;
}

function readProfiles(
  file: PnmFile,
  header: DsOfdmModulationProfileHeader,
  start: number,
  end: number,
): { profiles: ModulationProfile[]; isCut: boolean } {
  const { bytes } = file;
  const details = { header: { ...header } };
  if (header.profileCount === 0) {
    throw new PnmDecodeError("BAD_COUNT", "the file counts 0 profiles", { ...details, offset: start - 12 });
  }
  const profiles: ModulationProfile[] = [];
  const total = start + header.dataLengthBytes;
  let at = start;
  while (profiles.length < header.profileCount) {
    const isLast = profiles.length === header.profileCount - 1;
    const declaredLength = at + 3 > end ? 0 : (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const next = at + 3 + declaredLength;
    const isTolerated = isLast && at + 3 <= end && (end === total || file.hints.tolerant === true);
    if (at + 3 > end || (next > end && !isTolerated)) {
      throw new PnmDecodeError(
        "TRUNCATED",
        `profile ${profiles.length + 1} of ${header.profileCount} is incomplete`,
        {
          ...details,
          offset: at,
          expected: `at least ${Math.max(next, total)} bytes`,
          found: `${bytes.length} bytes`,
        },
      );
    }
    const data = bytes.subarray(at + 3, Math.min(next, end));
    const subcarriers = countSubcarriers(data, declaredLength, at + 3, details);
    profiles.push({ profileId: bytes[at]!, declaredLength, data, subcarriers });
    at = next;
  }
  if (at < end || (at === end && end < total)) {
    throw new PnmDecodeError(
      "BAD_LENGTH",
      `the profiles take ${at - start} of ${header.dataLengthBytes} bytes`,
      {
        ...details,
        offset: start - 4,
        expected: String(at - start),
        found: String(header.dataLengthBytes),
      },
    );
  }
  return { profiles, isCut: at > end };
}

/** @throws PnmDecodeError BAD_VALUE for an unknown scheme, BAD_LENGTH, BAD_COUNT */
function countSubcarriers(
  data: Uint8Array,
  declaredLength: number,
  offset: number,
  details: { header: Record<string, unknown> },
): number {
  let subcarriers = 0;
  let at = 0;
  while (at < data.length) {
    if (data[at]! > 1) {
      throw new PnmDecodeError("BAD_VALUE", `modulation scheme ${data[at]} is unknown`, {
        ...details,
        offset: offset + at,
        expected: "0 or 1",
        found: String(data[at]),
      });
    }
    const length = schemeLength(data[at]);
    if (at + length > data.length) break;
    subcarriers += countAt(data, at);
    at += length;
  }
  if (at !== data.length && data.length === declaredLength) {
    throw new PnmDecodeError("BAD_LENGTH", "the last scheme does not end where its profile ends", {
      ...details,
      offset: offset + at,
    });
  }
  if (subcarriers > MAX_SUBCARRIERS) {
    throw new PnmDecodeError("BAD_COUNT", `a profile of ${subcarriers} subcarriers is impossible`, {
      ...details,
      offset,
      expected: `at most ${MAX_SUBCARRIERS}`,
      found: String(subcarriers),
    });
  }
  return subcarriers;
}

function schemeLength(type: number | undefined): number {
  return type === 0 ? 4 : 5;
}

function countAt(data: Uint8Array, at: number): number {
  const countOffset = at + schemeLength(data[at]) - 2;
  return (data[countOffset]! << 8) | data[countOffset + 1]!;
}

function schemeNumbers(scheme: ModulationScheme): number[] {
  return scheme.type === "uniform"
    ? [0, scheme.order, scheme.count]
    : [1, scheme.mainOrder, scheme.skipOrder, scheme.count];
}

function countByOrder(orders: Uint8Array): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const order of orders) {
    const name = MODULATION_PROFILE_ORDERS[order] ?? `order_${order}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
