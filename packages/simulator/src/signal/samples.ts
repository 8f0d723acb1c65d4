import type { UtscOutputFormat, UtscSamples } from "@pnmlab/pnm-codec";
import type { ChannelState, PortActivity } from "./activity.ts";
import { type BinFrame, BinSpectrum } from "./bin-spectrum.ts";
import type { Receiver } from "./receiver.ts";
import { type SAMPLE_RATES_HZ, TimeSamples } from "./time-samples.ts";

/** What one capture gives. */
interface CaptureSamples {
  /** Integers as a capture file holds them. */
  samples: UtscSamples;
  /** mV^2 per bin, before rounding; undefined for time samples. */
  binPower: Float64Array | undefined;
}

/** Captures of a port in one output format. */
export interface SampleSource {
  /** Time that one capture looks at, in microseconds. */
  readonly captureUs: number;
  /** The capture that begins at `atUs`, in whole microseconds of Unix time. */
  capture(atUs: number, state?: ChannelState): CaptureSamples;
}

/**
 * @param kHundredthsDb calibration constant: a power of 1 count stands for K dBmV
 */
export function createSampleSource(
  activity: PortActivity,
  receiver: Receiver,
  outputFormat: UtscOutputFormat,
  kHundredthsDb: number,
): SampleSource {
  if (outputFormat === "timeIQ" || outputFormat === "rawAdc") {
    return timeSource(activity, receiver, outputFormat, kHundredthsDb);
  }
  const spectrum = new BinSpectrum(activity, receiver);
  return {
    captureUs: spectrum.captureUs,
    capture(atUs, state) {
      const frame = spectrum.frame(atUs, state);
      return { samples: encodeBins(frame, outputFormat, kHundredthsDb), binPower: frame.power };
    },
  };
}

function encodeBins(
  { power, complex }: BinFrame,
  outputFormat: Exclude<UtscOutputFormat, "timeIQ" | "rawAdc">,
  kHundredthsDb: number,
): UtscSamples {
  const powerScale = 10 ** (-kHundredthsDb / 1000);
  const amplitudeScale = Math.sqrt(powerScale);
  switch (outputFormat) {
    case "fftPower":
      return Uint32Array.from(power, (p) => clip(p * powerScale, 0, 0xffff_ffff));
    case "fftAmplitude":
      return Uint16Array.from(power, (p) => clip(Math.sqrt(p) * amplitudeScale, 0, 0xffff));
    case "fftDb":
      return Int16Array.from(power, (p) =>
        clip(1000 * Math.log10(Math.max(p, 1e-20)) - kHundredthsDb, -0x8000, 0x7fff),
      );
    case "fftIQ":
      return interleave(complex!.re, complex!.im, amplitudeScale);
  }
}

function timeSource(
  activity: PortActivity,
  receiver: Receiver,
  outputFormat: "timeIQ" | "rawAdc",
  kHundredthsDb: number,
): SampleSource {
  const scale = 10 ** (-kHundredthsDb / 2000);
  const sampleRateHz = receiver.sampleRateHz as (typeof SAMPLE_RATES_HZ)[number];
  if (outputFormat === "timeIQ") {
    const { centerFrequencyHz, bins } = receiver;
    const samples = new TimeSamples(activity, { centerFrequencyHz, sampleRateHz, length: bins });
    return {
      captureUs: samples.captureUs,
      capture: (atUs, state) => {
        const { re, im } = samples.frame(atUs, state);
        return { samples: interleave(re, im, scale), binPower: undefined };
      },
    };
  }
  // A converter sees real samples from 0 Hz to half its rate: complex ones around a quarter of the rate,
  // turned up by a quarter turn per sample.
  const samples = new TimeSamples(
    activity,
    { centerFrequencyHz: sampleRateHz / 4, sampleRateHz, length: receiver.bins },
    sampleRateHz / 4,
  );
  return {
    captureUs: samples.captureUs,
    capture: (atUs, state) => {
      const { re, im } = samples.frame(atUs, state);
      const realScale = scale * Math.SQRT2;
      const real = Int16Array.from(re, (_, n) => {
        const turned = n % 2 === 0 ? re[n]! : -im[n]!;
        return clip((n % 4 < 2 ? turned : -turned) * realScale, -0x8000, 0x7fff);
      });
      return { samples: real, binPower: undefined };
    },
  };
}

function interleave(re: Float64Array, im: Float64Array, scale: number): Int16Array {
  const samples = new Int16Array(2 * re.length);
  for (let k = 0; k < re.length; k += 1) {
    samples[2 * k] = clip(re[k]! * scale, -0x8000, 0x7fff);
    samples[2 * k + 1] = clip(im[k]! * scale, -0x8000, 0x7fff);
  }
  return samples;
}

function clip(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)));
}
