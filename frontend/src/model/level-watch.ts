import { type SpectrumFrame, ZeroSpan } from "@pnmlab/pnm-analysis";
import { binFrequencyHz, type FrequencyAxis } from "./frequency-axis.ts";
import {
  HISTOGRAM_CELL_DB,
  HISTOGRAM_LOWEST_DBMV,
  type LevelHistory,
  WATCH_MS,
  type WatchedBand,
} from "./level-history.ts";
import type { PlotData } from "./plot-data.ts";
import { levelsOf, noiseBandwidthHz } from "./trace-levels.ts";

const MOST_POINTS = 12_000;

interface Watched extends WatchedBand {
  span: ZeroSpan;
  /** Bins [first, end) that the band touches; none where it lies outside of the spectrum. */
  first: number;
  end: number;
}

/** Follows the power of bands with every frame (zero span). */
export class LevelWatch {
  #watched: Watched[] = [];
  #axis: FrequencyAxis | undefined;

  /** Takes the bands to follow; a new one is filled from the frames that are kept. */
  watch(bands: readonly WatchedBand[], data: PlotData): void {
    const { axis, ring } = data;
    const isSameAxis = axis === this.#axis;
    this.#axis = axis;
    if (!axis || !ring) {
      this.#watched = [];
      return;
    }
    this.#watched = bands.map((band) => {
      const known = isSameAxis
        ? this.#watched.find(
            ({ id, lowerHz, upperHz }) =>
              id === band.id && lowerHz === band.lowerHz && upperHz === band.upperHz,
          )
        : undefined;
      if (known) return { ...known, label: band.label };
      const watched = begin(band, axis);
      const endMs = ring.length > 0 ? ring.timeAt(ring.endIndex - 1) : 0;
      for (let index = ring.firstIndex; index < ring.endIndex; index += 1) {
        if (endMs - ring.timeAt(index) <= WATCH_MS) add(watched, data, index);
      }
      return watched;
    });
  }

  /** Takes the newest frame. */
  add(bands: readonly WatchedBand[], data: PlotData): void {
    if (bands.length === 0) {
      this.#watched = [];
      return;
    }
    // What is made anew has the frame already.
    if (data.axis !== this.#axis || this.#watched.length !== bands.length) this.watch(bands, data);
    else for (const watched of this.#watched) add(watched, data, data.ring!.endIndex - 1);
  }

  /**
   * The levels of the last ten minutes. Of more than `columns` frames each column gives the lowest and the highest
   * level in it, so that no burst is lost.
   */
  histories(data: PlotData, columns: number): LevelHistory[] {
    return this.#watched.map((watched) => {
      const { id, label, lowerHz, upperHz, span, first, end } = watched;
      const series = span.series(0);
      const newestS = series.timesS.at(-1) ?? 0;
      const from = series.timesS.findIndex((timeS) => (newestS - timeS) * 1000 <= WATCH_MS);
      const points = columned(series.timesS.subarray(from), series.levelsDbmv.subarray(from), columns);
      const opened = withGaps(points, data.gaps);
      return {
        id,
        label,
        lowerHz,
        upperHz,
        ...opened,
        histogram: span.histogram(0, HISTOGRAM_CELL_DB, HISTOGRAM_LOWEST_DBMV),
        newestDbmv: series.levelsDbmv.at(-1) ?? Number.NaN,
        frames: series.timesS.length,
        isOutside: end <= first,
      };
    });
  }
}

function begin(band: WatchedBand, axis: FrequencyAxis): Watched {
  const { lowerHz, upperHz } = band;
  const placeOf = (frequencyHz: number) => (frequencyHz - axis.firstBinHz) / axis.binSpacingHz + 0.5;
  return {
    ...band,
    span: new ZeroSpan([{ lowerHz, upperHz }], MOST_POINTS),
    first: Math.max(0, Math.floor(placeOf(lowerHz))),
    end: Math.min(axis.bins, Math.ceil(placeOf(upperHz))),
  };
}

function add({ span, first, end }: Watched, data: PlotData, index: number): void {
  if (end <= first) return;
  const { axis, ring } = data;
  const frame: SpectrumFrame = {
    levelsDbmv: levelsOf(ring!.levelsAt(index), first, end),
    firstBinHz: binFrequencyHz(axis!, first),
    binSpacingHz: axis!.binSpacingHz,
    resolutionBandwidthHz: noiseBandwidthHz(data),
    timeS: ring!.timeAt(index) / 1000,
    sequence: ring!.sequenceAt(index),
  };
  span.add(frame);
}

interface Points {
  timesMs: Float64Array;
  levelsDbmv: Float32Array;
}

function columned(timesS: Float64Array, levels: Float32Array, columns: number): Points {
  const count = timesS.length;
  if (count <= 2 * columns) return { timesMs: timesS.map((timeS) => timeS * 1000), levelsDbmv: levels };
  const timesMs = new Float64Array(2 * columns);
  const levelsDbmv = new Float32Array(2 * columns);
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor((column * count) / columns);
    const end = Math.floor(((column + 1) * count) / columns);
    let low = from;
    let high = from;
    for (let k = from + 1; k < end; k += 1) {
      if (levels[k]! < levels[low]!) low = k;
      if (levels[k]! > levels[high]!) high = k;
    }
    // Each in its place in time, the first of the column at its beginning and the second at its end.
    const [first, second] = low <= high ? [low, high] : [high, low];
    timesMs[2 * column] = timesS[from]! * 1000;
    timesMs[2 * column + 1] = timesS[end - 1]! * 1000;
    levelsDbmv[2 * column] = levels[first]!;
    levelsDbmv[2 * column + 1] = levels[second]!;
  }
  return { timesMs, levelsDbmv };
}

/** The points with one without a value in every gap between two of them. */
function withGaps(
  { timesMs, levelsDbmv }: Points,
  gaps: readonly { fromMs: number; toMs: number }[],
): Points {
  const times: number[] = [];
  const levels: number[] = [];
  timesMs.forEach((timeMs, k) => {
    const beforeMs = timesMs[k - 1];
    if (beforeMs !== undefined) {
      const gap = gaps.find(({ fromMs, toMs }) => fromMs < timeMs - 0.5 && toMs > beforeMs + 0.5);
      if (gap) {
        times.push((beforeMs + timeMs) / 2);
        levels.push(Number.NaN);
      }
    }
    times.push(timeMs);
    levels.push(levelsDbmv[k]!);
  });
  return { timesMs: Float64Array.from(times), levelsDbmv: Float32Array.from(levels) };
}
