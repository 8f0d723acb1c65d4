import type { ChangeDetection, DetectionSettings, Rehearsal } from "@pnmlab/protocol";
import { formatCount } from "../format.ts";
import { kindName, kindRank } from "./event-kinds.ts";

type ThresholdInfo = DetectionSettings["thresholds"][number];

/** Detectors and thresholds as they stand on the page, before they are applied. */
export interface ThresholdDraft {
  enabled: readonly string[];
  thresholds: Readonly<Record<string, number>>;
}

export function draftOf(settings: DetectionSettings): ThresholdDraft {
  return {
    enabled: settings.enabled,
    thresholds: Object.fromEntries(settings.thresholds.map(({ name, value }) => [name, value])),
  };
}

/** What the draft changes of the lab's settings; undefined where it changes nothing. */
export function changeOf(settings: DetectionSettings, draft: ThresholdDraft): ChangeDetection | undefined {
  const thresholds = Object.fromEntries(
    settings.thresholds
      .filter(({ name, value }) => draft.thresholds[name] !== value)
      .map(({ name }) => [name, draft.thresholds[name]!]),
  );
  const isSameSet =
    draft.enabled.length === settings.enabled.length &&
    settings.enabled.every((id) => draft.enabled.includes(id));
  if (isSameSet && Object.keys(thresholds).length === 0) return undefined;
  return { ...(isSameSet ? {} : { enabled: [...draft.enabled] }), thresholds };
}

/** Everything as it stands in the draft: what a recording is tried with. */
export function trialOf(draft: ThresholdDraft): ChangeDetection {
  return { enabled: [...draft.enabled], thresholds: { ...draft.thresholds } };
}

/** Step of a slider: about a hundredth of its range, in round numbers; frames are whole. */
export function sliderStep({ least, most, unit }: Pick<ThresholdInfo, "least" | "most" | "unit">): number {
  if (unit === "frames") return 1;
  const rough = (most - least) / 200;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const digit = [1, 2, 5, 10].find((one) => one * decade >= rough) ?? 10;
  return digit * decade;
}

/** How often it fired: `would have fired 3 times in 5 740 frames`. */
export function rehearsalWords({ frames, counts }: Pick<Rehearsal, "frames" | "counts">): string {
  const times = totalOf(counts);
  const often =
    times === 0 ? "not" : times === 1 ? "once" : times === 2 ? "twice" : `${formatCount(times)} times`;
  return times === 0
    ? `Would not have fired in ${formatCount(frames)} frames`
    : `Would have fired ${often} in ${formatCount(frames)} frames`;
}

/** The same by kind, the worst first: `2 Noise rise`, `1 Hum`. */
export function rehearsalKinds({ counts }: Pick<Rehearsal, "counts">): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => kindRank(a) - kindRank(b))
    .map(([kind, count]) => `${count} ${kindName(kind)}`);
}

export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
