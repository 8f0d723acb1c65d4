import { dbOfPower, symbolRateOfWidth } from "@pnmlab/pnm-analysis";
import type { Modem, PortActivity } from "../signal/activity.ts";
import { type ChannelPlan, floorDensity, type ScQamPlan } from "../signal/plan.ts";
import { type CodewordRates, codewordRates } from "./codewords.ts";
import type { RfPort } from "./interfaces.ts";

/** A port with those who send on it. */
export type ModemPort = RfPort & { activity: PortActivity };

/** Shaping and implementation keep receivers from more. */
const MAX_MER_DB = 45;

/** Power of a modem in the channel, or in 1.6 MHz of it for OFDMA. */
export function levelDbmv(plan: ChannelPlan, modem: Modem): number {
  return (plan.kind === "scQam" ? plan.powerDbmv : plan.powerDbmvPer1600Khz) + modem.levelOffsetDb;
}

/** Distance of a modem's density from the floor's in the middle of the channel. */
export function merDb(plan: ChannelPlan, modem: Modem, port: RfPort): number {
  const [centerHz, bandwidthHz] =
    plan.kind === "scQam"
      ? [plan.centerHz, symbolRateOfWidth(plan.widthHz)]
      : [(plan.lowerHz + plan.upperHz) / 2, 1.6e6];
  const floorDbmv = dbOfPower(floorDensity(port.plan.noise, centerHz) * bandwidthHz);
  return Math.min(MAX_MER_DB, levelDbmv(plan, modem) - floorDbmv);
}

/** Codewords of one modem in a second: modems share the channel evenly. */
export function codewordsOfModem(plan: ScQamPlan, modem: Modem, port: ModemPort): CodewordRates {
  const whole = codewordRates(plan, merDb(plan, modem, port), port.plan.impulses);
  const share = 1 / port.activity.modems.length;
  return {
    good: share * whole.good,
    corrected: share * whole.corrected,
    uncorrectable: share * whole.uncorrectable,
  };
}

/** A channel over all of its modems: mean MER, and codewords of a second. */
export function receptionOf(plan: ScQamPlan, port: ModemPort): { merDb: number; codewords: CodewordRates } {
  const { modems } = port.activity;
  const codewords = { good: 0, corrected: 0, uncorrectable: 0 };
  let sumDb = 0;
  for (const modem of modems) {
    const own = codewordsOfModem(plan, modem, port);
    codewords.good += own.good;
    codewords.corrected += own.corrected;
    codewords.uncorrectable += own.uncorrectable;
    sumDb += merDb(plan, modem, port);
  }
  return { merDb: modems.length > 0 ? sumDb / modems.length : MAX_MER_DB, codewords };
}
