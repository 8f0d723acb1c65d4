import { TIME_SAMPLES_WINDOW } from "@pnmlab/pnm-analysis";
import type { UtscSession, UtscWindow } from "@pnmlab/protocol";
import { formatMhz, formatNumber } from "./format.ts";
import { FORMAT_WORDS, TRIGGER_WORDS, WINDOW_WORDS } from "./utsc-words.ts";

/** One parameter as it was asked for, as the CMTS read it back, and as the files show it. */
export interface TruthRow {
  key: "centre" | "span" | "bins" | "window" | "averaging" | "repeat" | "freeRun" | "trigger" | "format";
  label: string;
  requested: string | null;
  accepted: string | null;
  observed: string | null;
  acceptedDiffers: boolean;
  observedDiffers: boolean;
  /** Why the observed value is not that of the CMTS, where that is as it should be. */
  note?: string;
}

/**
 * Window of our own DFT, where the files hold samples of time; undefined where the CMTS makes the spectra. Files of
 * earlier programs do not name it: it was always the same.
 */
export function ownWindowOf({ requested, accepted, observed }: UtscSession): UtscWindow | undefined {
  const { outputFormat } = observed ?? accepted ?? requested;
  const isTime = outputFormat === "timeIQ" || outputFormat === "rawAdc";
  return observed?.ownWindow ?? (isTime ? (requested.ownWindow ?? TIME_SAMPLES_WINDOW) : undefined);
}

/** Why the window of the CMTS is not that of the spectrum. */
export const OWN_WINDOW_NOTE =
  "The files hold samples of time: the spectrum is our own FFT of them, with this window. The window of the CMTS does not apply.";

/** The window of our own DFT in words. */
export function ownWindowWords(window: UtscWindow): string {
  return `${WINDOW_WORDS[window]}, own FFT`;
}

/** How many spectra the CMTS averages into one; amber where it is not none. */
export function averagingWords(averaging: number): string {
  return averaging === 0 ? "none" : String(averaging);
}

/** What averaging by the CMTS hides. */
export const AVERAGING_NOTE =
  "Each frame is the mean of so many spectra, made by the CMTS: short bursts read lower, and noise spreads less.";

/** Why captures come at another pace than the repeat period. */
const TRIGGER_PACE_NOTE =
  "The trigger sets the pace: a capture is made when it fires, and the repeat period holds for free running alone.";

/** Measured values are taken as different only beyond this share, so that jitter stays quiet. */
const TOLERANCE = 0.02;

/** The truth table of a session; differences are marked against the column to the left. */
export function truthRows(session: UtscSession): TruthRow[] {
  const { requested, accepted, observed } = session;
  return [
    numeric(
      "centre",
      "Centre, MHz",
      requested.centerFrequencyHz,
      accepted?.centerFrequencyHz,
      observed?.centerFrequencyHz,
      (hz) => formatMhz(hz),
    ),
    numeric("span", "Span, MHz", requested.spanHz, accepted?.spanHz, observed?.spanHz, (hz) => formatMhz(hz)),
    numeric("bins", "Bins", requested.bins, accepted?.bins, observed?.bins, (bins) => String(bins)),
    windowRow(session),
    numeric(
      "averaging",
      "CMTS averaging",
      requested.averaging,
      accepted?.averaging,
      undefined,
      averagingWords,
    ),
    repeatRow(session),
    numeric("freeRun", "Free run, s", undefined, accepted?.freeRunDurationMs, undefined, (ms) =>
      formatNumber(ms / 1000, 0),
    ),
    worded("trigger", "Trigger", undefined, accepted && TRIGGER_WORDS[accepted.triggerMode], undefined),
    worded(
      "format",
      "Format",
      FORMAT_WORDS[requested.outputFormat],
      accepted && FORMAT_WORDS[accepted.outputFormat],
      observed && FORMAT_WORDS[observed.outputFormat],
    ),
  ];
}

function windowRow(session: UtscSession): TruthRow {
  const { requested, accepted } = session;
  const row = worded(
    "window",
    "Window",
    requested.window && WINDOW_WORDS[requested.window],
    accepted && WINDOW_WORDS[accepted.window],
    undefined,
  );
  const own = ownWindowOf(session);
  return own === undefined ? row : { ...row, observed: ownWindowWords(own), note: OWN_WINDOW_NOTE };
}

function repeatRow({ requested, accepted, observed }: UtscSession): TruthRow {
  const row = numeric(
    "repeat",
    "Repeat, ms",
    requested.repeatPeriodUs,
    accepted?.repeatPeriodUs,
    observed?.repeatPeriodUs,
    milliseconds,
  );
  const triggerMode = accepted?.triggerMode ?? requested.triggerMode ?? "freeRunning";
  return triggerMode === "freeRunning"
    ? row
    : { ...row, acceptedDiffers: false, observedDiffers: false, note: TRIGGER_PACE_NOTE };
}

function milliseconds(periodUs: number): string {
  const ms = periodUs / 1000;
  return Number.isInteger(ms) || ms >= 100 ? formatNumber(ms, 0) : formatNumber(ms, 1);
}

function numeric(
  key: TruthRow["key"],
  label: string,
  requested: number | undefined,
  accepted: number | undefined,
  observed: number | undefined,
  format: (value: number) => string,
): TruthRow {
  const text = (value: number | undefined) => (value === undefined ? null : format(value));
  const reference = accepted ?? requested;
  return {
    key,
    label,
    requested: text(requested),
    accepted: text(accepted),
    observed: text(observed),
    acceptedDiffers: requested !== undefined && accepted !== undefined && requested !== accepted,
    observedDiffers:
      reference !== undefined &&
      observed !== undefined &&
      Math.abs(observed - reference) > Math.abs(reference) * TOLERANCE,
  };
}

function worded(
  key: TruthRow["key"],
  label: string,
  requested: string | undefined | null,
  accepted: string | undefined | null,
  observed: string | undefined | null,
): TruthRow {
  const reference = accepted ?? requested;
  return {
    key,
    label,
    requested: requested ?? null,
    accepted: accepted ?? null,
    observed: observed ?? null,
    acceptedDiffers: requested != null && accepted != null && requested !== accepted,
    observedDiffers: reference != null && observed != null && observed !== reference,
  };
}
