import type { BinAxis } from "../compare/resample.ts";
import { type LimitMask, MaskTest, type MaskVerdict } from "../measure/limit-mask.ts";
import type { BandPlan } from "../plant/band-plan.ts";
import { bandsOfMask, type MaskBand } from "./mask-bands.ts";
import { limitsOfMask, type MaskSource } from "./mask-source.ts";

/** A band of a mask with how it stands; the verdict is undefined before its first frame, its bin counts from `first`. */
export interface JudgedBand extends MaskBand {
  verdict: MaskVerdict | undefined;
}

/** A mask on one axis: judges spectra band by band. Page and detectors judge by this and nothing else. */
export class JudgedMask {
  readonly axis: BinAxis;
  readonly limits: LimitMask;
  readonly bands: readonly JudgedBand[];
  framesJudged = 0;
  framesFailed = 0;
  /** How often it began to fail. */
  failures = 0;
  isPassing = true;
  readonly #tests: readonly MaskTest[];

  /** @param noiseBandwidthHz of one bin */
  constructor(
    { source, consecutiveFrames }: { source: MaskSource; consecutiveFrames: number },
    axis: BinAxis,
    plan: BandPlan,
    noiseBandwidthHz: number,
  ) {
    this.axis = axis;
    this.limits = limitsOfMask(source, axis, plan, noiseBandwidthHz);
    this.bands = bandsOfMask(this.limits, axis, plan, noiseBandwidthHz).map((band) => ({
      ...band,
      verdict: undefined,
    }));
    this.#tests = this.bands.map((band) => new MaskTest(partOf(this.limits, band), consecutiveFrames));
  }

  /** @param levelsDbmv of the axis; NaN where a bin has no level */
  judge(levelsDbmv: Float32Array | Float64Array): void {
    this.bands.forEach((band, index) => {
      band.verdict = this.#tests[index]!.judge(levelsDbmv.subarray(band.first, band.end));
    });
    const isPassing = this.bands.every(({ verdict }) => verdict?.isPassing !== false);
    this.framesJudged += 1;
    if (!isPassing) this.framesFailed += 1;
    if (this.isPassing && !isPassing) this.failures += 1;
    this.isPassing = isPassing;
  }

  /** Frequency of the worst bin of a band; NaN where no bin has both a level and a limit. */
  worstHz({ first, verdict }: JudgedBand): number {
    const { firstBinHz, binSpacingHz } = this.axis;
    return verdict && verdict.worstBin >= 0
      ? firstBinHz + (first + verdict.worstBin) * binSpacingHz
      : Number.NaN;
  }
}

function partOf({ upperDbmv, lowerDbmv }: LimitMask, { first, end }: MaskBand): LimitMask {
  return { upperDbmv: upperDbmv.subarray(first, end), lowerDbmv: lowerDbmv.subarray(first, end) };
}
