import type { CarrierPlan } from "./plan.ts";

/** What distorts or disturbs a return path beyond single carriers and pulses. */
export interface ImpairmentPlan {
  /** Response of the path from the modems to the port: it shapes channels, not the noise. */
  response?: ResponsePlan;
  /** Sine on the amplitude of all that the modems send: `1 + m cos(2 pi f t)`. */
  hum?: { frequencyHz: number; modulation: number };
  /** Rises of the noise floor on a schedule. */
  noiseRises?: readonly NoiseRise[];
  /** A return laser that clips: noise over the whole band once the power of channels and carriers passes a limit. */
  clipping?: ClippingPlan;
  /** Second-order products of an all-digital downstream: noise in the shape of its density's autocorrelation. */
  digitalDistortion?: DigitalDistortionPlan;
}

export interface DigitalDistortionPlan {
  /** Density towards 0 Hz. */
  levelDbmvPer50Khz: number;
  downstream: readonly { lowerHz: number; upperHz: number }[];
  /** It is there when Unix time is past a whole number of periods by this, for so long. */
  phaseS: number;
  durationS: number;
  periodS: number;
}

export interface ResponsePlan {
  /** Level at `upperHz` over that at `lowerHz`, straight in dB between and beyond. */
  tilt?: { lowerHz: number; upperHz: number; tiltDb: number };
  /** `-D exp(-((f - f0) / sigma)^2 / 2)` in dB. */
  suckOuts?: readonly { frequencyHz: number; depthDb: number; sigmaHz: number }[];
  /** `-a ((f - fe) / w)^2` dB beyond the edge fe. */
  rollOff?: { edgeHz: number; widthHz: number; depthDb: number };
  /** `H = 1 + rho e^(-j 2 pi f tau)`. */
  echo?: { levelDbc: number; delayUs: number };
}

export interface NoiseRise {
  riseDb: number;
  /** It begins when Unix time is a whole number of periods plus this, and lasts so long. */
  phaseS: number;
  durationS: number;
  periodS: number;
}

export interface ClippingPlan {
  limitDbmv: number;
  /** Density at the limit; it grows by 2 dB per dB of power over it. */
  levelDbmvPer50Khz: number;
}

/** Power gain of the path at a frequency. */
export function responsePower(response: ResponsePlan | undefined, frequencyHz: number): number {
  if (!response) return 1;
  let levelDb = 0;
  const { tilt, suckOuts = [], rollOff, echo } = response;
  if (tilt) levelDb += (tilt.tiltDb * (frequencyHz - tilt.lowerHz)) / (tilt.upperHz - tilt.lowerHz);
  for (const { frequencyHz: middleHz, depthDb, sigmaHz } of suckOuts) {
    levelDb -= depthDb * Math.exp(-0.5 * ((frequencyHz - middleHz) / sigmaHz) ** 2);
  }
  if (rollOff)
    levelDb -= rollOff.depthDb * Math.max(0, (frequencyHz - rollOff.edgeHz) / rollOff.widthHz) ** 2;
  let power = 10 ** (levelDb / 10);
  if (echo) {
    const rho = 10 ** (echo.levelDbc / 20);
    power *= 1 + rho * rho + 2 * rho * Math.cos(2 * Math.PI * frequencyHz * echo.delayUs * 1e-6);
  }
  return power;
}

/** Amplitude of what modems send at a time, in whole microseconds of Unix time. */
export function humGain(impairments: ImpairmentPlan | undefined, atUs: number): number {
  const hum = impairments?.hum;
  if (!hum) return 1;
  // The remainder first: a double has no room for the phase of so many periods.
  const turns = ((atUs % 1e6) * hum.frequencyHz) / 1e6;
  return 1 + hum.modulation * Math.cos(2 * Math.PI * turns);
}

/** Factor on the density of the noise floor at a time. */
export function noiseRise(impairments: ImpairmentPlan | undefined, atUs: number): number {
  let factor = 1;
  for (const rise of impairments?.noiseRises ?? []) {
    if (isDue(rise, atUs)) factor *= 10 ** (rise.riseDb / 10);
  }
  return factor;
}

function isDue(
  { phaseS, durationS, periodS }: Pick<NoiseRise, "phaseS" | "durationS" | "periodS">,
  atUs: number,
): boolean {
  return (((atUs / 1e6 - phaseS) % periodS) + periodS) % periodS < durationS;
}

/** `true` while products of an all-digital downstream are there. */
export function isDistorted(impairments: ImpairmentPlan | undefined, atUs: number): boolean {
  const distortion = impairments?.digitalDistortion;
  return distortion !== undefined && isDue(distortion, atUs);
}

/**
 * Density of those products, mV^2/Hz: the share of the downstream that overlaps itself when it is moved by the
 * frequency, as channels of flat density have it.
 */
export function distortionDensity(
  { levelDbmvPer50Khz, downstream }: DigitalDistortionPlan,
  frequencyHz: number,
): number {
  const moveHz = Math.abs(frequencyHz);
  let overlapHz = 0;
  let widthHz = 0;
  for (const a of downstream) {
    widthHz += a.upperHz - a.lowerHz;
    for (const b of downstream) {
      overlapHz += Math.max(
        0,
        Math.min(a.upperHz, b.upperHz - moveHz) - Math.max(a.lowerHz, b.lowerHz - moveHz),
      );
    }
  }
  return ((overlapHz / widthHz) * 10 ** (levelDbmvPer50Khz / 10)) / 50_000;
}

/** Density that clipping adds, mV^2/Hz, at a power of all channels and carriers in mV^2. */
export function clippingDensity(clipping: ClippingPlan | undefined, power: number): number {
  if (!clipping) return 0;
  const over = power / 10 ** (clipping.limitDbmv / 10);
  return over <= 1 ? 0 : (over * over * 10 ** (clipping.levelDbmvPer50Khz / 10)) / 50_000;
}

/**
 * Lines of common path distortion at multiples of the downstream's channel spacing, 0.3 dB weaker from one to the
 * next.
 */
export function pathDistortionComb(spacingHz: number, levelDbmv: number, highestHz: number): CarrierPlan[] {
  return Array.from({ length: Math.floor(highestHz / spacingHz) }, (_, i) => ({
    kind: "pathDistortion",
    label: `CPD ${((i + 1) * spacingHz) / 1e6} MHz`,
    frequencyHz: (i + 1) * spacingHz,
    levelDbmv: levelDbmv - 0.3 * i,
  }));
}
