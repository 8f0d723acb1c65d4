import type { FrameProvenance, RoundTripFigures } from "@pnmlab/protocol";
import { formatClock, formatNumber, formatSigned } from "./format.ts";
import type { ShownFrame } from "./shown-frame.ts";

/** Which frame it is of all that the picture shows. */
export function shownFrameWords(of: ShownFrame["of"], isLive: boolean): string {
  switch (of) {
    case "max":
      return "set max hold under the active marker";
    case "min":
      return "set min hold under the active marker";
    case "time":
      return "is the one that the active marker stands on";
    case "newest":
      return isLive ? "is the newest shown" : "is the one shown";
  }
}

const K_SOURCES: Record<FrameProvenance["calibration"]["source"], string> = {
  header: "from the header",
  snmp: "from the result table",
  none: "",
};

/** `−86.00 dB, from the result table`. */
export function calibrationWords({ kHundredthsDb, source }: FrameProvenance["calibration"]): string {
  if (kHundredthsDb === null || source === "none") return "not known";
  return `${formatSigned(kHundredthsDb / 100, 2)} dB, ${K_SOURCES[source]}`;
}

/** `14 requests, 82.1 ms, 10:31:05`. */
export function roundTripWords(figures: RoundTripFigures | null): string {
  if (!figures) return "none yet";
  const { requests, durationMs, at } = figures;
  return `${requests} ${requests === 1 ? "request" : "requests"}, ${formatNumber(durationMs, 1)} ms, ${formatClock(Date.parse(at))}`;
}
