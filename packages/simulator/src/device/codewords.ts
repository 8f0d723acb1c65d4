import { symbolRateOfWidth } from "@pnmlab/pnm-analysis";
import type { ImpulsePlan, ScQamPlan } from "../signal/plan.ts";

/** Codewords of a second by what the receiver's Reed-Solomon decoder makes of them. */
export interface CodewordRates {
  good: number;
  corrected: number;
  uncorrectable: number;
}

/** 64-QAM, which the channels of the scenarios use. */
const BITS_PER_SYMBOL = 6;
const CONSTELLATION = 2 ** BITS_PER_SYMBOL;
/** RS(255, 223), within what DOCSIS allows for long data: 16 octets of a codeword can be put right. */
const CODEWORD_OCTETS = 255;
const CORRECTABLE_OCTETS = 16;

/** How much the traffic sways about its mean, and how long one sway takes. */
const SWAY = 0.2;
const SWAY_S = 600;

/**
 * Codewords of a second on a channel that is used for `utilization` of the time, received at `merDb` under
 * white noise, and hit by impulses.
 */
export function codewordRates(
  plan: ScQamPlan,
  merDb: number,
  impulses: readonly ImpulsePlan[],
): CodewordRates {
  const symbolRate = symbolRateOfWidth(plan.widthHz);
  const perS = (plan.utilization * symbolRate * BITS_PER_SYMBOL) / 8 / CODEWORD_OCTETS;
  const codewordS = (8 * CODEWORD_OCTETS) / BITS_PER_SYMBOL / symbolRate;
  const steady = decoded(octetErrorRate(merDb));
  const rates = { good: perS * steady.good, corrected: perS * steady.corrected, uncorrectable: 0 };
  rates.uncorrectable = perS - rates.good - rates.corrected;
  for (const { ratePerS, overFloorDb, durationUs, cornerHz } of impulses) {
    const octave = Math.log2(Math.max(1, plan.centerHz / cornerHz));
    const hitOctets = (durationUs * 1e-6 * symbolRate * BITS_PER_SYMBOL) / 8;
    const wrong = hitOctets * octetErrorRate(merDb - overFloorDb + 6 * octave);
    if (wrong < 1) continue;
    const hit = rates.good * Math.min(1, ratePerS * (durationUs * 1e-6 + codewordS));
    rates.good -= hit;
    rates[wrong <= CORRECTABLE_OCTETS ? "corrected" : "uncorrectable"] += hit;
  }
  return rates;
}

/** What a counter has reached `upTimeS` after the start, where it rises by about `ratePerS`. */
export function countAt(ratePerS: number, upTimeS: number): number {
  const turn = (2 * Math.PI) / SWAY_S;
  return Math.floor(ratePerS * (upTimeS + (SWAY / turn) * (1 - Math.cos(turn * upTimeS))));
}

/** Shares of good and corrected codewords where each octet is wrong with this probability. */
function decoded(octetError: number): { good: number; corrected: number } {
  let term = (1 - octetError) ** CODEWORD_OCTETS;
  const good = term;
  let corrected = 0;
  for (let wrong = 1; wrong <= CORRECTABLE_OCTETS; wrong += 1) {
    term *= (((CODEWORD_OCTETS - wrong + 1) / wrong) * octetError) / (1 - octetError);
    corrected += term;
  }
  return { good, corrected };
}

/**
 * Probability that an octet is wrong, of square QAM under white noise (Proakis, Digital Communications,
 * section 4.3), with the approximation of Q by Chiani, Dardari and Simon (2003).
 */
function octetErrorRate(merDb: number): number {
  const x = Math.sqrt((3 * 10 ** (merDb / 10)) / (CONSTELLATION - 1));
  const q = Math.exp((-x * x) / 2) / 12 + Math.exp((-2 * x * x) / 3) / 4;
  const symbolError = 1 - (1 - 2 * (1 - 1 / Math.sqrt(CONSTELLATION)) * q) ** 2;
  return 1 - (1 - symbolError) ** (8 / BITS_PER_SYMBOL);
}
