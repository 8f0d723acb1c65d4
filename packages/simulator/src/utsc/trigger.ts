import type { ChannelState, PortActivity } from "../signal/activity.ts";
import {
  ACTIVE_PROBE,
  BURST_IUC,
  CM_MAC,
  FREE_RUNNING,
  IDLE_SID,
  MINISLOT_COUNT,
  QUIET_PROBE,
  SID,
  TIMESTAMP,
} from "./schedule.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** A port as a trigger sees it. */
export interface TriggerPort {
  activity: PortActivity;
  channels: readonly { ifIndex: number }[];
}

/**
 * Values of docsPnmCmtsUtscCfgBurstIuc that channels grant: request and data bursts and both kinds of
 * maintenance (IUC 1, 3, 4) on either, short and long data (5, 6, 9 to 11) on SC-QAM, and the data profiles
 * (5, 6, 9 to 13) on OFDMA. IUC 2 is granted on none.
 */
const GRANTED_IUCS = {
  scQam: [2, 4, 5, 6, 7, 8, 9, 10],
  ofdma: [2, 4, 5, 6, 7, 8, 9, 10, 11, 12],
} as const;

/**
 * What a trigger finds at a time: everything as it is (undefined), a channel at rest, a modem that sends
 * alone, or nothing to trigger on.
 */
export function triggerState(
  port: TriggerPort,
  config: UtscConfig,
  atMs: number,
): ChannelState | "none" | undefined {
  switch (config.triggerMode) {
    case FREE_RUNNING:
    case MINISLOT_COUNT:
    case TIMESTAMP:
      return undefined;
  }
  if (config.logicalChIfIndex !== 0) {
    const channel = port.channels.findIndex(({ ifIndex }) => ifIndex === config.logicalChIfIndex);
    return channelTrigger(port, channel, config, atMs);
  }
  // The RF port itself: whichever of its channels has what is waited for.
  for (const channel of port.channels.keys()) {
    const state = channelTrigger(port, channel, config, atMs);
    if (state !== "none") return state;
  }
  return "none";
}

function channelTrigger(
  port: TriggerPort,
  channel: number,
  config: UtscConfig,
  atMs: number,
): ChannelState | "none" {
  const plan = port.activity.plan.channels[channel];
  if (plan === undefined) return "none";
  const granted = (modem: number): ChannelState | "none" =>
    plan.utilization > 0 && modem >= 0 && modem < port.activity.modems.length ? { channel, modem } : "none";
  switch (config.triggerMode) {
    case IDLE_SID:
      return plan.utilization >= 1 ? "none" : { channel, modem: undefined };
    // The CMTS grants a quiet probe to nobody, however busy the channel is.
    case QUIET_PROBE:
      return { channel, modem: undefined };
    case CM_MAC:
      return granted(modemNumber(port.activity, config.cmMacAddr));
    case SID:
    case ACTIVE_PROBE:
      return granted(port.activity.modems.findIndex(({ sid }) => sid === config.sid));
    case BURST_IUC: {
      const isGranted = (GRANTED_IUCS[plan.kind] as readonly number[]).includes(config.burstIuc);
      const anyModem = port.activity.random(Math.round(atMs * 1000)).below(port.activity.modems.length);
      return isGranted ? granted(anyModem) : "none";
    }
    default:
      return "none";
  }
}

/** Place of a modem among those of a port, -1 where it is none of them. */
export function modemNumber(activity: PortActivity, macAddress: Uint8Array): number {
  return activity.modems.findIndex((modem) => Buffer.compare(modem.macAddress, macAddress) === 0);
}
