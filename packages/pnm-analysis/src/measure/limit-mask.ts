import type { LevelSpectrum } from "../band.ts";
import type { BandPlan, PlanChannel } from "../plant/band-plan.ts";
import { PlanPlaces } from "../plant/plan-places.ts";
import { dbOfPower, powerOfDb } from "../units.ts";
import { frequencyOfBin } from "./bins.ts";

/** Limits per bin in dBmV; NaN where there is none. */
export interface LimitMask {
  upperDbmv: Float32Array;
  lowerDbmv: Float32Array;
}

function emptyMask(bins: number): LimitMask {
  return {
    upperDbmv: new Float32Array(bins).fill(Number.NaN),
    lowerDbmv: new Float32Array(bins).fill(Number.NaN),
  };
}

/** Limits beside a trace: a reference, or the noise floor. Leave a margin out to have no limit on that side. */
export function maskAroundTrace(
  levelsDbmv: ArrayLike<number>,
  margins: { upperDb?: number; lowerDb?: number },
): LimitMask {
  const mask = emptyMask(levelsDbmv.length);
  for (let k = 0; k < levelsDbmv.length; k += 1) {
    if (margins.upperDb !== undefined) mask.upperDbmv[k] = levelsDbmv[k]! + margins.upperDb;
    if (margins.lowerDb !== undefined) mask.lowerDbmv[k] = levelsDbmv[k]! - margins.lowerDb;
  }
  return mask;
}

/**
 * Upper limit from the channel plan: the expected density plus `channelMarginDb` inside channels and in the guards
 * beside them (`BinClass.guard`), `idleDbmv` elsewhere. In excluded bands, but for a guard at their edges, the limit
 * of the channel less what its subcarriers and the window let through is added to that. A channel without an expected
 * level has no limit.
 */
export function maskFromPlan(
  axis: LevelSpectrum,
  plan: BandPlan,
  options: { noiseBandwidthHz: number; channelMarginDb: number; idleDbmv: number },
): LimitMask {
  const mask = emptyMask(axis.levelsDbmv.length);
  const places = new PlanPlaces(axis, plan, options.noiseBandwidthHz);
  const limitOf = ({ expectedDbmvPerHz = Number.NaN }: PlanChannel) =>
    expectedDbmvPerHz + dbOfPower(options.noiseBandwidthHz) + options.channelMarginDb;
  for (let k = 0; k < mask.upperDbmv.length; k += 1) {
    const channels = places.channelsAt(k);
    if (channels.length > 0) {
      mask.upperDbmv[k] = Math.max(...channels.map(limitOf));
      continue;
    }
    const skirts = places.skirtsAt(k);
    mask.upperDbmv[k] =
      skirts.length === 0
        ? options.idleDbmv
        : dbOfPower(
            skirts.reduce(
              (sum, { channel, share }) => sum + share * powerOfDb(limitOf(channel)),
              powerOfDb(options.idleDbmv),
            ),
          );
  }
  return mask;
}

/** Upper limit drawn as a line through points of rising frequency, straight in dB between them, none outside. */
export function maskFromPoints(
  axis: LevelSpectrum,
  points: readonly { frequencyHz: number; levelDbmv: number }[],
): LimitMask {
  const mask = emptyMask(axis.levelsDbmv.length);
  let after = 0;
  for (let k = 0; k < mask.upperDbmv.length; k += 1) {
    const frequencyHz = frequencyOfBin(axis, k);
    while (after < points.length && points[after]!.frequencyHz < frequencyHz) after += 1;
    if (after === points.length) break;
    const right = points[after]!;
    const left = points[after - 1];
    if (!left) {
      if (right.frequencyHz === frequencyHz) mask.upperDbmv[k] = right.levelDbmv;
      continue;
    }
    const share = (frequencyHz - left.frequencyHz) / (right.frequencyHz - left.frequencyHz);
    mask.upperDbmv[k] = left.levelDbmv + share * (right.levelDbmv - left.levelDbmv);
  }
  return mask;
}

export interface MaskVerdict {
  /** No violation for `consecutiveFrames` frames in a row. */
  isPassing: boolean;
  /** Bins of this frame beyond a limit. */
  violations: number;
  /** How far the worst bin lies beyond its limit; negative is the margin that is left, NaN without a limit. */
  worstDb: number;
  worstBin: number;
  /** Frames in a row that violate. */
  consecutive: number;
}

/** Judges frames against a mask: it fails once `consecutiveFrames` frames in a row violate it, and passes with the first that does not. */
export class MaskTest {
  readonly mask: LimitMask;
  readonly consecutiveFrames: number;
  #consecutive = 0;

  constructor(mask: LimitMask, consecutiveFrames = 1) {
    this.mask = mask;
    this.consecutiveFrames = consecutiveFrames;
  }

  judge(levelsDbmv: ArrayLike<number>): MaskVerdict {
    const { upperDbmv, lowerDbmv } = this.mask;
    let violations = 0;
    let worstDb = Number.NaN;
    let worstBin = -1;
    for (let k = 0; k < upperDbmv.length; k += 1) {
      const above = levelsDbmv[k]! - upperDbmv[k]!;
      const below = lowerDbmv[k]! - levelsDbmv[k]!;
      const beyond = below > above || Number.isNaN(above) ? below : above;
      if (Number.isNaN(beyond)) continue;
      if (beyond > 0) violations += 1;
      if (worstBin < 0 || beyond > worstDb) {
        worstDb = beyond;
        worstBin = k;
      }
    }
    this.#consecutive = violations > 0 ? this.#consecutive + 1 : 0;
    return {
      isPassing: this.#consecutive < this.consecutiveFrames,
      violations,
      worstDb,
      worstBin,
      consecutive: this.#consecutive,
    };
  }

  reset(): void {
    this.#consecutive = 0;
  }
}
