import { dbmOfDbmv, dbOfPower } from "../units.ts";

/** Units that levels are shown in; inside everything is dBmV per bin. `dBm` stands for 75 ohm. */
export type LevelUnit = "dBmV" | "dBuV" | "dBm" | "dBmV/Hz" | "dBm/Hz" | "dBmV/1.6 MHz";

/** Reference bandwidth of DOCSIS 3.1 upstream densities. */
export const DENSITY_REFERENCE_HZ = 1.6e6;

/**
 * A level in dBmV per bin in another unit. Densities hold for noise-like signals only: a carrier's level does
 * not depend on the bandwidth.
 *
 * @param noiseBandwidthHz equivalent noise bandwidth of the bin (RBW), used by the densities
 */
export function levelIn(unit: LevelUnit, levelDbmv: number, noiseBandwidthHz: number): number {
  switch (unit) {
    case "dBmV":
      return levelDbmv;
    case "dBuV":
      return levelDbmv + 60;
    case "dBm":
      return dbmOfDbmv(levelDbmv);
    case "dBmV/Hz":
      return levelDbmv - dbOfPower(noiseBandwidthHz);
    case "dBm/Hz":
      return dbmOfDbmv(levelDbmv) - dbOfPower(noiseBandwidthHz);
    case "dBmV/1.6 MHz":
      return levelDbmv + dbOfPower(DENSITY_REFERENCE_HZ / noiseBandwidthHz);
  }
}
