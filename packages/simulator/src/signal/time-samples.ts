import {
  createFft,
  type Fft,
  fftOf,
  MINISLOT_HZ,
  nextPowerOfTwo,
  type Random,
  rootRaisedCosine,
  symbolRateOfWidth,
} from "@pnmlab/pnm-analysis";
import { type Burst, type ChannelState, divide, type PortActivity } from "./activity.ts";
import { symbolTaper } from "./bin-spectrum.ts";
import {
  clippingDensity,
  distortionDensity,
  humGain,
  isDistorted,
  noiseRise,
  type ResponsePlan,
  responsePower,
} from "./impairments.ts";
import { passbandGain } from "./passband.ts";
import {
  floorDensity,
  type ImpulsePlan,
  minislotEdgesHz,
  type OfdmaPlan,
  type ScQamPlan,
  symbolUs,
} from "./plan.ts";

/** Sample rates of the receiver: whole multiples of every upstream symbol rate and subcarrier spacing. */
export const SAMPLE_RATES_HZ = [51_200_000, 102_400_000, 204_800_000, 409_600_000] as const;

/** Reach of the pulse-shaping filter to either side, in symbols. */
const FILTER_SYMBOLS = 16;
const RAMP_US = 2;

/** Complex samples in mV, real and imaginary parts apart. */
export interface ComplexSamples {
  re: Float64Array;
  im: Float64Array;
}

export interface TimeReceiver {
  centerFrequencyHz: number;
  sampleRateHz: (typeof SAMPLE_RATES_HZ)[number];
  length: number;
}

/**
 * Samples of a port as a receiver at `centerFrequencyHz` takes them: SC-QAM from shaped symbols with their
 * bursts and ramps, OFDMA from its symbols and grants, shaped noise, carriers, pulses. A channel that only
 * partly fits into the sampled band is left out, and so is what real signals mirror below 0 Hz.
 */
export class TimeSamples {
  readonly #activity: PortActivity;
  readonly #receiver: TimeReceiver;
  readonly #halfBandwidthHz: number;
  readonly #noise: NoiseSource;
  /** Products of the downstream; undefined without any. */
  readonly #distortion: NoiseSource | undefined;
  readonly #filters = new Map<number, Float64Array>();
  readonly #ofdmaFfts = new Map<number, Fft>();

  /** @param halfBandwidthHz half of the band that the samples can hold; half of the sample rate unless given */
  constructor(activity: PortActivity, receiver: TimeReceiver, halfBandwidthHz = receiver.sampleRateHz / 2) {
    this.#activity = activity;
    this.#receiver = receiver;
    this.#halfBandwidthHz = halfBandwidthHz;
    this.#noise = new NoiseSource(receiver.length, receiver.sampleRateHz, (offsetHz) => {
      const gain = passbandGain(offsetHz, halfBandwidthHz);
      return gain * gain * floorDensity(activity.plan.noise, receiver.centerFrequencyHz + offsetHz);
    });
    const distortion = activity.plan.impairments?.digitalDistortion;
    this.#distortion =
      distortion &&
      new NoiseSource(receiver.length, receiver.sampleRateHz, (offsetHz) => {
        const gain = passbandGain(offsetHz, halfBandwidthHz);
        return gain * gain * distortionDensity(distortion, receiver.centerFrequencyHz + offsetHz);
      });
  }

  get captureUs(): number {
    return (1e6 * this.#receiver.length) / this.#receiver.sampleRateHz;
  }

  /** The samples that begin at `atUs`. */
  frame(atUs: number, state?: ChannelState): ComplexSamples {
    const durationUs = this.captureUs;
    const random = this.#activity.random(atUs);
    const { length } = this.#receiver;
    const { impairments } = this.#activity.plan;
    const out = { re: new Float64Array(length), im: new Float64Array(length) };
    this.#noise.add(out, random);
    const rise = Math.sqrt(noiseRise(impairments, atUs));
    if (rise !== 1) scale(out, rise);
    if (isDistorted(impairments, atUs)) this.#distortion?.add(out, random);
    const sent = { re: new Float64Array(length), im: new Float64Array(length) };
    this.#activity.plan.channels.forEach((plan, channel) => {
      if (plan.kind === "ofdma") this.#addOfdma(sent, plan, channel, atUs, random, state);
      else this.#addScQam(sent, plan, this.#activity.bursts(channel, atUs, durationUs, state), random);
    });
    if (impairments?.hum) scale(sent, humGain(impairments, atUs));
    this.#addClipping(out, sent, atUs, random);
    if (impairments?.response) this.#shape(sent, impairments.response);
    for (let n = 0; n < length; n += 1) {
      out.re[n]! += sent.re[n]!;
      out.im[n]! += sent.im[n]!;
    }
    this.#addCarriers(out, atUs, random);
    for (const impulse of this.#activity.plan.impulses) this.#addPulses(out, impulse, atUs, random);
    return out;
  }

  /** The path's response, its magnitude only, over the capture as one transform. */
  #shape(sent: ComplexSamples, response: ResponsePlan): void {
    const { length, sampleRateHz, centerFrequencyHz } = this.#receiver;
    const fft = fftOf(length);
    fft.forward(sent.re, sent.im);
    for (let k = 0; k < length; k += 1) {
      const offsetHz = ((k < length / 2 ? k : k - length) * sampleRateHz) / length;
      const gain = Math.sqrt(responsePower(response, centerFrequencyHz + offsetHz)) / length;
      sent.re[k]! *= gain;
      sent.im[k]! *= gain;
    }
    fft.inverse(sent.re, sent.im);
  }

  #addClipping(out: ComplexSamples, sent: ComplexSamples, atUs: number, random: Random): void {
    const clipping = this.#activity.plan.impairments?.clipping;
    if (!clipping) return;
    const { length, sampleRateHz } = this.#receiver;
    let power = this.#activity.carrierPower(atUs);
    for (let n = 0; n < length; n += 1) power += (sent.re[n]! ** 2 + sent.im[n]! ** 2) / length;
    const density = clippingDensity(clipping, power);
    if (density > 0) new NoiseSource(length, sampleRateHz, () => density).add(out, random);
  }

  #addScQam(out: ComplexSamples, plan: ScQamPlan, bursts: readonly Burst[], random: Random): void {
    const { sampleRateHz, centerFrequencyHz, length } = this.#receiver;
    const offsetHz = plan.centerHz - centerFrequencyHz;
    const isInside = Math.abs(offsetHz) + plan.widthHz / 2 <= this.#halfBandwidthHz;
    if (bursts.length === 0 || !isInside) return;
    const symbolRateHz = symbolRateOfWidth(plan.widthHz);
    const oversampling = sampleRateHz / symbolRateHz;
    const filter = this.#filterOf(oversampling);
    const taps = 2 * FILTER_SYMBOLS + 1;
    const shift = random.below(oversampling);
    const symbolCount = Math.ceil((length + shift) / oversampling) + taps;
    const symbols = drawQam64(symbolCount, random);
    const envelope = this.#envelope(bursts);
    const amplitude = 10 ** (plan.powerDbmv / 20) * passbandGain(offsetHz, this.#halfBandwidthHz);
    const rotation = new Rotation(random.uniform(), offsetHz / sampleRateHz);
    for (let n = 0; n < length; n += 1, rotation.advance()) {
      const gain = amplitude * envelope[n]!;
      if (gain === 0) continue;
      const first = Math.floor((n + shift) / oversampling);
      const phase = (n + shift) % oversampling;
      let sumRe = 0;
      let sumIm = 0;
      for (let tap = 0; tap < taps; tap += 1) {
        const h = filter[phase + (taps - 1 - tap) * oversampling]!;
        sumRe += h * symbols.re[first + tap]!;
        sumIm += h * symbols.im[first + tap]!;
      }
      out.re[n]! += gain * (sumRe * rotation.cos - sumIm * rotation.sin);
      out.im[n]! += gain * (sumRe * rotation.sin + sumIm * rotation.cos);
    }
  }

  /** Amplitude over time of the bursts, with their modems' offsets and 2 us cosine ramps. */
  #envelope(bursts: readonly Burst[]): Float64Array {
    const { length, sampleRateHz } = this.#receiver;
    const envelope = new Float64Array(length);
    const usPerSample = 1e6 / sampleRateHz;
    for (const burst of bursts) {
      const amplitude = 10 ** (this.#activity.modems[burst.modem]!.levelOffsetDb / 20);
      // A burst that is clipped by the capture has its ramps outside of it.
      const startsInside = burst.fromUs > 0;
      const endsInside = burst.toUs < this.captureUs;
      const first = Math.ceil(burst.fromUs / usPerSample);
      const end = Math.min(length, Math.ceil(burst.toUs / usPerSample));
      for (let n = first; n < end; n += 1) {
        const atUs = n * usPerSample;
        const edgeUs = Math.min(
          startsInside ? atUs - burst.fromUs : Infinity,
          endsInside ? burst.toUs - atUs : Infinity,
        );
        const ramp = edgeUs < RAMP_US ? 0.5 * (1 - Math.cos((Math.PI * edgeUs) / RAMP_US)) : 1;
        envelope[n] = amplitude * ramp;
      }
    }
    return envelope;
  }

  #addOfdma(
    out: ComplexSamples,
    plan: OfdmaPlan,
    channel: number,
    atUs: number,
    random: Random,
    state: ChannelState | undefined,
  ): void {
    const { sampleRateHz, centerFrequencyHz, length } = this.#receiver;
    const spacingHz = plan.subcarrierSpacingKhz * 1000;
    const size = sampleRateHz / spacingHz;
    const fft = this.#ofdmaFft(size);
    const edgesHz = minislotEdgesHz(plan);
    const carriersPerSlot = MINISLOT_HZ / spacingHz;
    const periodUs = symbolUs(plan);
    const rollOffUs = plan.rollOffSamples / 102.4;
    // Overlapping raised cosine edges carry a quarter less power than a steady symbol.
    const steady = 1 / Math.sqrt(1 - (0.25 * rollOffUs) / periodUs);
    const carrierAmplitude = steady * Math.sqrt((10 ** (plan.powerDbmvPer1600Khz / 10) * spacingHz) / 1.6e6);
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    const { count, restUs } = divide(atUs, periodUs);
    // The tail of the symbol before reaches into this one.
    let startUs = -restUs - periodUs;
    for (let symbol = count - 1; startUs < this.captureUs; symbol += 1, startUs += periodUs) {
      const modems = this.#activity.grants(channel, Math.floor(symbol / plan.symbolsPerFrame), state);
      re.fill(0);
      im.fill(0);
      for (let slot = 0; slot < modems.length; slot += 1) {
        const modem = modems[slot]!;
        const offset = this.#activity.modems[modem]?.levelOffsetDb;
        for (let i = 0; i < carriersPerSlot; i += 1) {
          // Drawn for empty minislots too: what one modem sends must not depend on another's grants.
          const quadrant = random.below(4);
          if (offset === undefined) continue;
          const offsetHz = edgesHz[slot]! + i * spacingHz - centerFrequencyHz;
          const gain = passbandGain(offsetHz, this.#halfBandwidthHz);
          const k = (Math.round(offsetHz / spacingHz) + size) % size;
          if (gain === 0) continue;
          const amplitude = (carrierAmplitude * gain * 10 ** (offset / 20)) / Math.SQRT2;
          re[k] = quadrant & 1 ? amplitude : -amplitude;
          im[k] = quadrant & 2 ? amplitude : -amplitude;
        }
      }
      fft.inverse(re, im);
      const usPerSample = 1e6 / sampleRateHz;
      const lengthUs = periodUs + rollOffUs;
      const first = Math.max(0, Math.ceil(startUs / usPerSample));
      const end = Math.min(length, Math.ceil((startUs + lengthUs) / usPerSample));
      for (let n = first; n < end; n += 1) {
        const sinceUs = n * usPerSample - startUs;
        const taper = symbolTaper(sinceUs, lengthUs, rollOffUs);
        const at = (n - first) % size;
        out.re[n]! += taper * re[at]!;
        out.im[n]! += taper * im[at]!;
      }
    }
  }

  #addCarriers(out: ComplexSamples, atUs: number, random: Random): void {
    const { sampleRateHz, centerFrequencyHz, length } = this.#receiver;
    for (const carrier of this.#activity.plan.carriers) {
      const turn = random.uniform();
      const levelDbmv = this.#activity.carrierLevelDbmv(carrier, atUs);
      const offsetHz = carrier.frequencyHz - centerFrequencyHz;
      const gain = passbandGain(offsetHz, this.#halfBandwidthHz);
      if (levelDbmv === undefined || gain === 0) continue;
      const amplitude = gain * 10 ** (levelDbmv / 20);
      const rotation = new Rotation(turn, offsetHz / sampleRateHz);
      for (let n = 0; n < length; n += 1, rotation.advance()) {
        out.re[n]! += amplitude * rotation.cos;
        out.im[n]! += amplitude * rotation.sin;
      }
    }
  }

  #addPulses(out: ComplexSamples, impulse: ImpulsePlan, atUs: number, random: Random): void {
    const pulses = this.#activity.pulses(impulse, atUs, this.captureUs);
    if (pulses.length === 0) return;
    const { sampleRateHz, centerFrequencyHz, length } = this.#receiver;
    const lowDensity =
      10 ** ((this.#activity.plan.noise.levelDbmvPer50Khz + impulse.overFloorDb) / 10) / 50_000;
    const shaped = { re: new Float64Array(length), im: new Float64Array(length) };
    new NoiseSource(length, sampleRateHz, (offsetHz) => {
      const gain = passbandGain(offsetHz, this.#halfBandwidthHz);
      const share = (centerFrequencyHz + offsetHz) / impulse.cornerHz;
      return (gain * gain * lowDensity) / (1 + share * share);
    }).add(shaped, random);
    for (const { fromUs, toUs } of pulses) {
      const first = Math.ceil((fromUs * sampleRateHz) / 1e6);
      const end = Math.min(length, Math.ceil((toUs * sampleRateHz) / 1e6));
      for (let n = first; n < end; n += 1) {
        out.re[n]! += shaped.re[n]!;
        out.im[n]! += shaped.im[n]!;
      }
    }
  }

  /** Root raised cosine at the sample rate; its gain leaves unit symbols at unit power. */
  #filterOf(oversampling: number): Float64Array {
    let filter = this.#filters.get(oversampling);
    if (!filter) {
      const length = (2 * FILTER_SYMBOLS + 1) * oversampling;
      const middle = FILTER_SYMBOLS * oversampling;
      filter = Float64Array.from({ length }, (_, n) => rootRaisedCosine((n - middle) / oversampling));
      const power = filter.reduce((sum, h) => sum + h * h, 0) / oversampling;
      filter = filter.map((h) => h / Math.sqrt(power));
      this.#filters.set(oversampling, filter);
    }
    return filter;
  }

  #ofdmaFft(size: number): Fft {
    let fft = this.#ofdmaFfts.get(size);
    if (!fft) {
      fft = createFft(size);
      this.#ofdmaFfts.set(size, fft);
    }
    return fft;
  }
}

/** Complex Gaussian noise of a given density over the offset from the centre, in mV^2/Hz. */
class NoiseSource {
  readonly #length: number;
  readonly #fft: Fft;
  readonly #amplitude: Float64Array;

  constructor(length: number, sampleRateHz: number, density: (offsetHz: number) => number) {
    this.#length = length;
    // Twice as long as needed: a stretch of it does not repeat, so its ends do not meet.
    const size = nextPowerOfTwo(2 * length);
    this.#fft = createFft(size);
    const spacingHz = sampleRateHz / size;
    this.#amplitude = Float64Array.from({ length: size }, (_, k) =>
      Math.sqrt((density((k < size / 2 ? k : k - size) * spacingHz) * spacingHz) / 2),
    );
  }

  add(out: ComplexSamples, random: Random): void {
    const re = this.#amplitude.map((amplitude) => amplitude * random.normal());
    const im = this.#amplitude.map((amplitude) => amplitude * random.normal());
    this.#fft.inverse(re, im);
    for (let n = 0; n < this.#length; n += 1) {
      out.re[n]! += re[n]!;
      out.im[n]! += im[n]!;
    }
  }
}

/** `e^{j 2 pi (turn + n step)}`, one multiplication per sample. */
class Rotation {
  cos: number;
  sin: number;
  readonly #stepCos: number;
  readonly #stepSin: number;

  constructor(turn: number, step: number) {
    this.cos = Math.cos(2 * Math.PI * turn);
    this.sin = Math.sin(2 * Math.PI * turn);
    this.#stepCos = Math.cos(2 * Math.PI * step);
    this.#stepSin = Math.sin(2 * Math.PI * step);
  }

  advance(): void {
    const cos = this.cos * this.#stepCos - this.sin * this.#stepSin;
    this.sin = this.cos * this.#stepSin + this.sin * this.#stepCos;
    this.cos = cos;
  }
}

function scale({ re, im }: ComplexSamples, factor: number): void {
  for (let n = 0; n < re.length; n += 1) {
    re[n]! *= factor;
    im[n]! *= factor;
  }
}

/** 64-QAM symbols of unit mean power. */
function drawQam64(count: number, random: Random): ComplexSamples {
  const draw = () => (2 * random.below(8) - 7) / Math.sqrt(42);
  return {
    re: Float64Array.from({ length: count }, draw),
    im: Float64Array.from({ length: count }, draw),
  };
}
