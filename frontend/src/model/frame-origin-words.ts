import type { FrameProvenance, RoundTripFigures } from "@pnmlab/protocol";
import { formatClock, formatCount, formatNumber, formatSigned } from "./format.ts";
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

/** Figures that are a second behind the picture are said to be of another frame than it shows. */
const SAME_MS = 1000;

/**
 * Which frame the figures are of: `Frame 2 487, captured 21:31:21.4, is the one shown.` They are read after the frame
 * was shown; a picture that plays fast has gone on from it.
 */
export function originWords(
  told: NonNullable<ShownFrame["frame"]>,
  shown: ShownFrame,
  isLive: boolean,
): string {
  const aheadMs = Math.abs((shown.frame?.capturedAtMs ?? Number.NaN) - told.capturedAtMs);
  const which =
    aheadMs < SAME_MS ? shownFrameWords(shown.of, isLive) : "was shown a moment ago: these figures are of it";
  return `Frame ${formatCount(told.sequence)}, captured ${formatClock(told.capturedAtMs, true)}, ${which}.`;
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

/** Who fetched a frame, as names and values; of a recorded frame, of which that is not known, undefined. */
export function fetchRows({
  agent,
  target,
  statusPoll,
  configuration,
}: FrameProvenance): { name: string; value: string; title?: string }[] | undefined {
  if (!agent || !target) return undefined;
  const { roundTripMs, clockOffsetMs } = agent;
  return [
    { name: "Agent", value: agent.name ?? "none" },
    { name: "SNMP target", value: `${target.host}:${target.port}, ${target.profile}` },
    { name: "Newest status poll", value: roundTripWords(statusPoll) },
    { name: "Configuration", value: roundTripWords(configuration) },
    {
      name: "Link to the agent",
      value: roundTripMs === null ? "not measured" : `${formatNumber(roundTripMs, 1)} ms`,
    },
    {
      name: "Clock of the agent",
      value: clockOffsetMs === null ? "not known" : `${formatNumber(clockOffsetMs, 0)} ms off`,
      title: "Agent clock minus backend clock",
    },
  ];
}

/** `14 requests, 82.1 ms, 10:31:05`. */
function roundTripWords(figures: RoundTripFigures | null): string {
  if (!figures) return "none yet";
  const { requests, durationMs, at } = figures;
  return `${requests} ${requests === 1 ? "request" : "requests"}, ${formatNumber(durationMs, 1)} ms, ${formatClock(Date.parse(at))}`;
}
