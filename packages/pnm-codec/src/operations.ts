import type { FrequencyAxis } from "./axis.ts";
import { hasWallClock } from "./capture-time.ts";
import { parseFileName } from "./file-name.ts";
import type { PlotSeries } from "./plot.ts";
import type { HeaderField } from "./record.ts";
import type { PlotOptions, Sha256 } from "./type.ts";
import { cmtsSymbolCaptureAxisHz } from "./types/cmts-ds-ofdm-symbol-capture.ts";
import { channelEstimateAxisHz } from "./types/ds-ofdm-channel-estimate.ts";
import { fecCounters } from "./types/ds-ofdm-fec-summary.ts";
import { modulationProfileAxisHz } from "./types/ds-ofdm-modulation-profile.ts";
import { dsOfdmRxMerAxisHz } from "./types/ds-ofdm-rxmer.ts";
import { type PnmRecord, typeOf } from "./types/index.ts";
import { preEqualizerAxisHz } from "./types/us-ofdma-pre-equalizer.ts";
import { usOfdmaRxMerAxisHz } from "./types/us-ofdma-rxmer.ts";

/** Records with one value per subcarrier. */
export type SubcarrierRecord = Extract<
  PnmRecord,
  {
    kind:
      | "ds-ofdm-rxmer"
      | "ds-ofdm-channel-estimate"
      | "ds-ofdm-modulation-profile"
      | "us-ofdma-pre-equalizer"
      | "us-ofdma-pre-equalizer-last-update"
      | "us-ofdma-rxmer"
      | "cmts-ds-ofdm-symbol-capture";
  }
>;

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

/**
 * Unix seconds of a capture: the header's time, the first timestamp of a codeword error rate file, which has
 * none, and failing a wall clock the epoch in the file's name. Undefined where none of them tells.
 */
export function captureUnixTimeS(record: PnmRecord, fileName?: string): number | undefined {
  const stored =
    record.kind === "ds-ofdm-fec-summary" && record.profiles[0] !== undefined
      ? (record.header.captureTimeS ?? fecCounters(record, record.profiles[0]).timestampsS?.[0])
      : record.header.captureTimeS;
  if (stored !== undefined && hasWallClock(stored)) return stored;
  const named = fileName === undefined ? undefined : parseFileName(fileName)?.epochS;
  return named !== undefined && hasWallClock(named) ? named : undefined;
}

/** Frequencies of the values of a record with one value per subcarrier. */
export function subcarrierFrequenciesHz(record: SubcarrierRecord): FrequencyAxis {
  switch (record.kind) {
    case "ds-ofdm-rxmer":
      return dsOfdmRxMerAxisHz(record);
    case "ds-ofdm-channel-estimate":
      return channelEstimateAxisHz(record);
    case "ds-ofdm-modulation-profile":
      return modulationProfileAxisHz(record);
    case "us-ofdma-pre-equalizer":
    case "us-ofdma-pre-equalizer-last-update":
      return preEqualizerAxisHz(record);
    case "us-ofdma-rxmer":
      return usOfdmaRxMerAxisHz(record);
    case "cmts-ds-ofdm-symbol-capture":
      return cmtsSymbolCaptureAxisHz(record);
  }
}
