import { windowFigures, windowOfCode } from "@pnmlab/pnm-analysis";
import { type UtscOutputFormat, utscFormatOfCode } from "@pnmlab/pnm-codec";
import type { Personality } from "../personality/personality.ts";
import type { Receiver } from "../signal/receiver.ts";
import { SAMPLE_RATES_HZ } from "../signal/time-samples.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** FFT lengths exceed the bins by this factor: the edges are cut away (80 of 102.4 MHz). */
const EDGE_FACTOR = 1.25;
const ADC_RATE_HZ = SAMPLE_RATES_HZ[3];
/** K of the FFT formats and of time samples, before what differs between ports. */
const K_FFT_HUNDREDTHS_DB = -8600;
const K_TIME_HUNDREDTHS_DB = -5500;

/** What a row measures, in terms of the receiver. */
export interface Measurement {
  outputFormat: UtscOutputFormat;
  receiver: Receiver;
  /** Calibration constant K, the same in header, status and result. */
  kHundredthsDb: number;
  /** docsPnmCmtsUtscResultUsSampleSize. */
  sampleSize: number;
  /** docsPnmCmtsUtscResultResolutionBw. */
  resolutionBwHz: number;
}

/** K of a port for a format; ports differ by some hundredths, as real ones do. */
export function calibrationConstant(outputFormat: UtscOutputFormat, port: number): number {
  const isTime = outputFormat === "timeIQ" || outputFormat === "rawAdc";
  return (isTime ? K_TIME_HUNDREDTHS_DB : K_FFT_HUNDREDTHS_DB) + [0, 13, -21, 7][(port - 1) % 4]!;
}

/** The format of a configuration; the MIB's values are all known. */
export function outputFormatOf(config: UtscConfig): UtscOutputFormat {
  return utscFormatOfCode(config.outputFormat)!;
}

/** Measurement of a complete row on a port, counted from 1. */
export function measurementOf(config: UtscConfig, personality: Personality, port: number): Measurement {
  const outputFormat = outputFormatOf(config);
  const window = windowOfCode(config.window) ?? "rectangular";
  const centerFrequencyHz = config.centerFreqHz!;
  const spanHz = config.spanHz!;
  const bins = config.numBins!;
  const kHundredthsDb = calibrationConstant(outputFormat, port);
  if (outputFormat === "timeIQ" || outputFormat === "rawAdc") {
    const sampleRateHz = outputFormat === "rawAdc" ? ADC_RATE_HZ : leastRate(spanHz);
    return {
      outputFormat,
      // Time samples come without a window: the reader chooses one.
      receiver: { centerFrequencyHz, spanHz, bins, sampleRateHz, window: "rectangular", averaging: 1 },
      kHundredthsDb,
      sampleSize: bins,
      resolutionBwHz: Math.round(sampleRateHz / bins),
    };
  }
  const sampleRateHz = leastRate(EDGE_FACTOR * spanHz);
  const binSpacingHz = spanHz / bins;
  return {
    outputFormat,
    receiver: {
      centerFrequencyHz,
      spanHz,
      bins,
      sampleRateHz,
      window,
      // Only powers can be averaged (DOCS-PNM-MIB, Averaging).
      averaging: outputFormat === "fftIQ" ? 1 : Math.max(1, config.averaging),
    },
    kHundredthsDb,
    sampleSize: personality.sampleSize === "payload" ? bins : Math.round(sampleRateHz / binSpacingHz),
    resolutionBwHz: Math.round(binSpacingHz * windowFigures(window).enbwBins),
  };
}

/** The least sample rate that is not below `rateHz`, or the highest. */
function leastRate(rateHz: number): (typeof SAMPLE_RATES_HZ)[number] {
  return SAMPLE_RATES_HZ.find((candidate) => candidate >= rateHz) ?? ADC_RATE_HZ;
}
