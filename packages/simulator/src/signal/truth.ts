import { dbOfPower, MINISLOT_HZ, symbolRateOfWidth } from "@pnmlab/pnm-analysis";
import type { PortActivity } from "./activity.ts";
import type { ImpairmentPlan } from "./impairments.ts";
import { type CarrierPlan, minislotEdgesHz, type NoiseFloor } from "./plan.ts";

/** What really lies on a port, as JSON, for tests that compare it with what was found. */
export interface PortTruth {
  label: string;
  noise: NoiseFloor;
  channels: ChannelTruth[];
  carriers: CarrierTruth[];
  impulses: { label: string; ratePerS: number; overFloorDb: number; durationUs: number }[];
  /** Distortions of the path, as the plan has them. */
  impairments: ImpairmentPlan;
  /** The service id is what the trigger modes sid and activeProbeSymbol take. */
  modems: { macAddress: string; sid: number; levelOffsetDb: number }[];
}

export interface ChannelTruth {
  kind: "scQam" | "ofdma";
  ifIndex: number;
  lowerHz: number;
  upperHz: number;
  centerHz: number;
  /** Band that holds the signal: symbol rate of SC-QAM, used minislots of OFDMA together. */
  signalBandwidthHz: number;
  /** Power of the whole channel while all of it is in use. */
  powerDbmv: number;
  /** Mean over time, idle time included. */
  meanPowerDbmv: number;
  utilization: number;
  excludedHz: [number, number][];
}

export interface CarrierTruth {
  kind: CarrierPlan["kind"];
  label: string;
  frequencyHz: number;
  levelDbmv: number;
  steady: boolean;
  /** Level at the time that was asked for; null while the carrier is keyed off. */
  nowDbmv: number | null;
}

/** Truth of a port at a time; `ifIndices` are those of the plan's channels, in its order. */
export function portTruth(activity: PortActivity, ifIndices: readonly number[], atUs: number): PortTruth {
  const { plan, modems } = activity;
  return {
    label: plan.label,
    noise: plan.noise,
    channels: plan.channels.map((channel, i) => {
      const band =
        channel.kind === "scQam"
          ? {
              lowerHz: channel.centerHz - channel.widthHz / 2,
              upperHz: channel.centerHz + channel.widthHz / 2,
              signalBandwidthHz: symbolRateOfWidth(channel.widthHz),
            }
          : {
              lowerHz: channel.lowerHz,
              upperHz: channel.upperHz,
              signalBandwidthHz: MINISLOT_HZ * minislotEdgesHz(channel).length,
            };
      const powerDbmv =
        channel.kind === "scQam"
          ? channel.powerDbmv
          : channel.powerDbmvPer1600Khz + dbOfPower(band.signalBandwidthHz / 1.6e6);
      return {
        ...band,
        kind: channel.kind,
        ifIndex: ifIndices[i]!,
        centerHz: (band.lowerHz + band.upperHz) / 2,
        powerDbmv,
        meanPowerDbmv: powerDbmv + dbOfPower(channel.utilization),
        utilization: channel.utilization,
        excludedHz: channel.kind === "ofdma" ? channel.excludedHz.map(([from, to]) => [from, to]) : [],
      };
    }),
    carriers: plan.carriers.map((carrier) => ({
      kind: carrier.kind,
      label: carrier.label,
      frequencyHz: carrier.frequencyHz,
      levelDbmv: carrier.levelDbmv,
      steady: carrier.gate === undefined && carrier.fade === undefined,
      nowDbmv: activity.carrierLevelDbmv(carrier, atUs) ?? null,
    })),
    impulses: plan.impulses.map(({ label, ratePerS, overFloorDb, durationUs }) => ({
      label,
      ratePerS,
      overFloorDb,
      durationUs,
    })),
    impairments: plan.impairments ?? {},
    modems: modems.map(({ macAddress, sid, levelOffsetDb }) => ({
      sid,
      macAddress: Buffer.from(macAddress)
        .toString("hex")
        .replaceAll(/..(?!$)/g, "$&:"),
      levelOffsetDb,
    })),
  };
}
