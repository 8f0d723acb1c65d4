import {
  createFft,
  type Fft,
  MINISLOT_HZ,
  nextPowerOfTwo,
  type Random,
  raisedCosineDensity,
  symbolRateOfWidth,
  windowCoefficients,
} from "@pnmlab/pnm-analysis";
import { type ChannelState, divide, type PortActivity } from "./activity.ts";
import {
  clippingDensity,
  distortionDensity,
  humGain,
  isDistorted,
  noiseRise,
  responsePower,
} from "./impairments.ts";
import {
  type CarrierPlan,
  floorDensity,
  minislotEdgesHz,
  type OfdmaPlan,
  type ScQamPlan,
  symbolUs,
} from "./plan.ts";
import type { Receiver } from "./receiver.ts";
import { autocorrelation, windowTaps } from "./window-taps.ts";

/** One spectrum: complex bins where nothing was averaged, powers always. mV and mV^2, a tone reads its level. */
export interface BinFrame {
  power: Float64Array;
  /** Real and imaginary part of each bin; undefined where spectra were averaged. */
  complex: { re: Float64Array; im: Float64Array } | undefined;
}

interface ShapedBand {
  start: number;
  /** mV^2/Hz for 0 dB of modem offset. */
  density: Float64Array;
}

/**
 * Spectra of a port without the detour over time samples: the expected power of every bin, then one random
 * draw per bin. Densities stand on a grid of half a bin; the window's leakage, without which a rectangular
 * window would show floors that no receiver sees, is a product in the lag domain. Carriers are exact.
 */
export class BinSpectrum {
  readonly #activity: PortActivity;
  readonly #receiver: Receiver;
  readonly #binSpacingHz: number;
  readonly #gridSize: number;
  readonly #gridSpacingHz: number;
  readonly #gridStartHz: number;
  readonly #fft: Fft;
  readonly #floor: Float64Array;
  /** Power gain of the path from the modems per grid cell; undefined for a flat one. */
  readonly #response: Float64Array | undefined;
  /** Products of the downstream; undefined without any. */
  readonly #distortion: Float64Array | undefined;
  readonly #scQam = new Map<number, ShapedBand>();
  readonly #ofdma = new Map<number, { plan: OfdmaPlan; edgesHz: number[]; density: number }>();
  readonly #toneShapes = new Map<CarrierPlan, Float64Array>();
  readonly #modemPower: Float64Array;
  /** Receiver window at each lag, and the same times the pulse of an OFDMA symbol. */
  readonly #lagWindow: Float64Array;
  readonly #ofdmaLagWindow: Float64Array;
  readonly #taps: Float64Array;
  readonly #reach: number;
  readonly #tapPower: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  constructor(activity: PortActivity, receiver: Receiver) {
    const { bins, spanHz, centerFrequencyHz, window } = receiver;
    this.#activity = activity;
    this.#receiver = receiver;
    this.#binSpacingHz = spanHz / bins;
    this.#gridSize = nextPowerOfTwo(2.5 * bins);
    this.#gridSpacingHz = this.#binSpacingHz / 2;
    this.#gridStartHz = centerFrequencyHz - (this.#gridSize / 2) * this.#gridSpacingHz;
    this.#fft = createFft(this.#gridSize);
    this.#re = new Float64Array(this.#gridSize);
    this.#im = new Float64Array(this.#gridSize);
    this.#modemPower = Float64Array.from(activity.modems, ({ levelOffsetDb }) => 10 ** (levelOffsetDb / 10));
    this.#floor = Float64Array.from({ length: this.#gridSize }, (_, j) =>
      floorDensity(activity.plan.noise, this.#gridStartHz + j * this.#gridSpacingHz),
    );
    const response = activity.plan.impairments?.response;
    this.#response =
      response &&
      Float64Array.from({ length: this.#gridSize }, (_, j) =>
        responsePower(response, this.#gridStartHz + j * this.#gridSpacingHz),
      );
    const distortion = activity.plan.impairments?.digitalDistortion;
    this.#distortion =
      distortion &&
      this.#floor.map((_, j) => distortionDensity(distortion, this.#gridStartHz + j * this.#gridSpacingHz));
    activity.plan.channels.forEach((plan, i) => {
      if (plan.kind === "scQam") {
        const symbolRateHz = symbolRateOfWidth(plan.widthHz);
        const flat = 10 ** (plan.powerDbmv / 10) / symbolRateHz;
        const start = Math.max(0, Math.floor(this.#gridIndex(plan.centerHz - plan.widthHz / 2)));
        const end = Math.min(
          this.#gridSize,
          Math.ceil(this.#gridIndex(plan.centerHz + plan.widthHz / 2)) + 1,
        );
        const density = Float64Array.from({ length: Math.max(0, end - start) }, (_, k) => {
          const offsetHz = this.#gridStartHz + (start + k) * this.#gridSpacingHz - plan.centerHz;
          return flat * raisedCosineDensity(offsetHz, symbolRateHz) * (this.#response?.[start + k] ?? 1);
        });
        this.#scQam.set(i, { start, density });
      } else {
        const density = 10 ** (plan.powerDbmvPer1600Khz / 10) / 1.6e6;
        this.#ofdma.set(i, { plan, edgesHz: minislotEdgesHz(plan), density });
      }
    });

    const lags = this.#gridSize / 2;
    this.#lagWindow = receiverLagWindow(windowCoefficients(window, lags), this.#binSpacingHz);
    const lagUs = 1e6 / (this.#gridSpacingHz * this.#gridSize);
    const first = [...this.#ofdma.values()][0];
    const pulse = first ? symbolLagWindow(first.plan, lagUs, lags) : undefined;
    this.#ofdmaLagWindow = this.#lagWindow.map((value, m) => value * (pulse?.[m] ?? 1));
    const { taps, reach } = windowTaps(window);
    this.#taps = taps;
    this.#reach = reach;
    this.#tapPower = Math.sqrt(taps.reduce((sum, tap) => sum + tap * tap, 0));
  }

  /** Time that one spectrum looks at, in microseconds. */
  get captureUs(): number {
    return 1e6 / this.#binSpacingHz;
  }

  /** The spectrum that begins at `atUs`. */
  frame(atUs: number, state?: ChannelState): BinFrame {
    const looks = this.#receiver.averaging;
    const expected = this.#expectedPower(atUs, looks * this.captureUs, state);
    const random = this.#activity.random(atUs);
    const tones = this.#tones(atUs, random);
    return looks === 1
      ? this.#singleLook(expected, tones, random)
      : this.#averaged(expected, tones, random, looks);
  }

  /** Expected power per bin of everything noise-like, in mV^2. */
  #expectedPower(atUs: number, durationUs: number, state: ChannelState | undefined): Float64Array {
    const re = this.#re;
    const im = this.#im;
    const { impairments } = this.#activity.plan;
    const rise = noiseRise(impairments, atUs);
    if (rise === 1) re.set(this.#floor);
    else for (let j = 0; j < re.length; j += 1) re[j] = rise * this.#floor[j]!;
    if (this.#distortion && isDistorted(impairments, atUs)) {
      for (let j = 0; j < re.length; j += 1) re[j]! += this.#distortion[j]!;
    }
    im.fill(0);
    const gain = humGain(impairments, atUs) ** 2;
    let channelPower = 0;
    for (const [channel, { start, density }] of this.#scQam) {
      let share = 0;
      for (const burst of this.#activity.bursts(channel, atUs, durationUs, state)) {
        share += ((burst.toUs - burst.fromUs) / durationUs) * this.#modemPower[burst.modem]! * gain;
      }
      channelPower += share * 10 ** ((this.#activity.plan.channels[channel] as ScQamPlan).powerDbmv / 10);
      if (share > 0) for (let k = 0; k < density.length; k += 1) re[start + k]! += share * density[k]!;
    }
    for (const [channel, { plan, edgesHz, density }] of this.#ofdma) {
      // The first subcarrier stands on the minislot's edge, so its band begins half a spacing before.
      const shiftHz = -500 * plan.subcarrierSpacingKhz;
      const frameUs = plan.symbolsPerFrame * symbolUs(plan);
      const { count, restUs } = divide(atUs, frameUs);
      for (let frame = count, endUs = frameUs - restUs, fromUs = 0; fromUs < durationUs; frame += 1) {
        const modems = this.#activity.grants(channel, frame, state);
        const share = (Math.min(endUs, durationUs) - fromUs) / durationUs;
        for (let slot = 0; slot < modems.length; slot += 1) {
          const modem = modems[slot]!;
          if (modem < 0) continue;
          const value = density * share * this.#modemPower[modem]! * gain;
          channelPower += value * MINISLOT_HZ;
          this.#addBand(im, edgesHz[slot]! + shiftHz, value);
        }
        fromUs = endUs;
        endUs += frameUs;
      }
    }
    const clipping = impairments?.clipping;
    const clipped = clipping
      ? clippingDensity(clipping, channelPower + this.#activity.carrierPower(atUs))
      : 0;
    if (clipped > 0) for (let j = 0; j < re.length; j += 1) re[j]! += clipped;
    for (const impulse of this.#activity.plan.impulses) {
      let share = 0;
      for (const pulse of this.#activity.pulses(impulse, atUs, durationUs)) {
        share += (pulse.toUs - pulse.fromUs) / durationUs;
      }
      if (share === 0) continue;
      const height = share * 10 ** ((this.#activity.plan.noise.levelDbmvPer50Khz + impulse.overFloorDb) / 10);
      for (let j = 0; j < this.#gridSize; j += 1) {
        const f = (this.#gridStartHz + j * this.#gridSpacingHz) / impulse.cornerHz;
        re[j]! += height / 50_000 / (1 + f * f);
      }
    }
    return this.#leak();
  }

  /** Adds one minislot to a density, grid cells at its edges by the part that lies inside. */
  #addBand(density: Float64Array, lowerHz: number, value: number): void {
    const from = this.#gridIndex(lowerHz) + 0.5;
    const to = from + MINISLOT_HZ / this.#gridSpacingHz;
    const last = Math.min(this.#gridSize - 1, Math.ceil(to) - 1);
    for (let j = Math.max(0, Math.floor(from)); j <= last; j += 1) {
      density[j]! += value * (Math.min(j + 1, to) - Math.max(j, from)) * (this.#response?.[j] ?? 1);
    }
  }

  /**
   * Expected bin powers of the densities in `re` (continuous signals) and `im` (OFDMA): their
   * autocorrelations, which one transform gives together because both densities are real, times the
   * lag windows.
   */
  #leak(): Float64Array {
    const re = this.#re;
    const im = this.#im;
    const size = this.#gridSize;
    this.#fft.inverse(re, im);
    const lagWindow = this.#lagWindow;
    const ofdmaLagWindow = this.#ofdmaLagWindow;
    const half = size / 2;
    for (let m = 0; m <= half; m += 1) {
      const other = m === 0 ? 0 : size - m;
      // z = a + jb with a and b hermitian: a_m = (z_m + conj z_-m) / 2, b_m = (z_m - conj z_-m) / 2j.
      const aRe = (re[m]! + re[other]!) / 2;
      const aIm = (im[m]! - im[other]!) / 2;
      const bRe = (im[m]! + im[other]!) / 2;
      const bIm = (re[other]! - re[m]!) / 2;
      const wide = m < half ? lagWindow[m]! : 0;
      const narrow = m < half ? ofdmaLagWindow[m]! : 0;
      re[m] = aRe * wide + bRe * narrow;
      im[m] = aIm * wide + bIm * narrow;
      re[other] = re[m]!;
      im[other] = -im[m]!;
    }
    this.#fft.forward(re, im);
    const { bins } = this.#receiver;
    const first = half - bins;
    const power = new Float64Array(bins);
    for (let k = 0; k < bins; k += 1) power[k] = Math.max(0, re[first + 2 * k]! / size);
    return power;
  }

  /** Carriers as complex bins, with the window's exact shape between the bins. */
  #tones(atUs: number, random: Random): { re: Float64Array; im: Float64Array } | undefined {
    const { bins, centerFrequencyHz, spanHz } = this.#receiver;
    let tones: { re: Float64Array; im: Float64Array } | undefined;
    for (const carrier of this.#activity.plan.carriers) {
      const phase = 2 * Math.PI * random.uniform();
      const levelDbmv = this.#activity.carrierLevelDbmv(carrier, atUs);
      const position = (carrier.frequencyHz - (centerFrequencyHz - spanHz / 2)) / this.#binSpacingHz;
      if (levelDbmv === undefined || position < -bins * 0.1 || position > bins * 1.1) continue;
      tones ??= { re: new Float64Array(bins), im: new Float64Array(bins) };
      // Exactly on a bin the sum below is 0 / 0; a millionth of a bin beside it, it is not.
      const nearest = Math.round(position);
      const x0 = Math.abs(position - nearest) < 1e-6 ? nearest + 1e-6 : position;
      const angle = phase + Math.PI * x0;
      const factor = (10 ** (levelDbmv / 20) * Math.sin(Math.PI * x0)) / Math.PI;
      const factorRe = factor * Math.cos(angle);
      const factorIm = factor * Math.sin(angle);
      const shape = this.#toneShape(carrier, x0);
      for (let k = 0; k < bins; k += 1) {
        tones.re[k]! += factorRe * shape[k]!;
        tones.im[k]! += factorIm * shape[k]!;
      }
    }
    return tones;
  }

  /** The window as a tone between the bins shows it; a carrier stays at its frequency, so once for each. */
  #toneShape(carrier: CarrierPlan, x0: number): Float64Array {
    const known = this.#toneShapes.get(carrier);
    if (known) return known;
    const taps = this.#taps;
    const reach = this.#reach;
    const shape = Float64Array.from({ length: this.#receiver.bins }, (_, k) => {
      let sum = 0;
      for (let m = -reach; m <= reach; m += 1) sum += taps[m + reach]! / (x0 - k + m);
      return sum;
    });
    this.#toneShapes.set(carrier, shape);
    return shape;
  }

  #singleLook(
    expected: Float64Array,
    tones: { re: Float64Array; im: Float64Array } | undefined,
    random: Random,
  ): BinFrame {
    const { bins } = this.#receiver;
    const re = this.#unitNoise(random);
    const im = this.#unitNoise(random);
    const power = new Float64Array(bins);
    for (let k = 0; k < bins; k += 1) {
      const amplitude = Math.sqrt(expected[k]! / 2);
      re[k] = amplitude * re[k]! + (tones?.re[k] ?? 0);
      im[k] = amplitude * im[k]! + (tones?.im[k] ?? 0);
      power[k] = re[k]! * re[k]! + im[k]! * im[k]!;
    }
    return { power, complex: { re, im } };
  }

  /** Gaussian bins of variance 1, neighbours correlated as the window correlates them. */
  #unitNoise(random: Random): Float64Array {
    const { bins } = this.#receiver;
    const reach = this.#reach;
    const white = new Float64Array(bins + 2 * reach);
    for (let k = 0; k < white.length; k += 1) white[k] = random.normal();
    if (reach === 0) return white;
    const taps = this.#taps;
    const tapPower = this.#tapPower;
    const noise = new Float64Array(bins);
    for (let k = 0; k < bins; k += 1) {
      let sum = 0;
      for (let m = 0; m <= 2 * reach; m += 1) sum += taps[m]! * white[k + m]!;
      noise[k] = sum / tapPower;
    }
    return noise;
  }

  /** The mean of several looks: gamma distributed, neighbours independent. */
  #averaged(
    expected: Float64Array,
    tones: { re: Float64Array; im: Float64Array } | undefined,
    random: Random,
    looks: number,
  ): BinFrame {
    const power = new Float64Array(expected.length);
    for (let k = 0; k < power.length; k += 1) {
      const noise = (expected[k]! * random.gamma(looks)) / looks;
      const tone = tones ? tones.re[k]! ** 2 + tones.im[k]! ** 2 : 0;
      // The beat of tone and noise, averaged: a Gaussian of variance 2 c mu / looks.
      const beat = tone > 0 ? Math.sqrt((2 * tone * expected[k]!) / looks) * random.normal() : 0;
      power[k] = Math.max(0, noise + tone + beat);
    }
    return { power, complex: undefined };
  }

  /** Place of a frequency on the grid, whole numbers at the cells' centres. */
  #gridIndex(frequencyHz: number): number {
    return (frequencyHz - this.#gridStartHz) / this.#gridSpacingHz;
  }
}

/** `ENBW(m)`: the receiver window's autocorrelation, scaled so that lag 0 gives the noise bandwidth in Hz. */
function receiverLagWindow(window: Float64Array, binSpacingHz: number): Float64Array {
  const sum = window.reduce((total, w) => total + w, 0);
  const scale = (binSpacingHz * window.length) / (sum * sum);
  return autocorrelation(window, window.length).map((value) => value * scale);
}

/** Autocorrelation of one OFDMA symbol, 1 at lag 0: each subcarrier is as wide as its symbol is short. */
function symbolLagWindow(plan: OfdmaPlan, lagUs: number, lags: number): Float64Array {
  const rollOffUs = plan.rollOffSamples / 102.4;
  const lengthUs = symbolUs(plan) + rollOffUs;
  const samples = Math.max(2, Math.round(lengthUs / lagUs));
  const pulse = Float64Array.from({ length: samples }, (_, n) =>
    symbolTaper((n + 0.5) * lagUs, lengthUs, rollOffUs),
  );
  const correlation = autocorrelation(pulse, lags);
  return correlation.map((value) => value / correlation[0]!);
}

/** Amplitude of an OFDMA symbol at a time since its start: raised cosine edges that overlap the neighbours'. */
export function symbolTaper(sinceUs: number, lengthUs: number, rollOffUs: number): number {
  const edgeUs = Math.min(sinceUs, lengthUs - sinceUs);
  if (edgeUs <= 0) return 0;
  return edgeUs >= rollOffUs ? 1 : 0.5 * (1 - Math.cos((Math.PI * edgeUs) / rollOffUs));
}
