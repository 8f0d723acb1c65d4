import { powersOfLevels, type SpectrumFrame } from "../spectrum-frame.ts";
import { HoldTrace } from "./hold-trace.ts";
import { LevelHistogram } from "./level-histogram.ts";
import { Persistence } from "./persistence.ts";
import { type AverageMode, PowerAverage } from "./power-average.ts";

export interface TraceSetOptions {
  average?: { mode: AverageMode; count: number };
  maxHold?: { decayDbPerS?: number; windowS?: number };
  minHold?: { decayDbPerS?: number; windowS?: number };
  /** Looks that the percentiles go over, and their shares. */
  percentiles?: { frames: number; shares: readonly number[] };
  persistence?: { tauS: number };
}

/** What an engineer expects: moving average of 16, both holds since the start, 10-50-90 %, one second of glow. */
export const DEFAULT_TRACES: Required<TraceSetOptions> = {
  average: { mode: "moving", count: 16 },
  maxHold: {},
  minHold: {},
  percentiles: { frames: 600, shares: [0.1, 0.5, 0.9] },
  persistence: { tauS: 1 },
};

/** All traces of one view; each exists only where its option is given. Linear powers are computed once a frame. */
export class TraceSet {
  readonly average: PowerAverage | undefined;
  readonly maxHold: HoldTrace | undefined;
  readonly minHold: HoldTrace | undefined;
  readonly histogram: LevelHistogram | undefined;
  readonly persistence: Persistence | undefined;
  readonly shares: readonly number[];
  readonly #powers: Float64Array;

  constructor(bins: number, options: TraceSetOptions = DEFAULT_TRACES) {
    const { average, maxHold, minHold, percentiles, persistence } = options;
    this.#powers = new Float64Array(bins);
    this.average = average && new PowerAverage(bins, average.mode, average.count);
    this.maxHold = maxHold && new HoldTrace(bins, { kind: "max", ...maxHold });
    this.minHold = minHold && new HoldTrace(bins, { kind: "min", ...minHold });
    this.histogram = percentiles && new LevelHistogram(bins, percentiles.frames);
    this.shares = percentiles?.shares ?? [];
    for (const share of this.shares) this.histogram?.track(share);
    this.persistence = persistence && new Persistence(bins, persistence.tauS);
  }

  add({ levelsDbmv, timeS, sequence }: Pick<SpectrumFrame, "levelsDbmv" | "timeS" | "sequence">): void {
    if (this.average) this.average.add(levelsDbmv, powersOfLevels(levelsDbmv, this.#powers));
    this.maxHold?.add(levelsDbmv, timeS, sequence);
    this.minHold?.add(levelsDbmv, timeS, sequence);
    this.histogram?.add(levelsDbmv);
    this.persistence?.add(levelsDbmv, timeS);
  }

  /** The percentile traces in the order of `shares`, in dBmV. */
  percentiles(): Float64Array[] {
    return this.shares.map((_, i) => this.histogram!.quantile(i));
  }

  reset(): void {
    this.average?.reset();
    this.maxHold?.reset();
    this.minHold?.reset();
    this.histogram?.reset();
    this.persistence?.reset();
  }
}
