import type { UtscRecord } from "../types/utsc.ts";

/** No return path has levels beyond these, dBmV. */
export const PLAUSIBLE_LEVELS_DBMV = { lowest: -100, highest: 70 } as const;
/** Values looked at, spread over all frames. */
const LOOKED_AT = 200;
const TOLERATED_SHARE = 0.01;

/**
 * A warning where more than one level in a hundred lies outside -100 to +70 dBmV: format, byte order, scale or
 * calibration constant are then not what the reading takes them for. Nothing is said without a constant, and
 * nothing of time samples. Zero power, which has no level, counts as plausible.
 */
export function levelAnomalies(record: UtscRecord): string[] {
  const { kHundredthsDb, outputFormat, samples, dbPerCount } = record;
  if (kHundredthsDb === undefined || kHundredthsDb === 0 || samples.length === 0) return [];
  if (outputFormat === "timeIQ" || outputFormat === "rawAdc" || outputFormat === "fftIQ") return [];
  const decades = outputFormat === "fftPower" ? 10 : 20;
  const limit = (levelDbmv: number) => {
    const db = levelDbmv - kHundredthsDb / 100;
    return outputFormat === "fftDb" ? db / dbPerCount : 10 ** (db / decades);
  };
  const low = limit(PLAUSIBLE_LEVELS_DBMV.lowest);
  const high = limit(PLAUSIBLE_LEVELS_DBMV.highest);
  const stride = Math.max(1, Math.floor(samples.length / LOOKED_AT));
  let outside = 0;
  let count = 0;
  for (let i = 0; i < samples.length; i += stride, count++) {
    const value = samples[i]!;
    if (value > high || (value < low && (value !== 0 || outputFormat === "fftDb"))) outside++;
  }
  if (outside <= TOLERATED_SHARE * count) return [];
  const percent = Math.round((100 * outside) / count);
  const { lowest, highest } = PLAUSIBLE_LEVELS_DBMV;
  return [`${percent} % of the levels lie outside ${lowest} to +${highest} dBmV: the reading may be wrong`];
}
