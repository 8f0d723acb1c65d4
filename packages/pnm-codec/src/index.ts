export type { FrequencyAxis, SubcarrierGrid } from "./axis.ts";
export type { Endianness } from "./binary/integers.ts";
export type { CmtsHeader } from "./cmts-header.ts";
export { complexMagnitudesDb, complexMeanPower, complexPart, complexValues } from "./complex.ts";
export { decodePnm, expectedLength } from "./decode.ts";
export { PnmDecodeError, PnmEncodeError, type PnmErrorCode, type PnmErrorDetails } from "./errors.ts";
export { type ParsedFileName, parseFileName } from "./file-name.ts";
export {
  type DecodeHints,
  UTSC_READING_PROFILES,
  type UtscHints,
  type UtscLayout,
  type UtscOutputFormat,
} from "./hints.ts";
export { type HistogramCounts, histogramBinCenters, histogramShares } from "./histogram.ts";
export {
  captureUnixTimeS,
  describeHeader,
  encodePnm,
  plotOf,
  type SubcarrierRecord,
  subcarrierFrequenciesHz,
  summarize,
} from "./operations.ts";
export type { LinearPlotAxis, PlotSeries, PlotTrace, ValuePlotAxis } from "./plot.ts";
export { CLIPPED_HIGH, CLIPPED_LOW, NOT_MEASURED, quarterDbLevels } from "./quarter-db.ts";
export type {
  AlternativeReading,
  AxisRule,
  Confidence,
  HeaderField,
  LevelReference,
  PnmHeader,
  PnmMagic,
  PnmRecordBase,
  Reading,
} from "./record.ts";
export type { PlotOptions, Sha256 } from "./type.ts";
export {
  CM_SPECTRUM_WINDOWS,
  type CmSpectrumHeader,
  type CmSpectrumRecord,
  cmSpectrumAxisHz,
  cmSpectrumLevelsDbmv,
} from "./types/cm-spectrum.ts";
export {
  type CmSpectrumGroup,
  type CmSpectrumSnmpRecord,
  cmSpectrumSnmpFrequenciesHz,
  cmSpectrumSnmpLevelsDbmv,
} from "./types/cm-spectrum-snmp.ts";
export type {
  CmtsDsOfdmSymbolCaptureHeader,
  CmtsDsOfdmSymbolCaptureRecord,
} from "./types/cmts-ds-ofdm-symbol-capture.ts";
export {
  constellationBitsPerSymbol,
  DS_OFDM_MODULATION_TYPES,
  type DsConstellationHeader,
  type DsConstellationRecord,
} from "./types/ds-constellation.ts";
export type { DsHistogramHeader, DsHistogramRecord } from "./types/ds-histogram.ts";
export {
  CHANNEL_ESTIMATE_FRACTION_BITS,
  channelEstimateMagnitudesDb,
  type DsOfdmChannelEstimateHeader,
  type DsOfdmChannelEstimateRecord,
} from "./types/ds-ofdm-channel-estimate.ts";
export {
  type DsOfdmFecSummaryHeader,
  type DsOfdmFecSummaryRecord,
  type FecCounters,
  type FecProfile,
  fecCounters,
  fecUncorrectableShares,
  NCP_PROFILE_ID,
  profileName,
} from "./types/ds-ofdm-fec-summary.ts";
export {
  bitsPerSymbol,
  type DsOfdmModulationProfileHeader,
  type DsOfdmModulationProfileRecord,
  MODULATION_PROFILE_ORDERS,
  type ModulationProfile,
  type ModulationScheme,
  modulationOrders,
  modulationSchemes,
} from "./types/ds-ofdm-modulation-profile.ts";
export { type DsOfdmRxMerHeader, type DsOfdmRxMerRecord, rxMerDb } from "./types/ds-ofdm-rxmer.ts";
export {
  type DsOfdmSymbolCaptureHeader,
  type DsOfdmSymbolCaptureRecord,
  SYMBOL_CAPTURE_FRACTION_BITS,
} from "./types/ds-ofdm-symbol-capture.ts";
export type { PnmKind, PnmRecord } from "./types/index.ts";
export type { LatencyReportHeader, LatencyReportRecord } from "./types/latency-report.ts";
export type { UsHistogramHeader, UsHistogramRecord } from "./types/us-histogram.ts";
export {
  type ImpulseNoiseEvent,
  impulseNoiseEvents,
  type UsImpulseNoiseHeader,
  type UsImpulseNoiseRecord,
} from "./types/us-impulse-noise.ts";
export {
  preEqualizerMagnitudesDb,
  type UsOfdmaPreEqualizerHeader,
  type UsOfdmaPreEqualizerRecord,
} from "./types/us-ofdma-pre-equalizer.ts";
export type { UsOfdmaProbeHeader, UsOfdmaProbeRecord } from "./types/us-ofdma-probe.ts";
export type { UsOfdmaRxMerHeader, UsOfdmaRxMerRecord } from "./types/us-ofdma-rxmer.ts";
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
export { levelAnomalies, PLAUSIBLE_LEVELS_DBMV } from "./utsc/plausibility.ts";
export { type UnwrapOptions, type UnwrappedFile, unwrap, type Wrapper, wrapperOf } from "./wrapped/unwrap.ts";
