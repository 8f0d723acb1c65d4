import type { FrequencyAxis } from "./axis.ts";
import type { PlotSeries } from "./plot.ts";
import type { HeaderField } from "./record.ts";
import type { PlotOptions, Sha256 } from "./type.ts";
import { channelEstimateAxisHz } from "./types/ds-ofdm-channel-estimate.ts";
import { dsOfdmRxMerAxisHz } from "./types/ds-ofdm-rxmer.ts";
import { type PnmRecord, typeOf } from "./types/index.ts";

/**
 * The bytes of the file a record came from, or of the file it describes; length fields follow the data.
 *
 * @throws PnmEncodeError when a value does not fit its field
 */
export function encodePnm(record: PnmRecord): Uint8Array {
  return typeOf(record).encode(record);
}

/** The header as rows with their place in the file. */
export function describeHeader(record: PnmRecord): HeaderField[] {
  return typeOf(record).describe(record);
}

/** What an engineer expects to see of this capture. */
export function plotOf(record: PnmRecord, options: PlotOptions = {}): PlotSeries {
  return typeOf(record).plot(record, options);
}

/** Values and hashes of a file for comparison with an independent decoder. */
export function summarize(
  record: PnmRecord,
  bytes: Uint8Array,
  sha256: Sha256,
  fileName?: string,
): Record<string, unknown> {
  const identity = fileName === undefined ? {} : { file: fileName };
  return {
    ...identity,
    size: bytes.length,
    sha256: sha256(bytes),
    ...typeOf(record).summarize(record, sha256),
  };
}

/** Frequencies of the values of a record with one value per subcarrier. */
export function subcarrierFrequenciesHz(
  record: Extract<PnmRecord, { kind: "ds-ofdm-rxmer" | "ds-ofdm-channel-estimate" }>,
): FrequencyAxis {
  switch (record.kind) {
    case "ds-ofdm-rxmer":
      return dsOfdmRxMerAxisHz(record);
    case "ds-ofdm-channel-estimate":
      return channelEstimateAxisHz(record);
  }
}
