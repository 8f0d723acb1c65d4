export type { FrequencyAxis, SubcarrierGrid } from "./axis.ts";
export type { CmtsHeader } from "./cmts-header.ts";
export { decodePnm, expectedLength } from "./decode.ts";
export { PnmDecodeError, PnmEncodeError, type PnmErrorCode, type PnmErrorDetails } from "./errors.ts";
export type { DecodeHints, UtscHints, UtscLayout, UtscOutputFormat } from "./hints.ts";
export { describeHeader, encodePnm, plotOf, subcarrierFrequenciesHz, summarize } from "./operations.ts";
export type { LinearPlotAxis, PlotSeries, PlotTrace, ValuePlotAxis } from "./plot.ts";
export {
  type Confidence,
  captureUnixTimeS,
  type HeaderField,
  type PnmHeader,
  type PnmMagic,
  type Reading,
} from "./record.ts";
export type { PlotOptions, Sha256 } from "./type.ts";
export {
  channelEstimateMagnitudesDb,
  type DsOfdmChannelEstimateHeader,
  type DsOfdmChannelEstimateRecord,
} from "./types/ds-ofdm-channel-estimate.ts";
export { type DsOfdmRxMerHeader, type DsOfdmRxMerRecord, rxMerDb } from "./types/ds-ofdm-rxmer.ts";
export type { PnmKind, PnmRecord } from "./types/index.ts";
export type { UtscHeader, UtscRecord } from "./types/utsc.ts";
export {
  type E6000UtscFile,
  type EarlyUtscFile,
  encodeUtsc,
  type UtscFileInput,
  utscSamplesFromLevels,
} from "./utsc/encode.ts";
export { UTSC_FORMATS, type UtscSamples, utscFormatOfCode } from "./utsc/formats.ts";
export type { UtscCaptureFields } from "./utsc/header.ts";
export {
  type UtscLevelOptions,
  utscFrequencyAxisHz,
  utscLevelReference,
  utscLevelsDb,
} from "./utsc/levels.ts";
