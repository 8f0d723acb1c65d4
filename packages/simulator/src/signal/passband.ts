/** Stop-band attenuation of the receiver's filter at the edge of what its samples can hold. */
const EDGE_ATTENUATION_DB = 40;
/** Share of the half-bandwidth that the filter leaves flat. */
const FLAT_SHARE = 0.9;

/**
 * Amplitude response of the receiver's band-pass at an offset from its centre: flat over 90 % of the
 * half-bandwidth, 40 dB down at its end, nothing beyond.
 */
export function passbandGain(offsetHz: number, halfBandwidthHz: number): number {
  const share = Math.abs(offsetHz) / halfBandwidthHz;
  if (share <= FLAT_SHARE) return 1;
  if (share > 1) return 0;
  return 10 ** ((-EDGE_ATTENUATION_DB * (share - FLAT_SHARE)) / (1 - FLAT_SHARE) / 20);
}
