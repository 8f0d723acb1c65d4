/** dBm in 75 ohm of 0 dBmV: 10 log10((1 mV)^2 / 75 ohm / 1 mW). */
export const DBM_OF_0_DBMV = 10 * Math.log10(1e-6 / 75 / 1e-3);

/** 10 log10(ratio) of a power ratio. Zero gives -Infinity: clamp before, where the source has a least step. */
export function dbOfPower(power: number): number {
  return 10 * Math.log10(power);
}

/** Power ratio of a level in dB; for dBmV the result is in mV squared. Powers add, levels do not. */
export function powerOfDb(levelDb: number): number {
  return 10 ** (levelDb / 10);
}

/** Amplitude ratio of a level in dB; for dBmV the result is in mV. */
export function amplitudeOfDb(levelDb: number): number {
  return 10 ** (levelDb / 20);
}

export function dbmOfDbmv(levelDbmv: number): number {
  return levelDbmv + DBM_OF_0_DBMV;
}

export function dbmvOfDbm(levelDbm: number): number {
  return levelDbm - DBM_OF_0_DBMV;
}

/** Level of the sum of powers given in dB. */
export function sumDb(levelsDb: Iterable<number>): number {
  let power = 0;
  for (const levelDb of levelsDb) power += powerOfDb(levelDb);
  return dbOfPower(power);
}

/**
 * Level of the same noise-like signal in another bandwidth. Never for a carrier: its level does not
 * depend on the bandwidth.
 */
export function rescaleDb(levelDb: number, fromBandwidthHz: number, toBandwidthHz: number): number {
  return levelDb + dbOfPower(toBandwidthHz / fromBandwidthHz);
}

const BOLTZMANN_J_PER_K = 1.380649e-23;

/** Thermal noise kTB in dBmV over 75 ohm. */
export function thermalNoiseDbmv(bandwidthHz: number, temperatureK = 290): number {
  return dbmvOfDbm(dbOfPower((BOLTZMANN_J_PER_K * temperatureK * bandwidthHz) / 1e-3));
}
