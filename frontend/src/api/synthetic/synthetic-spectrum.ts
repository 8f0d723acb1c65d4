import type { SpectrumFrame, UpstreamChannel, UtscRequest } from "@pnmlab/protocol";

/** Pseudo-random numbers in [0, 1) that repeat for one seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The plan of the made-up port: four SC-QAM channels and one OFDMA channel, as on a mid-split node. */
export const SYNTHETIC_CHANNELS: UpstreamChannel[] = [
  { ifIndex: 101, name: "US1", kind: "scQam", lowerFrequencyHz: 12_800_000, upperFrequencyHz: 19_200_000 },
  { ifIndex: 102, name: "US2", kind: "scQam", lowerFrequencyHz: 19_200_000, upperFrequencyHz: 25_600_000 },
  { ifIndex: 103, name: "US3", kind: "scQam", lowerFrequencyHz: 28_800_000, upperFrequencyHz: 35_200_000 },
  { ifIndex: 104, name: "US4", kind: "scQam", lowerFrequencyHz: 35_200_000, upperFrequencyHz: 41_600_000 },
  { ifIndex: 105, name: "OFDMA1", kind: "ofdma", lowerFrequencyHz: 44_000_000, upperFrequencyHz: 84_800_000 },
];

const CHANNEL_LEVEL_DBMV = [-13, -13.5, -11, -16.5, -13];

/** Makes the spectra of a made-up port, one after the other; the same seed gives the same ones. */
export class SyntheticSpectrum {
  readonly #random: () => number;
  readonly #request: UtscRequest;
  readonly #streamId: number;
  #sequence = 0;

  constructor(request: UtscRequest, streamId: number, seed = 1) {
    this.#request = request;
    this.#streamId = streamId;
    this.#random = seededRandom(seed);
  }

  /** The frame captured at that time; `gapBefore` marks an interruption in front of it. */
  next(capturedAtMs: number, gapBefore: boolean): SpectrumFrame {
    const { centerFrequencyHz, spanHz, bins } = this.#request;
    const binSpacingHz = spanHz / bins;
    const firstBinHz = centerFrequencyHz - spanHz / 2 + binSpacingHz / 2;
    const levels = new Int16Array(bins);
    const burst = SYNTHETIC_CHANNELS.map((channel) => channel.kind === "ofdma" || this.#random() > 0.12);
    const fade = 0.8 * Math.sin(capturedAtMs / 7000);
    const ingressOn = Math.floor(capturedAtMs / 900) % 2 === 0;
    for (let bin = 0; bin < bins; bin += 1) {
      const frequencyHz = firstBinHz + bin * binSpacingHz;
      let power = 10 ** (floorDbmv(frequencyHz) / 10) * this.#chi();
      SYNTHETIC_CHANNELS.forEach((channel, index) => {
        if (!burst[index]) return;
        const shape = shapeDb(channel, frequencyHz);
        if (shape > -60) power += 10 ** ((CHANNEL_LEVEL_DBMV[index]! + fade + shape) / 10) * this.#chi();
      });
      if (ingressOn && Math.abs(frequencyHz - 27_185_000) < 60_000) power += 10 ** (-19 / 10) * this.#chi();
      levels[bin] = Math.round(1000 * Math.log10(power));
    }
    this.#sequence += 1;
    return {
      streamId: this.#streamId,
      sequence: this.#sequence,
      capturedAtMs,
      receivedAtMs: capturedAtMs + 62,
      firstBinHz,
      binSpacingHz,
      resolutionBandwidthHz: binSpacingHz,
      kHundredthsDb: -8600,
      gapBefore,
      uncalibrated: false,
      withheld: 0,
      levelsHundredthsDbmv: levels,
    };
  }

  /** Power of averaged noise relative to its mean: chi-squared with eight degrees of freedom. */
  #chi(): number {
    let sum = 0;
    for (let n = 0; n < 4; n += 1) sum -= Math.log(1 - this.#random());
    return sum / 4;
  }
}

function floorDbmv(frequencyHz: number): number {
  const mhz = frequencyHz / 1e6;
  const lift = mhz < 13 ? (13 - mhz) * 1.1 : 0;
  return -48 + lift - (mhz > 85.5 ? 8 : 0);
}

/** Level of a channel's spectrum relative to its top, dB: flat with edges that roll off. */
function shapeDb(channel: UpstreamChannel, frequencyHz: number): number {
  const edgeHz = Math.min(frequencyHz - channel.lowerFrequencyHz, channel.upperFrequencyHz - frequencyHz);
  if (channel.kind === "ofdma") {
    const excluded = frequencyHz > 59_600_000 && frequencyHz < 60_800_000;
    const tilt = (-1.6 * (frequencyHz - channel.lowerFrequencyHz)) / 40e6;
    return edgeHz < 0 || excluded ? -80 : tilt;
  }
  if (edgeHz > 800_000) return 0;
  if (edgeHz < -400_000) return -80;
  return -28 * ((800_000 - edgeHz) / 1_200_000) ** 2;
}
