import {
  adjacentPowerDb,
  bandPower,
  bandwidthAtDb,
  deltaMarker,
  enbwBinsOf,
  findPeaks,
  type LevelSpectrum,
  LOG_AVERAGE_BIAS_DB,
  noiseMarkerDbmvPerHz,
  occupiedBandwidthOfSpectrum,
  trackPeak,
} from "@pnmlab/pnm-analysis";
import { binAt, binFrequencyHz } from "./frequency-axis.ts";
import { firstAtOrAfter } from "./kept-frames.ts";
import { levelsOfHundredths } from "./levels.ts";
import {
  DEFAULT_BAND_HZ,
  isInDb,
  isPercentile,
  type Marker,
  type MarkerReading,
  type MarkerTrace,
} from "./marker.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotView } from "./plot-view.ts";
import { noiseBandwidthHz, traceSpectrum } from "./trace-levels.ts";

/** A tracked signal may move by this share of the spectrum from one frame to the next, and by five bins. */
const TRACK_SHARE = 0.01;
const TRACK_BINS = 5;

/** Reads the markers of a picture and follows the peaks that are tracked. */
export class MarkerReader {
  /** Where each tracked peak is now, with the frequency that the view gave it to begin with. */
  readonly #tracked = new Map<number, { fromHz: number; atHz: number }>();

  /** Moves the tracking markers to the peak nearest to where each was; one whose signal is gone stays. */
  follow(data: PlotData, view: Pick<PlotView, "markers">): void {
    for (const marker of view.markers) {
      if (!marker.isTracking || marker.timeMs !== undefined) continue;
      const spectrum = traceSpectrum(data, marker.trace);
      if (!spectrum) continue;
      const { binSpacingHz } = spectrum;
      const reachHz = Math.max(TRACK_BINS, spectrum.levelsDbmv.length * TRACK_SHARE) * binSpacingHz;
      const found = trackPeak(findPeaks(spectrum), this.#placeOf(marker), reachHz);
      if (found)
        this.#tracked.set(marker.number, { fromHz: marker.frequencyHz, atHz: binHz(spectrum, found.bin) });
    }
  }

  /** What the markers read now. */
  read(data: PlotData, view: Pick<PlotView, "markers">): MarkerReading[] {
    const { axis } = data;
    if (!axis) return [];
    return view.markers.map((marker) => {
      const bin = binAt(axis, this.#placeOf(marker));
      const frequencyHz = bin === undefined ? this.#placeOf(marker) : binFrequencyHz(axis, bin);
      const row = rowOf(data, marker);
      const spectrum = bin === undefined ? undefined : (row ?? traceSpectrum(data, marker.trace));
      const isGone = marker.timeMs !== undefined && !row;
      if (bin === undefined || !spectrum || isGone) return nothingRead(marker.number, frequencyHz);
      const reference = view.markers.find(({ number }) => number === marker.reference);
      const isRelative = !row && isInDb(marker.trace, data.traceOptions);
      const isPower = !isRelative && (row !== undefined || !isPercentile(marker.trace));
      return {
        ...nothingRead(marker.number, frequencyHz),
        bin,
        ...(isRelative && { isInDb: true }),
        levelDbmv: spectrum.levelsDbmv[bin]!,
        timeMs: row?.timeMs ?? Number.NaN,
        ...(marker.kind === "delta" &&
          reference &&
          this.#delta(data, spectrum, reference, frequencyHz, isRelative)),
        ...(marker.kind === "delta" && reference && { deltaMs: betweenMs(row, rowOf(data, reference)) }),
        ...(isPower && {
          dbmvPerHz:
            noiseMarkerDbmvPerHz(spectrum, frequencyHz, noiseBandwidthHz(data)) -
            (row ? 0 : noiseBiasDb(data, marker.trace)),
          ...(marker.kind === "bandPower" && {
            bandPowerDbmv: bandAround(data, spectrum, frequencyHz, marker.bandHz ?? DEFAULT_BAND_HZ),
          }),
          ...measured(marker, spectrum, bin, frequencyHz, data.channels),
        }),
      };
    });
  }

  #placeOf(marker: Marker): number {
    const tracked = marker.isTracking ? this.#tracked.get(marker.number) : undefined;
    return tracked?.fromHz === marker.frequencyHz ? tracked.atHz : marker.frequencyHz;
  }

  #delta(
    data: PlotData,
    spectrum: LevelSpectrum,
    reference: Marker,
    frequencyHz: number,
    isRelative: boolean,
  ) {
    const referenceHz = this.#placeOf(reference);
    const own = deltaMarker(spectrum, referenceHz, frequencyHz);
    const bin = binAt(data.axis!, frequencyHz)!;
    // The reference may sit on another trace; its level is that of its own.
    const row = rowOf(data, reference);
    const there = row ?? traceSpectrum(data, reference.trace);
    const at = binAt(data.axis!, referenceHz);
    // Between dB and a level there is no difference.
    const isAlike = isRelative === (!row && isInDb(reference.trace, data.traceOptions));
    const referenceDb = at === undefined || !isAlike ? Number.NaN : (there?.levelsDbmv[at] ?? Number.NaN);
    return { deltaHz: own.deltaHz, deltaDb: spectrum.levelsDbmv[bin]! - referenceDb };
  }
}

/** The frame that a marker in time stands on; undefined for other markers and where no frame of then is kept. */
function rowOf(data: PlotData, { timeMs }: Marker): (LevelSpectrum & { timeMs: number }) | undefined {
  const { kept, axis } = data;
  if (timeMs === undefined || !kept || !axis) return undefined;
  const index = firstAtOrAfter(kept, timeMs + 1) - 1;
  if (index < kept.firstIndex) return undefined;
  const levelsDbmv = levelsOfHundredths(kept.levelsAt(index), new Float32Array(axis.bins));
  return { ...axis, levelsDbmv, timeMs: kept.timeAt(index) };
}

function betweenMs(row: { timeMs: number } | undefined, reference: { timeMs: number } | undefined): number {
  return row && reference ? row.timeMs - reference.timeMs : Number.NaN;
}

function binHz(spectrum: LevelSpectrum, bin: number): number {
  return spectrum.firstBinHz + bin * spectrum.binSpacingHz;
}

function nothingRead(number: number, frequencyHz: number): MarkerReading {
  return {
    number,
    frequencyHz,
    bin: -1,
    levelDbmv: Number.NaN,
    deltaDb: Number.NaN,
    deltaHz: Number.NaN,
    timeMs: Number.NaN,
    deltaMs: Number.NaN,
    dbmvPerHz: Number.NaN,
    bandPowerDbmv: Number.NaN,
    widthHz: Number.NaN,
    adjacentDb: [Number.NaN, Number.NaN],
  };
}

/** What a trace shows noise too high by, dB. */
function noiseBiasDb({ traceOptions }: PlotData, trace: MarkerTrace): number {
  return trace === "average" && traceOptions.average.mode === "log" ? LOG_AVERAGE_BIAS_DB : 0;
}

function bandAround(data: PlotData, spectrum: LevelSpectrum, centreHz: number, widthHz: number): number {
  const { binSpacingHz } = spectrum;
  const enbwBins = enbwBinsOf({ resolutionBandwidthHz: noiseBandwidthHz(data), binSpacingHz });
  return bandPower(spectrum, centreHz - widthHz / 2, centreHz + widthHz / 2, enbwBins).powerDbmv;
}

function measured(
  { measure }: Marker,
  spectrum: LevelSpectrum,
  bin: number,
  frequencyHz: number,
  channels: PlotData["channels"],
): Partial<MarkerReading> {
  switch (measure?.kind) {
    case undefined:
      return {};
    case "occupied": {
      const [lowerHz, upperHz] = searchBand(frequencyHz, measure.spanHz, channels);
      return { widthHz: occupiedBandwidthOfSpectrum(spectrum, lowerHz, upperHz, measure.share) };
    }
    case "width":
      return { widthHz: bandwidthAtDb(spectrum, bin, measure.downDb) };
    case "adjacent":
      return {
        adjacentDb: [
          adjacent(spectrum, frequencyHz, measure.channelHz, -measure.offsetHz),
          adjacent(spectrum, frequencyHz, measure.channelHz, measure.offsetHz),
        ],
      };
  }
}

/** Ends at the edges of the channel that the marker stands in: the neighbour's power is not its own. */
function searchBand(
  frequencyHz: number,
  spanHz: number,
  channels: PlotData["channels"],
): readonly [number, number] {
  const [lowerHz, upperHz] = [frequencyHz - spanHz / 2, frequencyHz + spanHz / 2];
  const channel = channels.find(
    ({ lowerFrequencyHz, upperFrequencyHz }) =>
      frequencyHz >= lowerFrequencyHz && frequencyHz <= upperFrequencyHz,
  );
  if (!channel) return [lowerHz, upperHz];
  const { lowerFrequencyHz, upperFrequencyHz } = channel;
  if (spanHz >= upperFrequencyHz - lowerFrequencyHz) return [lowerFrequencyHz, upperFrequencyHz];
  return [Math.max(lowerHz, lowerFrequencyHz), Math.min(upperHz, upperFrequencyHz)];
}

/** NaN where the adjacent band does not lie wholly in the spectrum. */
function adjacent(spectrum: LevelSpectrum, centreHz: number, channelHz: number, offsetHz: number): number {
  const band = (middleHz: number) => [middleHz - channelHz / 2, middleHz + channelHz / 2] as const;
  const [lowerHz, upperHz] = band(centreHz + offsetHz);
  const firstHz = spectrum.firstBinHz - spectrum.binSpacingHz / 2;
  const lastHz = firstHz + spectrum.levelsDbmv.length * spectrum.binSpacingHz;
  if (lowerHz < firstHz || upperHz > lastHz) return Number.NaN;
  return adjacentPowerDb(spectrum, band(centreHz), [lowerHz, upperHz]);
}
