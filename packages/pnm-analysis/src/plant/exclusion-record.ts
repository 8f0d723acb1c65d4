import type { LevelSpectrum } from "../band.ts";
import { binOfFrequency } from "../measure/bins.ts";
import { dbOfPower } from "../units.ts";
import { GUARD_BINS, type PlanChannel } from "./band-plan.ts";
import { type Block, meanPower } from "./blocks.ts";
import { MINISLOT_HZ } from "./minislots.ts";

/** Bins that make a mean. */
const LEAST_BINS = 4;
/** Minislots on either side that the band is compared with. */
const NEIGHBOURS = 3;
/** Noise bandwidth in bins under which a window is the rectangular one; that of the next, Hamming, is 1.36. */
export const RECTANGULAR_BINS = 1.2;
/** What stands within 3 dB of the window's skirts may be nothing else. */
const OVER_SKIRTS = 2;

/**
 * How the depth of an excluded band came about. `measured`; `bound`: the skirts of the rectangular window reach as
 * high, so that the band is at least as deep; `silent`: no minislot beside it has sent yet; `tooNarrow`: too few bins
 * lie between the guards; `otherChannel`: another channel of the plan lies in the band; `notShown`: the axis does not
 * show the band or no minislot beside it.
 */
export type DepthSource = "measured" | "bound" | "silent" | "tooNarrow" | "otherChannel" | "notShown";

/** An excluded band of an OFDMA channel. */
export interface ExclusionFigures {
  lowerHz: number;
  upperHz: number;
  /**
   * Mean level in the band minus that of the minislots beside it, in the frames in which some of those send: below
   * zero where nothing fills the band. NaN unless `depthSource` is `measured` or `bound`.
   */
  depthDb: number;
  depthSource: DepthSource;
}

/** Follows one excluded band beside the minislots of its channel. */
export class ExclusionRecord {
  readonly lowerHz: number;
  readonly upperHz: number;
  readonly #bins: Int32Array;
  /** Why there is no depth whatever comes; undefined where one can be measured. */
  readonly #obstacle: DepthSource | undefined;
  readonly #neighbours: readonly Block[];
  /** Share of the neighbours' power that a rectangular window spreads into the band at most. */
  readonly #skirtShare: number;
  #frames = 0;
  #power = 0;
  #neighbourPower = 0;

  /**
   * @param blocks minislots of the channel, ascending
   * @param others the other channels of the plan
   * @param mainLobeBins half width of the window's main lobe
   */
  constructor(
    axis: LevelSpectrum,
    [lowerHz, upperHz]: readonly [number, number],
    blocks: readonly Block[],
    others: readonly PlanChannel[],
    mainLobeBins: number,
  ) {
    this.lowerHz = lowerHz;
    this.upperHz = upperHz;
    const reachHz = (NEIGHBOURS + 1) * MINISLOT_HZ;
    this.#neighbours = [
      ...blocks
        .filter(({ middleHz }) => middleHz < lowerHz && middleHz > lowerHz - reachHz)
        .slice(-NEIGHBOURS),
      ...blocks
        .filter(({ middleHz }) => middleHz > upperHz && middleHz < upperHz + reachHz)
        .slice(0, NEIGHBOURS),
    ];
    const guard = GUARD_BINS + mainLobeBins;
    const lower = binOfFrequency(axis, lowerHz);
    const upper = binOfFrequency(axis, upperHz);
    const first = Math.ceil(lower + guard);
    const last = Math.floor(upper - guard);
    const inside: number[] = [];
    for (let k = Math.max(0, first); k <= Math.min(axis.levelsDbmv.length - 1, last); k += 1) inside.push(k);
    const free = inside.filter((k) =>
      others.every(
        (other) =>
          k < binOfFrequency(axis, other.lowerHz) - guard || k > binOfFrequency(axis, other.upperHz) + guard,
      ),
    );
    this.#bins = Int32Array.from(free);
    this.#skirtShare =
      free.reduce((sum, k) => sum + rectangularSkirt(k - lower) + rectangularSkirt(upper - k), 0) /
      free.length;
    this.#obstacle =
      last - first + 1 < LEAST_BINS
        ? "tooNarrow"
        : inside.length < LEAST_BINS || this.#neighbours.length === 0
          ? "notShown"
          : free.length < LEAST_BINS
            ? "otherChannel"
            : undefined;
  }

  /** Takes a frame once the blocks know whether they are on in it. */
  add(powers: Float64Array): void {
    if (this.#obstacle) return;
    let beside = 0;
    let on = 0;
    for (const block of this.#neighbours) {
      if (!block.isOn) continue;
      beside += meanPower(powers, block);
      on += 1;
    }
    if (on === 0) return;
    let sum = 0;
    for (const k of this.#bins) sum += powers[k]!;
    if (Number.isNaN(sum)) return;
    this.#frames += 1;
    this.#power += sum / this.#bins.length;
    this.#neighbourPower += beside / on;
  }

  /** Old frames count half from now on. */
  fade(): void {
    this.#frames /= 2;
    this.#power /= 2;
    this.#neighbourPower /= 2;
  }

  /** @param enbwBins noise bandwidth of the window in bins */
  figures(enbwBins: number): ExclusionFigures {
    const share = this.#power / this.#neighbourPower;
    const isInSkirts = enbwBins < RECTANGULAR_BINS && share < OVER_SKIRTS * this.#skirtShare;
    const depthSource = this.#obstacle ?? (this.#frames === 0 ? "silent" : isInSkirts ? "bound" : "measured");
    return { lowerHz: this.lowerHz, upperHz: this.upperHz, depthDb: dbOfPower(share), depthSource };
  }
}

/**
 * Share of a flat signal that a rectangular window shows this many bins outside of its edge: the mean of its skirts,
 * 1 / (2 pi^2 x^2), integrated over the signal.
 */
export function rectangularSkirt(bins: number): number {
  return 1 / (2 * Math.PI * Math.PI * bins);
}
