import { minislotLowerEdgesHz, minislotStretches } from "@pnmlab/pnm-analysis";
import type { ImpairmentPlan } from "./impairments.ts";

/**
 * What lies on one upstream RF port: channels, noise and ingress. Levels are dBmV at the port, frequencies
 * lie on the 50 kHz grid where a channel uses them.
 */
export interface PortPlan {
  label: string;
  noise: NoiseFloor;
  channels: readonly ChannelPlan[];
  carriers: readonly CarrierPlan[];
  impulses: readonly ImpulsePlan[];
  /** Modems that send on this port. */
  modemCount: number;
  impairments?: ImpairmentPlan;
}

export type ChannelPlan = ScQamPlan | OfdmaPlan;

export interface NoiseFloor {
  levelDbmvPer50Khz: number;
  /** Below this frequency the floor rises towards 5 MHz. */
  riseBelowHz: number;
  riseDbPerOctave: number;
}

export interface ScQamPlan {
  kind: "scQam";
  centerHz: number;
  /** 1.6, 3.2 or 6.4 MHz. */
  widthHz: number;
  /** Channel power while a modem sends. */
  powerDbmv: number;
  /** Share of the time in which a modem sends, from 0 to 1. */
  utilization: number;
}

export interface OfdmaPlan {
  kind: "ofdma";
  lowerHz: number;
  upperHz: number;
  subcarrierSpacingKhz: 25 | 50;
  /** Samples at 102.4 MHz. */
  cyclicPrefixSamples: number;
  /** Samples at 102.4 MHz. */
  rollOffSamples: number;
  symbolsPerFrame: number;
  /** Power in 1.6 MHz of granted minislots. */
  powerDbmvPer1600Khz: number;
  /** Probability that a minislot is granted. */
  utilization: number;
  /** Bands that no minislot uses. */
  excludedHz: readonly (readonly [number, number])[];
}

/** A narrow signal that is not ours: one line in the spectrum. */
export interface CarrierPlan {
  kind: "ism" | "cb" | "shortWave" | "amateur" | "pathDistortion";
  label: string;
  frequencyHz: number;
  levelDbmv: number;
  /** Keyed on and off, each for a time drawn from these ranges, in seconds. Steady where absent. */
  gate?: { onS: readonly [number, number]; offS: readonly [number, number] };
  /** Slow fading, a sine of this depth from peak to trough. */
  fade?: { depthDb: number; periodS: number };
}

/** Noise pulses locked to the mains. */
export interface ImpulsePlan {
  label: string;
  /** Twice the mains frequency. */
  ratePerS: number;
  /** Height over the noise floor at low frequencies. */
  overFloorDb: number;
  durationUs: number;
  /** Place in the mains half-wave, in milliseconds, and its random spread. */
  phaseMs: number;
  jitterMs: number;
  /** The pulse's spectrum falls 6 dB per octave above. */
  cornerHz: number;
}

/** Lower edges of the minislots of an OFDMA channel: between excluded bands, from the first subcarrier of each stretch on. */
export function minislotEdgesHz({ lowerHz, upperHz, subcarrierSpacingKhz, excludedHz }: OfdmaPlan): number[] {
  const spacingHz = 1000 * subcarrierSpacingKhz;
  const stretches = minislotStretches(
    {
      lowerHz,
      upperHz,
      excludedHz: excludedHz.map(
        ([fromHz, toHz]) =>
          [fromHz, lowerHz + Math.ceil((toHz - lowerHz) / spacingHz - 1e-6) * spacingHz] as const,
      ),
    },
    0,
  );
  return minislotLowerEdgesHz(stretches);
}

/** Density of the noise floor in mV^2/Hz. */
export function floorDensity(noise: NoiseFloor, frequencyHz: number): number {
  // The diplexer ends the rise: below 5 MHz nothing more comes up.
  const atHz = Math.max(5e6, Math.abs(frequencyHz));
  const riseDb = atHz < noise.riseBelowHz ? noise.riseDbPerOctave * Math.log2(noise.riseBelowHz / atHz) : 0;
  return 10 ** ((noise.levelDbmvPer50Khz + riseDb) / 10) / 50_000;
}

/** Duration of one OFDMA symbol with its cyclic prefix, in microseconds. */
export function symbolUs(channel: OfdmaPlan): number {
  return 1000 / channel.subcarrierSpacingKhz + channel.cyclicPrefixSamples / 102.4;
}
