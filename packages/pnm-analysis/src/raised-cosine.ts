/** Roll-off of DOCSIS upstream SC-QAM channels. */
export const SC_QAM_ROLL_OFF = 0.25;

/** Symbol rate of an upstream SC-QAM channel of this width: width / (1 + roll-off). */
export function symbolRateOfWidth(channelWidthHz: number): number {
  return channelWidthHz / (1 + SC_QAM_ROLL_OFF);
}

/**
 * Power spectral density of a root raised cosine signal relative to its flat top: 1 within
 * `(1 - rollOff) Rs / 2`, a raised cosine down to 0 at `(1 + rollOff) Rs / 2`. Its area is Rs.
 */
export function raisedCosineDensity(
  offsetHz: number,
  symbolRateHz: number,
  rollOff = SC_QAM_ROLL_OFF,
): number {
  const distanceHz = Math.abs(offsetHz);
  const flatHz = ((1 - rollOff) * symbolRateHz) / 2;
  if (distanceHz <= flatHz) return 1;
  if (distanceHz >= ((1 + rollOff) * symbolRateHz) / 2) return 0;
  return 0.5 * (1 + Math.cos((Math.PI / (rollOff * symbolRateHz)) * (distanceHz - flatHz)));
}

/** Impulse response of the root raised cosine filter at `time` symbols, not normalised. */
export function rootRaisedCosine(time: number, rollOff = SC_QAM_ROLL_OFF): number {
  if (Math.abs(time) < 1e-9) return 1 - rollOff + (4 * rollOff) / Math.PI;
  const singular = 4 * rollOff * time;
  if (Math.abs(Math.abs(singular) - 1) < 1e-9) {
    const angle = Math.PI / (4 * rollOff);
    return (
      (rollOff / Math.SQRT2) * ((1 + 2 / Math.PI) * Math.sin(angle) + (1 - 2 / Math.PI) * Math.cos(angle))
    );
  }
  const numerator =
    Math.sin(Math.PI * time * (1 - rollOff)) + singular * Math.cos(Math.PI * time * (1 + rollOff));
  return numerator / (Math.PI * time * (1 - singular * singular));
}
