import type { UtscOutputFormat } from "@pnmlab/pnm-codec";
import type { Personality } from "../personality/personality.ts";
import { CM_MAC, FREE_RUNNING } from "./schedule.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** What a start is judged by, beside the row itself. */
export interface StartContext {
  personality: Personality;
  outputFormat: UtscOutputFormat;
  /** Kind of the channel that LogicalChIfIndex names, where it is one of this port. */
  channelKind: "scQam" | "ofdma" | undefined;
  /** Whether CmMacAddr is a modem of this port. */
  isKnownModem: boolean;
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
    if (context.channelKind === undefined) return "LogicalChIfIndex is no channel of this port";
    if (config.triggerMode === CM_MAC && !context.isKnownModem) return "CmMacAddr is no modem of this port";
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
