import { durationText } from "@pnmlab/kit";
import { probabilityOfIntercept } from "@pnmlab/pnm-analysis";
import type { UtscRequest, UtscSession } from "@pnmlab/protocol";
import { formatBandwidth, formatBytes, formatNumber } from "../format.ts";

export interface ExpectationLine {
  name: string;
  text: string;
}

/** Sparks of a mains appliance: one with each half wave at 60 Hz. */
const USUAL_BURST = { ratePerS: 120, durationS: 10e-6, withinS: 60 };

/** What a start will give, by arithmetic; sizes and gaps from the frames of the running session. */
export function expectationLines(
  request: UtscRequest,
  filesPerRun: number | null,
  session: UtscSession | undefined,
): ExpectationLine[] {
  const { spanHz, bins, repeatPeriodUs, outputFormat } = request;
  const isTime = outputFormat === "timeIQ" || outputFormat === "rawAdc";
  const isOnce = request.triggerMode === "timestamp";
  const isTriggered = request.triggerMode !== undefined && request.triggerMode !== "freeRunning" && !isOnce;
  const framesPerSecond = repeatPeriodUs > 0 && !isTriggered ? 1e6 / repeatPeriodUs : undefined;
  const lines: ExpectationLine[] = [
    {
      name: "Frames",
      text: isTriggered
        ? "as often as the trigger comes"
        : framesPerSecond === undefined
          ? isOnce
            ? "one, at the time set"
            : "one in each run"
          : `${formatNumber(framesPerSecond, 1)} /s${isOnce ? " from the time set" : ""}`,
    },
  ];
  if (isOnce) lines.push({ name: "Ends", text: "after one run; the time comes once" });
  if (!isTime) {
    lines.push({ name: "Bin spacing", text: formatBandwidth(spanHz / bins) });
    lines.push({ name: "One capture lasts", text: `${formatNumber((bins / spanHz) * 1e6, 1)} µs` });
    if (framesPerSecond !== undefined) {
      const { ratePerS, durationS, withinS } = USUAL_BURST;
      const chance = probabilityOfIntercept(ratePerS, durationS, bins / spanHz, framesPerSecond * withinS);
      lines.push({
        name: "Chance to see a burst",
        text: `${formatNumber(100 * chance, chance < 0.1 ? 1 : 0)} % within a minute, of ${ratePerS} bursts of ${durationS * 1e6} µs a second`,
      });
    }
  }
  if (filesPerRun !== null && !isOnce) {
    const runMs = framesPerSecond === undefined ? undefined : (filesPerRun / framesPerSecond) * 1000;
    const every = runMs === undefined ? "" : `, about every ${durationText(runMs)}`;
    lines.push({
      name: "Re-arms",
      text: `after ${filesPerRun} ${filesPerRun === 1 ? "file" : "files"}${every}`,
    });
  }
  if (session?.lastGapMs != null) lines.push({ name: "Last gap", text: durationText(session.lastGapMs) });
  const observed = session?.observed;
  if (observed && observed.bins === bins && framesPerSecond !== undefined) {
    const bytesPerSecond = observed.fileSizeBytes * framesPerSecond;
    lines.push({
      name: "Data",
      text: `${formatBytes(bytesPerSecond)}/s, ${formatBytes(bytesPerSecond * 86_400)} a day`,
    });
  } else {
    lines.push({ name: "Data", text: "not known before the first file" });
  }
  return lines;
}
