// Type 08, downstream OFDM codeword error rate, alias FEC summary (DOCS-PNM-MIB, docsPnmCmDsOfdmFecFileName).
// The only type without a capture time; the first timestamp takes its place.
//
//   offset (PNN)  size  field
//   6             1     downstream channel id
//   7             6     modem MAC
//   13            1     summary type: 2 is 10 minutes at 1 s (600 sets), 3 is 24 hours at 60 s (1440 sets)
//   14            1     number of profiles
//   15                  per profile: u8 id, u16 number of sets S, S times u32 timestamp, u32 total codewords,
//                       u32 corrected, u32 uncorrectable
//
// Profile 255 is the next codeword pointer channel. DOCS-PNM-MIB of 2015 prints a header with capture time,
// start and end time, and per profile u8 id, u16 length in bytes, then the three counters as arrays one after
// the other; no device is known to write it.

import { type Field, mac, readFields, sizeOf, u8, u32, writeFields } from "../binary/fields.ts";
import { readUint32s } from "../binary/integers.ts";
import { PnmDecodeError } from "../errors.ts";
import { bodyReader, describeHeaderFields, headerLengthOf, type PnmFile, startFile } from "../file.ts";
import type { HeaderField, PnmHeader, PnmRecordBase } from "../record.ts";
import { takeTrailing } from "../sized-file.ts";
import { hashNumbers, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface DsOfdmFecSummaryHeader extends PnmHeader {
  channelId: number;
  cmMac: string;
  /** 1 other, 2 ten minutes, 3 twenty-four hours. */
  summaryType: number;
  profileCount: number;
  /** Only in the arrangement of 2015, as the next. */
  startTimeS: number | undefined;
  endTimeS: number | undefined;
}

export interface FecProfile {
  /** 255 is the next codeword pointer channel. */
  profileId: number;
  sets: number;
  /** As stored; `fecCounters` takes them apart. */
  words: Uint32Array;
}

export interface DsOfdmFecSummaryRecord extends PnmRecordBase {
  kind: "ds-ofdm-fec-summary";
  layout: "standard" | "mib-2015";
  header: DsOfdmFecSummaryHeader;
  profiles: FecProfile[];
}

export interface FecCounters {
  /** Unix seconds; undefined in the arrangement of 2015. */
  timestampsS: Uint32Array | undefined;
  totalCodewords: Uint32Array;
  corrected: Uint32Array;
  uncorrectable: Uint32Array;
}

const TITLE = "DS OFDM codeword error rate";
export const NCP_PROFILE_ID = 255;

interface FecLayout {
  name: DsOfdmFecSummaryRecord["layout"];
  fields: readonly Field<keyof DsOfdmFecSummaryHeader>[];
  /** Words of one set. */
  wordsPerSet: 3 | 4;
  /** What the u16 of a profile counts, in bytes. */
  bytesPerCount: number;
}

const STANDARD: FecLayout = {
  name: "standard",
  fields: [
    u8("channelId", "DS channel id"),
    mac("cmMac", "Modem MAC"),
    u8("summaryType", "Summary type"),
    u8("profileCount", "Number of profiles"),
  ],
  wordsPerSet: 4,
  bytesPerCount: 16,
};

const MIB_2015: FecLayout = {
  name: "mib-2015",
  fields: [
    u32("captureTimeS", "Capture time", "s"),
    u8("channelId", "DS channel id"),
    mac("cmMac", "Modem MAC"),
    u32("startTimeS", "Test start", "s"),
    u32("endTimeS", "Test end", "s"),
    u8("summaryType", "Summary type"),
    u8("profileCount", "Number of profiles"),
  ],
  wordsPerSet: 3,
  bytesPerCount: 1,
};

const layoutOf = (record: DsOfdmFecSummaryRecord) => (record.layout === "standard" ? STANDARD : MIB_2015);

export const dsOfdmFecSummary: PnmType<DsOfdmFecSummaryRecord> = {
  kind: "ds-ofdm-fec-summary",
  title: TITLE,
  decode(file) {
    const standardEnd = findEnd(file, STANDARD);
    const isOld = standardEnd !== file.bytes.length && findEnd(file, MIB_2015) === file.bytes.length;
    const layout = isOld ? MIB_2015 : STANDARD;
    const { header, profiles, end } = readProfiles(file, layout);
    const anomalies = profiles.flatMap((profile) => profileAnomalies(profile, header.summaryType, layout));
    const fits = end === file.bytes.length;
    return {
      kind: "ds-ofdm-fec-summary",
      title: TITLE,
      layout: layout.name,
      header,
      profiles,
      reading: {
        layout: layout.name,
        reason: `${profiles.length} profiles end ${fits ? "exactly at" : "before"} the end of the file`,
        confidence: fits ? "high" : "medium",
        alternatives: [],
      },
      trailing: takeTrailing(file, end, header, anomalies),
      anomalies,
    };
  },
  encode(record) {
    const layout = layoutOf(record);
    const writer = startFile(record.header);
    writeFields(writer, layout.fields, { ...record.header, profileCount: record.profiles.length });
    for (const { profileId, words } of record.profiles) {
      writer.unsigned("profileId", profileId, 1);
      writer.unsigned("sets", words.byteLength / layout.bytesPerCount, 2);
      writer.integers(words);
    }
    writer.bytes(record.trailing);
    return writer.finish();
  },
  expectedLength(file) {
    // The arrangement of 2015 was never seen and would be taken for a standard one: its length is not told.
    return findEnd(file, STANDARD);
  },
  describe(record) {
    const layout = layoutOf(record);
    const rows: HeaderField[] = describeHeaderFields(record.header, layout.fields);
    let offset = headerLengthOf(record.header, layout.fields);
    for (const [index, { profileId, words }] of record.profiles.entries()) {
      const count = words.byteLength / layout.bytesPerCount;
      rows.push({ name: `Profile ${index + 1} id`, value: profileId, offset, length: 1 });
      rows.push({ name: `Profile ${index + 1} sets`, value: count, offset: offset + 1, length: 2 });
      offset += 3 + words.byteLength;
    }
    return rows;
  },
  plot(record) {
    const counters = record.profiles.map((profile) => fecCounters(record, profile));
    const longest = Math.max(0, ...record.profiles.map(({ sets }) => sets));
    const times = counters.find(({ totalCodewords }) => totalCodewords.length === longest)?.timestampsS;
    return {
      title: TITLE,
      style: "line",
      x: {
        kind: "values",
        label: times === undefined ? "Set" : "Time",
        unit: times === undefined ? "" : "s",
        values: Float64Array.from(times ?? { length: longest }, (time, k) =>
          times === undefined ? k : Number(time),
        ),
      },
      series: counters.map(({ totalCodewords, uncorrectable }, p) => ({
        name: profileName(record.profiles[p]!.profileId),
        unit: "uncorrectable share",
        values: Float64Array.from({ length: longest }, (_, k) => share(uncorrectable[k], totalCodewords[k])),
      })),
      excluded: [],
    };
  },
  summarize: (record, sha256) => ({
    kind: "ds_ofdm_fec_summary",
    header: {
      ...summarizePreamble(record.header),
      channel_id: record.header.channelId,
      cm_mac: record.header.cmMac,
      ...(record.layout === "standard"
        ? {}
        : { start_time: record.header.startTimeS, end_time: record.header.endTimeS }),
      summary_type: record.header.summaryType,
      num_profiles: record.profiles.length,
    },
    profiles: record.profiles.map((profile) => {
      const { timestampsS, totalCodewords, corrected, uncorrectable } = fecCounters(record, profile);
      return {
        profile_id: profile.profileId,
        sets: profile.sets,
        first_timestamp: timestampsS?.[0] ?? null,
        last_timestamp: timestampsS?.at(-1) ?? null,
        distinct_steps_s: timestampsS === undefined ? [] : distinctSteps(timestampsS),
        total_codewords: sum(totalCodewords),
        corrected: sum(corrected),
        uncorrectable: sum(uncorrectable),
        sets_with_corrected: corrected.filter((count) => count > 0).length,
        sets_with_uncorrectable: uncorrectable.filter((count) => count > 0).length,
        max_total: totalCodewords.reduce((max, count) => Math.max(max, count), 0),
        sha256_raw_ints: hashNumbers(profile.words, sha256),
      };
    }),
  }),
};

/** The counters of one profile as arrays of one value per set. */
export function fecCounters(record: DsOfdmFecSummaryRecord, profile: FecProfile): FecCounters {
  const { sets, words } = profile;
  if (record.layout === "mib-2015") {
    return {
      timestampsS: undefined,
      totalCodewords: words.subarray(0, sets),
      corrected: words.subarray(sets, 2 * sets),
      uncorrectable: words.subarray(2 * sets, 3 * sets),
    };
  }
  const column = (first: number) => Uint32Array.from({ length: sets }, (_, k) => words[4 * k + first]!);
  return {
    timestampsS: column(0),
    totalCodewords: column(1),
    corrected: column(2),
    uncorrectable: column(3),
  };
}

/** Share of a set's codewords that could not be corrected, NaN where a set has none. */
export function fecUncorrectableShares(
  record: DsOfdmFecSummaryRecord,
  profile: FecProfile,
  out: Float64Array = new Float64Array(profile.sets),
): Float64Array {
  const { sets, words } = profile;
  const isStandard = record.layout === "standard";
  // Sets one after the other, or counters one after the other.
  const step = isStandard ? 4 : 1;
  const total = isStandard ? 1 : 0;
  const uncorrectable = isStandard ? 3 : 2 * sets;
  for (let k = 0; k < sets; k++) {
    const codewords = words[k * step + total]!;
    out[k] = codewords === 0 ? Number.NaN : words[k * step + uncorrectable]! / codewords;
  }
  return out;
}

/** Name of a profile as engineers write it: letters from A, and NCP. */
export function profileName(profileId: number): string {
  if (profileId === NCP_PROFILE_ID) return "NCP";
  return profileId < 26 ? `Profile ${String.fromCharCode(65 + profileId)}` : `Profile ${profileId}`;
}

function readHeader(file: PnmFile, layout: FecLayout): DsOfdmFecSummaryHeader {
  const header = { ...file.preamble, startTimeS: undefined, endTimeS: undefined };
  readFields(bodyReader(file), layout.fields, header as unknown as Record<string, string | number>);
  return header as unknown as DsOfdmFecSummaryHeader;
}

/** End of the last profile; undefined while the bytes do not reach its counter. */
function findEnd(file: PnmFile, layout: FecLayout): number | undefined {
  const first = file.bodyOffset + sizeOf(layout.fields);
  const profiles = file.bytes[first - 1];
  if (profiles === undefined || profiles === 0) return undefined;
  let offset = first;
  for (let p = 0; p < profiles; p++) {
    if (offset + 3 > file.bytes.length) return undefined;
    offset += 3 + ((file.bytes[offset + 1]! << 8) | file.bytes[offset + 2]!) * layout.bytesPerCount;
  }
  return offset;
}

function readProfiles(
  file: PnmFile,
  layout: FecLayout,
): { header: DsOfdmFecSummaryHeader; profiles: FecProfile[]; end: number } {
  const header = readHeader(file, layout);
  const reader = bodyReader(file);
  reader.offset += sizeOf(layout.fields);
  const details = { header: { ...header } };
  if (header.profileCount === 0) {
    throw new PnmDecodeError("BAD_COUNT", "the file counts 0 profiles", {
      ...details,
      offset: reader.offset - 1,
    });
  }
  const profiles: FecProfile[] = [];
  const truncated = (needed: number) =>
    new PnmDecodeError(
      "TRUNCATED",
      `profile ${profiles.length + 1} of ${header.profileCount} is incomplete`,
      {
        ...details,
        offset: reader.offset,
        expected: `at least ${reader.offset + needed} bytes`,
        found: `${file.bytes.length} bytes`,
      },
    );
  while (profiles.length < header.profileCount) {
    if (reader.remaining < 3) throw truncated(3);
    const profileId = reader.u8();
    const length = reader.u16() * layout.bytesPerCount;
    if (length % (4 * layout.wordsPerSet) !== 0) {
      throw new PnmDecodeError("BAD_LENGTH", `${length} bytes are no whole number of sets`, {
        ...details,
        offset: reader.offset - 2,
        expected: `a multiple of ${4 * layout.wordsPerSet}`,
        found: String(length),
      });
    }
    if (reader.remaining < length) throw truncated(length);
    const words = readUint32s(file.bytes, reader.offset, length / 4);
    reader.offset += length;
    profiles.push({ profileId, sets: words.length / layout.wordsPerSet, words });
  }
  return { header, profiles, end: reader.offset };
}

function profileAnomalies(
  { profileId, sets, words }: FecProfile,
  summaryType: number,
  layout: FecLayout,
): string[] {
  const anomalies: string[] = [];
  const name = profileName(profileId);
  const nominal = summaryType === 2 ? 600 : summaryType === 3 ? 1440 : undefined;
  if (nominal !== undefined && sets !== nominal) anomalies.push(`${name}: ${sets} sets, not ${nominal}`);
  if (layout.wordsPerSet === 3) return anomalies;
  const step = sets > 1 ? words[4]! - words[0]! : 0;
  for (let k = 2; k < sets; k++) {
    if (words[4 * k]! - words[4 * k - 4]! !== step) {
      anomalies.push(`${name}: irregular time steps from set ${k}`);
      break;
    }
  }
  return anomalies;
}

function distinctSteps(times: Uint32Array): number[] {
  const steps = new Set<number>();
  for (let k = 1; k < times.length; k++) steps.add(times[k]! - times[k - 1]!);
  return [...steps].sort((a, b) => a - b);
}

function sum(values: Uint32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function share(part: number | undefined, total: number | undefined): number {
  return part === undefined || total === undefined || total === 0 ? Number.NaN : part / total;
}
