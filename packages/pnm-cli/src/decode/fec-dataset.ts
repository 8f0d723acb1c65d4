import { type DsOfdmFecSummaryRecord, fecCounters, profileName } from "@pnmlab/pnm-codec";
import type { Column, Dataset } from "./dataset.ts";

/** Codeword counters per profile and set, with their shares of all codewords. */
export function fecDataset(record: DsOfdmFecSummaryRecord): Dataset {
  return {
    groupName: "profiles",
    groups: record.profiles.map((profile) => {
      const { timestampsS, totalCodewords, corrected, uncorrectable } = fecCounters(record, profile);
      const time: Column[] = timestampsS === undefined ? [] : [{ name: "time_unix_s", values: timestampsS }];
      return {
        key: { profile_id: profile.profileId, profile: profileName(profile.profileId) },
        columns: [
          ...time,
          { name: "total_codewords", values: totalCodewords, isRaw: true },
          { name: "corrected_codewords", values: corrected, isRaw: true },
          { name: "uncorrectable_codewords", values: uncorrectable, isRaw: true },
          { name: "corrected_ratio", values: ratios(corrected, totalCodewords), digits: 12 },
          { name: "uncorrectable_ratio", values: ratios(uncorrectable, totalCodewords), digits: 12 },
        ],
      };
    }),
  };
}

/** Shares of codewords, NaN where none was received. */
export function ratios(part: Uint32Array, total: Uint32Array): Float64Array {
  return Float64Array.from(part, (count, k) => (total[k]! > 0 ? count / total[k]! : Number.NaN));
}
