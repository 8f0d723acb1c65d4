import { bandPlanOf, type DownstreamCarrier, type WindowName, windowFigures } from "@pnmlab/pnm-analysis";
import type { ChangeDetection, UpstreamChannel, UtscAccepted, UtscRequest } from "@pnmlab/protocol";
import { selectingTriggerOf } from "./selecting-trigger.ts";
import { detectorOptionsOf } from "./settings.ts";
import type { JudgeOptions } from "./worker-messages.ts";

/** What a capture's frames are made with. */
export interface CaptureSettings {
  requested: UtscRequest;
  accepted: UtscAccepted | null;
  channels: readonly UpstreamChannel[];
  /** Levels of unknown calibration say nothing about how far they are from what is expected. */
  isUncalibrated: boolean;
  /** Downstream channels of the port; none where they are not known. */
  downstream?: readonly DownstreamCarrier[];
}

/** How frames of a capture are judged. */
export function judgeOptionsOf(
  { requested, accepted, channels, isUncalibrated, downstream = [] }: CaptureSettings,
  detection: ChangeDetection,
): JudgeOptions {
  const listed = channels.map(({ expectedLevel, ...channel }) =>
    isUncalibrated || expectedLevel === undefined ? channel : { ...channel, expectedLevel },
  );
  const averaging = accepted?.averaging ?? requested.averaging ?? 0;
  return {
    plan: bandPlanOf(listed),
    looks: Math.max(1, averaging),
    enbwBins: enbwBins(accepted?.window ?? requested.window ?? "other"),
    ...(downstream.length === 0 ? {} : { downstream }),
    ...(selectingTriggerOf({ requested, accepted }) === undefined ? {} : { isTriggered: true }),
    ...detectorOptionsOf(detection),
  };
}

const known = new Map<string, number>();

function enbwBins(window: string): number {
  const name = (window === "other" ? "rectangular" : window) as WindowName;
  const enbw = known.get(name) ?? windowFigures(name).enbwBins;
  known.set(name, enbw);
  return enbw;
}
