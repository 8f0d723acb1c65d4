import { PnmLabError } from "@pnmlab/kit";
import { DETECTORS, type DetectorId, THRESHOLDS, type Thresholds } from "@pnmlab/pnm-analysis";
import type { ChangeDetection, DetectionSettings } from "@pnmlab/protocol";

/** All thresholds with their values, defaults and ranges, and the detectors that run. */
export function detectionSettingsOf({ enabled, thresholds = {} }: ChangeDetection): DetectionSettings {
  return {
    enabled: enabled ?? [...DETECTORS],
    thresholds: Object.entries(THRESHOLDS).map(([name, { value, ...threshold }]) => ({
      name,
      detector: /^d(\d+)/.exec(name)?.[0].toUpperCase() ?? "all",
      value: thresholds[name] ?? value,
      default: value,
      ...threshold,
    })),
  };
}

/**
 * What differs from the defaults once a change is made: a threshold at its default, and a list of all detectors, are
 * not kept.
 *
 * @throws PnmLabError `DETECTION_INVALID` for names that do not exist and values out of range
 */
export function changedDetection(present: ChangeDetection, change: ChangeDetection): ChangeDetection {
  for (const id of change.enabled ?? []) {
    if (!DETECTORS.includes(id as DetectorId)) throw invalid(`there is no detector ${id}`);
  }
  for (const [name, value] of Object.entries(change.thresholds ?? {})) {
    const known = THRESHOLDS[name as keyof typeof THRESHOLDS];
    if (!Object.hasOwn(THRESHOLDS, name)) throw invalid(`there is no threshold ${name}`);
    if (value < known.least || value > known.most) {
      throw invalid(`${name} goes from ${known.least} to ${known.most} ${known.unit}`.trimEnd());
    }
  }
  const enabled = change.enabled ?? present.enabled;
  const thresholds = Object.entries({ ...present.thresholds, ...change.thresholds }).filter(
    ([name, value]) => THRESHOLDS[name as keyof typeof THRESHOLDS].value !== value,
  );
  return {
    ...(enabled && DETECTORS.some((id) => !enabled.includes(id)) ? { enabled } : {}),
    ...(thresholds.length > 0 ? { thresholds: Object.fromEntries(thresholds) } : {}),
  };
}

/** The same as detectors take it. */
export function detectorOptionsOf({ enabled, thresholds }: ChangeDetection): {
  enabled: readonly DetectorId[];
  thresholds: Partial<Thresholds>;
} {
  return {
    enabled: enabled === undefined ? DETECTORS : DETECTORS.filter((id) => enabled.includes(id)),
    thresholds: thresholds ?? {},
  };
}

function invalid(message: string): PnmLabError {
  return new PnmLabError("DETECTION_INVALID", message);
}
