import type { PnmType } from "../type.ts";
import { type CmSpectrumRecord, cmSpectrum } from "./cm-spectrum.ts";
import { type CmSpectrumSnmpRecord, cmSpectrumSnmp } from "./cm-spectrum-snmp.ts";
import {
  type CmtsDsOfdmSymbolCaptureRecord,
  cmtsDsOfdmSymbolCapture,
} from "./cmts-ds-ofdm-symbol-capture.ts";
import { type DsConstellationRecord, dsConstellation } from "./ds-constellation.ts";
import { type DsHistogramRecord, dsHistogram } from "./ds-histogram.ts";
import { type DsOfdmChannelEstimateRecord, dsOfdmChannelEstimate } from "./ds-ofdm-channel-estimate.ts";
import { type DsOfdmFecSummaryRecord, dsOfdmFecSummary } from "./ds-ofdm-fec-summary.ts";
import { type DsOfdmModulationProfileRecord, dsOfdmModulationProfile } from "./ds-ofdm-modulation-profile.ts";
import { type DsOfdmRxMerRecord, dsOfdmRxMer } from "./ds-ofdm-rxmer.ts";
import { type DsOfdmSymbolCaptureRecord, dsOfdmSymbolCapture } from "./ds-ofdm-symbol-capture.ts";
import { type LatencyReportRecord, latencyReport } from "./latency-report.ts";
import { type UsHistogramRecord, usHistogram } from "./us-histogram.ts";
import { type UsImpulseNoiseRecord, usImpulseNoise } from "./us-impulse-noise.ts";
import {
  type UsOfdmaPreEqualizerRecord,
  usOfdmaPreEqualizer,
  usOfdmaPreEqualizerLastUpdate,
} from "./us-ofdma-pre-equalizer.ts";
import { type UsOfdmaProbeRecord, usOfdmaProbe } from "./us-ofdma-probe.ts";
import { type UsOfdmaRxMerRecord, usOfdmaRxMer } from "./us-ofdma-rxmer.ts";
import { type UtscRecord, utsc } from "./utsc.ts";

/** Any decoded capture; `kind` says which. */
export type PnmRecord =
  | UtscRecord
  | DsOfdmSymbolCaptureRecord
  | DsOfdmChannelEstimateRecord
  | DsConstellationRecord
  | DsOfdmRxMerRecord
  | DsHistogramRecord
  | UsOfdmaPreEqualizerRecord
  | DsOfdmFecSummaryRecord
  | CmSpectrumRecord
  | CmSpectrumSnmpRecord
  | DsOfdmModulationProfileRecord
  | CmtsDsOfdmSymbolCaptureRecord
  | UsOfdmaProbeRecord
  | UsImpulseNoiseRecord
  | UsHistogramRecord
  | UsOfdmaRxMerRecord
  | LatencyReportRecord;

export type PnmKind = PnmRecord["kind"];

// biome-ignore lint/suspicious/noExplicitAny: the table is indexed by the kind that fixes the record's type.
type AnyType = PnmType<any>;

/** Types of `PNN` and `PNM` files by their code byte (DOCS-PNM-MIB). */
export const TYPES_BY_CODE: ReadonlyMap<number, AnyType> = new Map<number, AnyType>([
  [0x01, dsOfdmSymbolCapture],
  [0x02, dsOfdmChannelEstimate],
  [0x03, dsConstellation],
  [0x04, dsOfdmRxMer],
  [0x05, dsHistogram],
  [0x06, usOfdmaPreEqualizer],
  [0x07, usOfdmaPreEqualizerLastUpdate],
  [0x08, dsOfdmFecSummary],
  [0x09, cmSpectrum],
  [0x0a, dsOfdmModulationProfile],
  [0x65, cmtsDsOfdmSymbolCapture],
  [0x66, usOfdmaProbe],
  [0x67, usImpulseNoise],
  [0x68, usHistogram],
  [0x69, usOfdmaRxMer],
  [0x6a, utsc],
]);

/** Types of `LLD` files by their code byte. */
export const LLD_TYPES_BY_CODE: ReadonlyMap<number, AnyType> = new Map<number, AnyType>([
  [0x01, latencyReport],
]);

const BY_KIND: Readonly<Record<PnmKind, AnyType>> = {
  "ds-ofdm-symbol-capture": dsOfdmSymbolCapture,
  "ds-ofdm-channel-estimate": dsOfdmChannelEstimate,
  "ds-constellation": dsConstellation,
  "ds-ofdm-rxmer": dsOfdmRxMer,
  "ds-histogram": dsHistogram,
  "us-ofdma-pre-equalizer": usOfdmaPreEqualizer,
  "us-ofdma-pre-equalizer-last-update": usOfdmaPreEqualizerLastUpdate,
  "ds-ofdm-fec-summary": dsOfdmFecSummary,
  "cm-spectrum": cmSpectrum,
  "cm-spectrum-snmp": cmSpectrumSnmp,
  "ds-ofdm-modulation-profile": dsOfdmModulationProfile,
  "cmts-ds-ofdm-symbol-capture": cmtsDsOfdmSymbolCapture,
  "us-ofdma-probe": usOfdmaProbe,
  "us-impulse-noise": usImpulseNoise,
  "us-histogram": usHistogram,
  "us-ofdma-rxmer": usOfdmaRxMer,
  utsc,
  "latency-report": latencyReport,
};

/** The type that decoded a record. */
export function typeOf<R extends PnmRecord>(record: R): PnmType<R> {
  return BY_KIND[record.kind];
}
