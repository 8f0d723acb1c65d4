import { Random, seedFrom } from "@pnmlab/pnm-analysis";
import {
  type CarrierPlan,
  type ImpulsePlan,
  minislotEdgesHz,
  type OfdmaPlan,
  type PortPlan,
} from "./plan.ts";

/**
 * A time from when to when, in microseconds since the start of a capture: counted from 1970, a double has no
 * room for parts of a microsecond.
 */
export interface Interval {
  fromUs: number;
  toUs: number;
}

/** A modem sends. */
export interface Burst extends Interval {
  modem: number;
}

/** A modem of the port. */
export interface Modem {
  macAddress: Uint8Array;
  /** Service id of its bursts. */
  sid: number;
  /** How far its level lies from the channel's; the power of all modems averages to 0 dB. */
  levelOffsetDb: number;
}

/** Puts one channel into a state, for a capture that a grant or an idle time triggers. */
export interface ChannelState {
  /** Place of the channel in the plan. */
  channel: number;
  /** Number of the modem that sends all the time; undefined where nobody sends. */
  modem: number | undefined;
}

const BURST_BLOCK_US = 10_000;
const MEAN_BURST_US = 500;
const GATE_BLOCK_US = 600_000_000;
const MODEM_SPREAD_DB = 0.7;
/** Locally administered, so that no address of a real device is met. */
const MAC_PREFIX = [0x02, 0x50, 0x4e];

/**
 * Who sends when on one port, as a pure function of seed and time: time is cut into blocks, each drawn from
 * its own seed, so that any moment can be asked for without going through those before it.
 */
export class PortActivity {
  readonly plan: PortPlan;
  readonly modems: readonly Modem[];
  readonly #seed: bigint;
  readonly #minislots: ReadonlyMap<OfdmaPlan, number>;

  constructor(plan: PortPlan, seed: bigint) {
    this.plan = plan;
    this.#seed = seed;
    this.modems = drawModems(plan.modemCount, seed);
    this.#minislots = new Map(
      plan.channels.flatMap((channel) =>
        channel.kind === "ofdma" ? [[channel, minislotEdgesHz(channel).length] as const] : [],
      ),
    );
  }

  /** Randomness of what a capture at this time sees beyond who sends. */
  random(atUs: number): Random {
    return new Random(seedFrom(this.#seed, "frame", atUs));
  }

  /** Bursts of an SC-QAM channel that touch the `durationUs` from `atUs`, clipped to them. */
  bursts(channel: number, atUs: number, durationUs: number, state?: ChannelState): Burst[] {
    if (state?.channel === channel) {
      return state.modem === undefined ? [] : [{ fromUs: 0, toUs: durationUs, modem: state.modem }];
    }
    const plan = this.plan.channels[channel]!;
    const found: Burst[] = [];
    const lastBlock = Math.floor((atUs + durationUs) / BURST_BLOCK_US);
    for (let block = Math.floor(atUs / BURST_BLOCK_US); block <= lastBlock; block += 1) {
      const random = new Random(seedFrom(this.#seed, "burst", channel, block));
      let fromUs = block * BURST_BLOCK_US - atUs;
      const endUs = fromUs + BURST_BLOCK_US;
      let isSending = random.uniform() < plan.utilization;
      while (fromUs < endUs && fromUs < durationUs) {
        const meanUs = isSending
          ? MEAN_BURST_US
          : (MEAN_BURST_US * (1 - plan.utilization)) / plan.utilization;
        const toUs = plan.utilization > 0 ? Math.min(endUs, fromUs + meanUs * random.exponential()) : endUs;
        const modem = random.below(this.modems.length);
        if (isSending && toUs > 0) {
          found.push({ fromUs: Math.max(fromUs, 0), toUs: Math.min(toUs, durationUs), modem });
        }
        fromUs = toUs;
        // Without idle time one burst follows the other.
        isSending = plan.utilization >= 1 || !isSending;
      }
    }
    return found;
  }

  /** Modem that holds each minislot of an OFDMA frame, -1 where nobody does. */
  grants(channel: number, frame: number, state?: ChannelState): Int32Array {
    const plan = this.plan.channels[channel] as OfdmaPlan;
    const modems = new Int32Array(this.#minislots.get(plan)!);
    if (state?.channel === channel) return modems.fill(state.modem ?? -1);
    const random = new Random(seedFrom(this.#seed, "grant", channel, frame));
    for (let slot = 0; slot < modems.length; slot += 1) {
      modems[slot] = random.uniform() < plan.utilization ? random.below(this.modems.length) : -1;
    }
    return modems;
  }

  /** Power of all carriers at a time, mV^2. */
  carrierPower(atUs: number): number {
    return this.plan.carriers.reduce((sum, carrier) => {
      const levelDbmv = this.carrierLevelDbmv(carrier, atUs);
      return levelDbmv === undefined ? sum : sum + 10 ** (levelDbmv / 10);
    }, 0);
  }

  /** Level of a carrier at a time; undefined while it is keyed off. */
  carrierLevelDbmv(carrier: CarrierPlan, atUs: number): number | undefined {
    if (carrier.gate && !this.#isKeyed(carrier, carrier.gate, atUs)) return undefined;
    if (!carrier.fade) return carrier.levelDbmv;
    const { depthDb, periodS } = carrier.fade;
    const turns = (atUs / 1e6 / periodS) % 1;
    return carrier.levelDbmv + (depthDb / 2) * Math.sin(2 * Math.PI * turns);
  }

  /** Pulses that touch the `durationUs` from `atUs`, clipped to them. */
  pulses(impulse: ImpulsePlan, atUs: number, durationUs: number): Interval[] {
    const periodUs = 1e6 / impulse.ratePerS;
    const found: Interval[] = [];
    const { count: cycleNow, restUs } = divide(atUs, periodUs);
    const cycles = Math.ceil((restUs + durationUs) / periodUs);
    for (let offset = -1; offset <= cycles; offset += 1) {
      const random = new Random(seedFrom(this.#seed, impulse.label, cycleNow + offset));
      const startUs =
        offset * periodUs - restUs + 1000 * (impulse.phaseMs + impulse.jitterMs * (2 * random.uniform() - 1));
      const endUs = startUs + impulse.durationUs;
      if (endUs > 0 && startUs < durationUs) {
        found.push({ fromUs: Math.max(startUs, 0), toUs: Math.min(endUs, durationUs) });
      }
    }
    return found;
  }

  #isKeyed(carrier: CarrierPlan, gate: NonNullable<CarrierPlan["gate"]>, atUs: number): boolean {
    const block = Math.floor(atUs / GATE_BLOCK_US);
    const random = new Random(seedFrom(this.#seed, carrier.label, block));
    const draw = ([least, most]: readonly [number, number]) =>
      1e6 * (least + (most - least) * random.uniform());
    let untilUs = block * GATE_BLOCK_US;
    let isOn = true;
    while (untilUs <= atUs) {
      isOn = !isOn;
      untilUs += draw(isOn ? gate.onS : gate.offS);
    }
    return isOn;
  }
}

/** How many periods fit into a time, and what is left of it. The remainder of doubles is exact. */
export function divide(timeUs: number, periodUs: number): { count: number; restUs: number } {
  const restUs = timeUs % periodUs;
  return { count: Math.round((timeUs - restUs) / periodUs), restUs };
}

function drawModems(count: number, seed: bigint): Modem[] {
  const random = new Random(seedFrom(seed, "modems"));
  const offsetsDb = Array.from({ length: count }, () => MODEM_SPREAD_DB * random.normal());
  const meanPower = offsetsDb.reduce((sum, offsetDb) => sum + 10 ** (offsetDb / 10), 0) / count;
  return offsetsDb.map((offsetDb, i) => ({
    sid: i + 1,
    levelOffsetDb: offsetDb - 10 * Math.log10(meanPower),
    macAddress: Uint8Array.of(...MAC_PREFIX, random.below(256), random.below(256), random.below(256)),
  }));
}
