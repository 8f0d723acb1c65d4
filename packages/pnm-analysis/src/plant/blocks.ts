import type { LevelSpectrum } from "../band.ts";
import { binOfFrequency } from "../measure/bins.ts";
import { symbolRateOfWidth } from "../raised-cosine.ts";
import type { PlanChannel } from "./band-plan.ts";
import { MINISLOT_HZ, minislotLowerEdgesHz, minislotStretches } from "./minislots.ts";

/** Part of an SC-QAM symbol rate in which its spectrum is flat: 1 - roll-off. */
const FLAT_SHARE = 0.75;

/** A stretch of a channel that is on or off as a whole: an OFDMA minislot, 400 kHz of an SC-QAM channel's flat top. */
export interface Block {
  first: number;
  end: number;
  middleHz: number;
  /** Frames in which it was on, and their summed mean power per bin; old frames fade. */
  activeFrames: number;
  activePower: number;
  /** It was on in the last frame. */
  isOn: boolean;
  /** Its highest mean power, fading. */
  strongest: number;
}

/** Blocks of a channel that the axis shows whole. */
export function blocksOf(axis: LevelSpectrum, channel: PlanChannel): Block[] {
  const bins = axis.levelsDbmv.length;
  const blocks: Block[] = [];
  for (const fromHz of lowerEdgesHz(channel)) {
    const first = Math.ceil(binOfFrequency(axis, fromHz) - 1e-3);
    const end = Math.ceil(binOfFrequency(axis, fromHz + MINISLOT_HZ) - 1e-3);
    if (first < 0 || end > bins || end <= first) continue;
    blocks.push({
      first,
      end,
      middleHz: fromHz + MINISLOT_HZ / 2,
      activeFrames: 0,
      activePower: 0,
      isOn: false,
      strongest: 0,
    });
  }
  return blocks;
}

function lowerEdgesHz(channel: PlanChannel): number[] {
  if (channel.kind === "ofdma") return minislotLowerEdgesHz(minislotStretches(channel));
  const { lowerHz, upperHz } = channel;
  const flatHz = FLAT_SHARE * symbolRateOfWidth(upperHz - lowerHz);
  const count = Math.max(1, Math.floor(flatHz / MINISLOT_HZ + 1e-6));
  const startHz = (lowerHz + upperHz - count * MINISLOT_HZ) / 2;
  return minislotLowerEdgesHz([{ lowerHz: startHz, count }]);
}

/** Mean power of a bin, mV^2; NaN where one of the bins is absent. */
export function meanPower(powers: Float64Array, { first, end }: Pick<Block, "first" | "end">): number {
  let sum = 0;
  for (let k = first; k < end; k += 1) sum += powers[k]!;
  return sum / (end - first);
}
