import { bandPower } from "../band.ts";
import { enbwBinsOf, type SpectrumFrame } from "../spectrum-frame.ts";

export interface ZeroSpanBand {
  lowerHz: number;
  upperHz: number;
}

/** Level of chosen bands over time: one point per band and frame, the newest `points` of them. */
export class ZeroSpan {
  readonly bands: readonly ZeroSpanBand[];
  readonly points: number;
  readonly #timesS: Float64Array;
  readonly #levels: Float32Array[];
  #added = 0;

  constructor(bands: readonly ZeroSpanBand[], points = 6000) {
    this.bands = bands;
    this.points = points;
    this.#timesS = new Float64Array(points);
    this.#levels = bands.map(() => new Float32Array(points));
  }

  /** @throws AnalysisError `BAD_ARGUMENT` where a band lies outside of the spectrum */
  add(frame: SpectrumFrame): void {
    const levels = this.bands.map(
      ({ lowerHz, upperHz }) => bandPower(frame, lowerHz, upperHz, enbwBinsOf(frame)).powerDbmv,
    );
    const at = this.#added % this.points;
    this.#timesS[at] = frame.timeS;
    levels.forEach((level, i) => {
      this.#levels[i]![at] = level;
    });
    this.#added += 1;
  }

  /** Times and levels of one band, the oldest first. */
  series(band: number): { timesS: Float64Array; levelsDbmv: Float32Array } {
    const count = Math.min(this.#added, this.points);
    const first = this.#added - count;
    const at = (i: number) => (first + i) % this.points;
    return {
      timesS: Float64Array.from({ length: count }, (_, i) => this.#timesS[at(i)]!),
      levelsDbmv: Float32Array.from({ length: count }, (_, i) => this.#levels[band]![at(i)]!),
    };
  }

  /** How often each level occurred, in cells of `cellDb` from `lowestDbmv` upwards: on and off show as two humps. */
  histogram(band: number, cellDb = 0.5, lowestDbmv = -100, cells = 320): Uint32Array {
    const hits = new Uint32Array(cells);
    for (const level of this.series(band).levelsDbmv) {
      const cell = Math.floor((level - lowestDbmv) / cellDb);
      if (cell >= 0 && cell < cells) hits[cell]! += 1;
    }
    return hits;
  }

  reset(): void {
    this.#added = 0;
  }
}
