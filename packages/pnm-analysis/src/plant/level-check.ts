import { median } from "../measure/quantile.ts";
import { dbOfPower } from "../units.ts";

/** Fewer frames or channels say nothing: a channel can be off by itself. */
const LEAST_FRAMES = 200;
const LEAST_CHANNELS = 2;
/** Channels are ranged to within about a decibel of the level that the CMTS sets. */
const LEAST_DB = 1.5;
/** How near to the noise bandwidth of the window a deviation speaks for the wrong reading of bins. */
const NEAR_NOISE_BANDWIDTH_DB = 0.6;
/** A warning stays until the levels are so much nearer. */
const HYSTERESIS_DB = 0.4;

/** How far the channels of a port are off the levels that their CMTS sets. */
export interface LevelCheck {
  medianDb: number;
  /** Of each channel whose level is set and was measured, measured less set. */
  deviationsDb: readonly number[];
  /** Noise bandwidth of the bins, dB over their spacing: 0 with a rectangular window. */
  enbwDb: number;
}

export interface LevelCheckInput {
  /** Of each channel, dB; undefined or NaN where its level is not set, or it has not sent. */
  deviationsDb: readonly (number | undefined)[];
  /** Frames that they were measured over. */
  frames: number;
  /** Noise bandwidth of the bins over their spacing. */
  enbwBins: number;
}

/**
 * Holds channels against the levels that their CMTS sets, which tells a calibration that is wrong as a whole: K, the
 * scale of the bins, or an offset. Undefined where frames or channels are too few to say anything.
 */
export function levelCheck({ deviationsDb, frames, enbwBins }: LevelCheckInput): LevelCheck | undefined {
  if (frames < LEAST_FRAMES) return undefined;
  const known = deviationsDb.flatMap((deviationDb) =>
    deviationDb === undefined || Number.isNaN(deviationDb) ? [] : [deviationDb],
  );
  if (known.length < LEAST_CHANNELS) return undefined;
  return { medianDb: median(known), deviationsDb: known, enbwDb: dbOfPower(enbwBins) };
}

/** Whether levels are off as a whole; once they are, until they are clearly less. */
export function levelsAreOff(check: LevelCheck | undefined, wereOff: boolean): boolean {
  if (!check) return false;
  return Math.abs(check.medianDb) >= leastDb(check) - (wereOff ? HYSTERESIS_DB : 0);
}

/** How many channels are as far off as a warning stays at, to the same side as their median. */
export function channelsOff(check: LevelCheck): number {
  const side = Math.sign(check.medianDb);
  const least = leastDb(check) - HYSTERESIS_DB;
  return check.deviationsDb.filter((deviationDb) => side * deviationDb >= least).length;
}

/** Whether levels are off by the noise bandwidth of a window that has one worth speaking of. */
export function isOffByNoiseBandwidth({
  medianDb,
  enbwDb,
}: Pick<LevelCheck, "medianDb" | "enbwDb">): boolean {
  return enbwDb > LEAST_DB && Math.abs(Math.abs(medianDb) - enbwDb) <= NEAR_NOISE_BANDWIDTH_DB;
}

/** Of a window with a wide noise bandwidth more: bins that are read the wrong way are off by all of that. */
function leastDb({ enbwDb }: LevelCheck): number {
  return Math.max(LEAST_DB, Math.min(enbwDb, 3) - NEAR_NOISE_BANDWIDTH_DB);
}
