import type { UtscOutputFormat } from "@pnmlab/pnm-codec";
import type { Personality } from "../personality/personality.ts";
import {
  ACTIVE_PROBE,
  BURST_IUC,
  CM_MAC,
  FREE_RUNNING,
  isTimingConsistent,
  QUIET_PROBE,
  TIMESTAMP,
} from "./schedule.ts";
import type { UtscConfig } from "./utsc-config.ts";

const OTHER_IUC = 1;

/** What a start is judged by, beside the row itself. */
export interface StartContext {
  personality: Personality;
  outputFormat: UtscOutputFormat;
  /** Kind of the channel that LogicalChIfIndex names, where it is one of this port. */
  channelKind: "scQam" | "ofdma" | undefined;
  /** Whether CmMacAddr is a modem of this port. */
  isKnownModem: boolean;
  /** sysUpTime in hundredths of a second. */
  upTimeTicks: number;
  /** Whether DestinationIndex names an active row; true where none is named. */
  isDestinationReady: boolean;
}

/** Why a complete row cannot be started; undefined where it can. */
export function startRefusal(config: UtscConfig, context: StartContext): string | undefined {
  const { personality, outputFormat } = context;
  const { start } = personality;
  const isFreeRunning = config.triggerMode === FREE_RUNNING;
  if (!context.isDestinationReady) return `destination row ${config.destinationIndex} is not active`;
  if (start.filenameRequired && config.filename === "") return "Filename is empty";
  if (isFreeRunning) {
    const { repeatPeriodUs, freeRunDurationMs } = config;
    if (start.freeRunDurationRequired && freeRunDurationMs === 0) return "FreeRunDuration is 0";
    if (freeRunDurationMs > start.maxFreeRunDurationMs) {
      return `FreeRunDuration ${freeRunDurationMs} ms is over ${start.maxFreeRunDurationMs} ms`;
    }
    if (repeatPeriodUs > 0 && repeatPeriodUs < start.minFileRepeatPeriodUs) {
      return `RepeatPeriod ${repeatPeriodUs} us is under ${start.minFileRepeatPeriodUs} us`;
    }
  } else {
    const reason = triggerRefusal(config, context);
    if (reason !== undefined) return reason;
  }
  if (!start.receivers) return undefined;
  const isWideband = isFreeRunning || context.channelKind === "ofdma";
  const circuit = isWideband ? "wideband" : "narrowband";
  const limits = start.receivers[circuit];
  const isTime = outputFormat === "timeIQ" || outputFormat === "rawAdc";
  if (config.centerFreqHz! > limits.maxCenterFrequencyHz) {
    return `CenterFreq ${config.centerFreqHz} Hz is beyond the ${circuit} receiver`;
  }
  if (!(isTime ? limits.timeSpansHz : limits.fftSpansHz).includes(config.spanHz!)) {
    return `Span ${config.spanHz} Hz does not go with ${outputFormat} on the ${circuit} receiver`;
  }
  if (!(isTime ? limits.timeSamples : limits.fftBins).includes(config.numBins!)) {
    return `NumBins ${config.numBins} does not go with ${outputFormat}`;
  }
  return undefined;
}

/** What a trigger lacks in a row. */
function triggerRefusal(config: UtscConfig, context: StartContext): string | undefined {
  const { triggerMode } = config;
  if (triggerMode === TIMESTAMP) {
    return config.timestamp <= context.upTimeTicks ? "Timestamp is in the past" : undefined;
  }
  const isProbe = triggerMode === QUIET_PROBE || triggerMode === ACTIVE_PROBE;
  if (context.channelKind === undefined) {
    const isPortItself = config.logicalChIfIndex === 0 && !context.personality.start.triggerChannelRequired;
    if (!isPortItself || isProbe) return "LogicalChIfIndex is no channel of this port";
  }
  if (triggerMode === CM_MAC && !context.isKnownModem) return "CmMacAddr is no modem of this port";
  if (isProbe && context.channelKind !== "ofdma") return "LogicalChIfIndex is no OFDMA channel";
  if (triggerMode === BURST_IUC && config.burstIuc === OTHER_IUC) return "BurstIuc is other(1)";
  return undefined;
}

/** Why a free run keeps not within the limits that no column tells; undefined where it does. */
export function hiddenRefusal(config: UtscConfig, { start }: Personality): string | undefined {
  if (start.hidden === undefined || config.triggerMode !== FREE_RUNNING) return undefined;
  const { repeatPeriodUs, freeRunDurationMs } = config;
  const { hidden } = start;
  const isWithin = (value: number, [least, most]: readonly [number, number]) =>
    value >= least && value <= most;
  if (!isTimingConsistent(repeatPeriodUs, freeRunDurationMs))
    return "RepeatPeriod is longer than FreeRunDuration";
  if (!isWithin(repeatPeriodUs, hidden.repeatPeriodUs))
    return `RepeatPeriod ${repeatPeriodUs} us is out of limits`;
  if (!isWithin(freeRunDurationMs, hidden.freeRunDurationMs)) {
    return `FreeRunDuration ${freeRunDurationMs} ms is out of limits`;
  }
  return (freeRunDurationMs * 1000) / repeatPeriodUs > hidden.maxCaptures
    ? `the run makes more than ${hidden.maxCaptures} captures`
    : undefined;
}
