import { hasWallClock } from "./capture-time.ts";
import type { PnmHeader } from "./record.ts";

const NO_MAC = "00:00:00:00:00:00";

/** What is odd in fields that several types share: a clock that is none, addresses nobody has. */
export function headerAnomalies(header: PnmHeader): string[] {
  const anomalies: string[] = [];
  const { captureTimeS } = header;
  if (captureTimeS !== undefined && !hasWallClock(captureTimeS)) {
    anomalies.push(`capture time ${captureTimeS} s is no wall clock: the device had no time of day`);
  }
  const { cmMac, cmtsMac } = header as { cmMac?: unknown; cmtsMac?: unknown };
  if (cmMac === NO_MAC) anomalies.push("the modem MAC is all zeros");
  if (cmtsMac === NO_MAC) anomalies.push("the CMTS MAC is all zeros");
  return anomalies;
}
