import type { OfdmaPlan } from "../signal/plan.ts";

/** 40 MHz of OFDMA, half in use, without excluded bands. */
export const HALF_USED_OFDMA: OfdmaPlan = {
  kind: "ofdma",
  lowerHz: 44e6,
  upperHz: 84e6,
  subcarrierSpacingKhz: 50,
  cyclicPrefixSamples: 256,
  rollOffSamples: 96,
  symbolsPerFrame: 16,
  powerDbmvPer1600Khz: -6,
  utilization: 0.5,
  excludedHz: [],
};
