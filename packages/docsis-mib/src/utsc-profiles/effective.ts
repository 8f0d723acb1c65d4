import { isUsedBy, UTSC_FIELD_NAMES, type UtscTriggerModeName, type UtscValues } from "./field.ts";
import { fieldOffers, MANAGED_FIELDS, type UtscOffer } from "./offer.ts";
import type { UtscProfile } from "./profile.ts";
import { defaultRepeatPeriodUs } from "./repeat.ts";

/** Low side lobes first: a strong carrier must not hide its neighbours. */
const WINDOW_PREFERENCE = [
  "blackmanHarris",
  "hann",
  "hamming",
  "rectangular",
  "flatTop",
  "gaussian",
  "chebyshev",
  "other",
];

/**
 * The parameters as they are written: the user's, and defaults where there is none. Operands of other
 * triggers and columns that the CMTS keeps closed are left out.
 */
export function effectiveValues(profile: UtscProfile, offer: UtscOffer, requested: UtscValues): UtscValues {
  const triggerMode = (requested.triggerMode ??
    profile.defaults.triggerMode ??
    "freeRunning") as UtscTriggerModeName;
  const offers = fieldOffers(profile, offer);
  const windows = offers.find(({ field }) => field === "window")!.values!;
  const chosen: UtscValues = {
    ...profile.defaults,
    window: WINDOW_PREFERENCE.find((window) => windows.includes(window)) ?? "rectangular",
    repeatPeriodUs: defaultRepeatPeriodUs(profile),
    freeRunDurationMs: freeRunDurationMs(profile, Number(requested.repeatPeriodUs ?? 0)),
    // 0 stands for the RF port itself; what another user left there would trigger elsewhere.
    logicalChIfIndex: 0,
    ...defined(requested),
    triggerMode,
  };
  return Object.fromEntries(
    UTSC_FIELD_NAMES.flatMap((field) => {
      if (MANAGED_FIELDS.has(field) || chosen[field] === undefined) return [];
      if (profile.closed[field]?.state === "unsupported") return [];
      if (field === "logicalChIfIndex" && !isUsedBy(field, triggerMode)) return [[field, 0]];
      return isUsedBy(field, triggerMode) ? [[field, chosen[field]]] : [];
    }),
  );
}

/** As long as the vendor takes with so many captures in a run, and never shorter than a period. */
function freeRunDurationMs(profile: UtscProfile, repeatPeriodUs: number): number {
  const captures = profile.rules
    .map(({ limit }) =>
      limit.kind === "relation" && limit.relation === "capturesPerRun" ? limit.most : undefined,
    )
    .find((most) => most !== undefined);
  const range = profile.rules
    .map(({ field, limit }) => (field === "freeRunDurationMs" && limit.kind === "ranges" ? limit : undefined))
    .find((limit) => limit !== undefined)?.ranges[0];
  const longestMs =
    captures === undefined || repeatPeriodUs === 0
      ? profile.freeRunDurationMs
      : Math.min(profile.freeRunDurationMs, Math.floor((captures * repeatPeriodUs) / 1000));
  const least = Math.max(range?.[0] ?? 0, Math.ceil(repeatPeriodUs / 1000));
  return Math.min(Math.max(longestMs, least), range?.[1] ?? Number.POSITIVE_INFINITY);
}

function defined(values: UtscValues): UtscValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
