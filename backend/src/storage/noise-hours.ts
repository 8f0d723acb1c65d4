import type { DatabaseSync } from "node:sqlite";
import { median } from "@pnmlab/pnm-analysis";

/** Noise of a port in an hour. */
export interface NoiseHour {
  cmtsId: string;
  rfPortIfIndex: number;
  /** Hours of captures since 1970, UTC. */
  hour: number;
  /** Median of the mean power of a quiet bin, per hertz of its noise bandwidth, so that settings may change. */
  dbmvPerHz: number;
  /** Moments that it is the median of, about a second apart. */
  samples: number;
}

export interface NoiseHourStore {
  /** Keeps the better founded of what is there and what is given, and drops what is too old to be used. */
  save(noise: NoiseHour): void;
  /** Median of the same hour of the last seven days; undefined where fewer than three of them are known. */
  baselineDbmvPerHz(cmtsId: string, rfPortIfIndex: number, hour: number): number | undefined;
}

const DAYS = 7;
const LEAST_DAYS = 3;
/** An hour of which less is known does not count. */
const LEAST_SAMPLES = 60;

/** One row per port and hour of the last week, in the database. */
export function createNoiseHourStore(database: DatabaseSync): NoiseHourStore {
  const save = database.prepare(
    `INSERT INTO noise_hours (cmts_id, rf_port, hour, dbmv_per_hz, samples) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (cmts_id, rf_port, hour) DO UPDATE
       SET dbmv_per_hz = excluded.dbmv_per_hz, samples = excluded.samples
       WHERE excluded.samples >= noise_hours.samples`,
  );
  const forget = database.prepare("DELETE FROM noise_hours WHERE cmts_id = ? AND rf_port = ? AND hour < ?");
  const levels = database.prepare(
    `SELECT dbmv_per_hz FROM noise_hours
     WHERE cmts_id = ? AND rf_port = ? AND hour >= ? AND hour < ? AND (? - hour) % 24 = 0 AND samples >= ?`,
  );
  return {
    save: ({ cmtsId, rfPortIfIndex, hour, dbmvPerHz, samples }) => {
      save.run(cmtsId, rfPortIfIndex, hour, dbmvPerHz, samples);
      forget.run(cmtsId, rfPortIfIndex, hour - 24 * (DAYS + 1));
    },
    baselineDbmvPerHz: (cmtsId, rfPortIfIndex, hour) => {
      const rows = levels.all(cmtsId, rfPortIfIndex, hour - 24 * DAYS, hour, hour, LEAST_SAMPLES);
      return rows.length < LEAST_DAYS ? undefined : median(rows.map((row) => Number(row.dbmv_per_hz)));
    },
  };
}
