import { type SpectrumFrame, ZeroSpan } from "@pnmlab/pnm-analysis";
import type { FrameRing } from "./frame-ring.ts";
import { binFrequencyHz, type FrequencyAxis } from "./frequency-axis.ts";
import {
  type BandPower,
  HISTOGRAM_CELL_DB,
  HISTOGRAM_LOWEST_DBMV,
  type LevelHistory,
  WATCH_MS,
  type WatchedBand,
} from "./level-history.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotQuestion } from "./plot-question.ts";
import { levelsOf, noiseBandwidthHz } from "./trace-levels.ts";

const MOST_POINTS = 12_000;

type BandQuestion = Omit<Extract<PlotQuestion, { kind: "bandPower" }>, "kind">;

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
  /** The band that was asked for last, with the frames before `endIndex`. */
  #asked: { watched: Watched; ring: FrameRing; endIndex: number } | undefined;

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
      return fill(begin(band, axis), data, WATCH_MS);
    });
  }

  /**
   * Power of a band in the frames of the last `lastMs`; undefined where the spectrum does not show all of it, or
   * nothing came. Who asks again for the same band pays for the frames since then only.
   */
  bandPower({ lowerHz, upperHz, lastMs }: BandQuestion, data: PlotData): BandPower | undefined {
    const { axis, ring } = data;
    if (!axis || !ring || ring.length === 0) return undefined;
    const edgeHz = (bin: number) => axis.firstBinHz + (bin - 0.5) * axis.binSpacingHz;
    if (lowerHz < edgeHz(0) || upperHz > edgeHz(axis.bins)) return undefined;
    const known = this.#asked;
    const goesOn =
      known?.ring === ring && known.watched.lowerHz === lowerHz && known.watched.upperHz === upperHz;
    const watched = goesOn ? known.watched : begin({ id: 0, label: "", lowerHz, upperHz }, axis);
    fill(watched, data, lastMs, goesOn ? known.endIndex : 0);
    this.#asked = { watched, ring, endIndex: ring.endIndex };
    const points = newestOf(watched, lastMs);
    return withGaps({ ...points, timesMs: points.timesS.map((timeS) => timeS * 1000) }, data.gaps);
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
      const newest = newestOf(watched, WATCH_MS);
      const opened = withGaps(columned(newest.timesS, newest.levelsDbmv, columns), data.gaps);
      return {
        id,
        label,
        lowerHz,
        upperHz,
        ...opened,
        histogram: span.histogram(0, HISTOGRAM_CELL_DB, HISTOGRAM_LOWEST_DBMV),
        newestDbmv: newest.levelsDbmv.at(-1) ?? Number.NaN,
        frames: span.series(0).timesS.length,
        isOutside: end <= first,
      };
    });
  }
}

/** The levels of a band that are not older than `lastMs` before its newest. */
function newestOf({ span }: Watched, lastMs: number): { timesS: Float64Array; levelsDbmv: Float32Array } {
  const { timesS, levelsDbmv } = span.series(0);
  const newestS = timesS.at(-1) ?? 0;
  const from = Math.max(
    0,
    timesS.findIndex((timeS) => (newestS - timeS) * 1000 <= lastMs),
  );
  return { timesS: timesS.subarray(from), levelsDbmv: levelsDbmv.subarray(from) };
}

/** Adds the frames that are kept, from `fromIndex`, and not older than `lastMs` before the newest. */
function fill(watched: Watched, data: PlotData, lastMs: number, fromIndex = 0): Watched {
  const ring = data.ring!;
  const endMs = ring.length > 0 ? ring.timeAt(ring.endIndex - 1) : 0;
  // The noise bandwidth of frames before is another.
  const firstIndex = Math.max(fromIndex, ring.firstIndex, data.measuredFromIndex);
  for (let index = firstIndex; index < ring.endIndex; index += 1) {
    if (endMs - ring.timeAt(index) <= lastMs) add(watched, data, index);
  }
  return watched;
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

function columned(timesS: Float64Array, levels: Float32Array, columns: number): BandPower {
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
  { timesMs, levelsDbmv }: BandPower,
  gaps: readonly { fromMs: number; toMs: number }[],
): BandPower {
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
