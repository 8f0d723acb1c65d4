import type { UtscSession } from "@pnmlab/protocol";
import { formatMhz, formatNumber } from "./format.ts";
import { FORMAT_WORDS, TRIGGER_WORDS, WINDOW_WORDS } from "./utsc-words.ts";

/** One parameter as it was asked for, as the CMTS read it back, and as the files show it. */
export interface TruthRow {
  key: "centre" | "span" | "bins" | "window" | "repeat" | "freeRun" | "trigger" | "format";
  label: string;
  requested: string | null;
  accepted: string | null;
  observed: string | null;
  acceptedDiffers: boolean;
  observedDiffers: boolean;
}

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
    worded(
      "window",
      "Window",
      requested.window && WINDOW_WORDS[requested.window],
      accepted && WINDOW_WORDS[accepted.window],
      undefined,
    ),
    numeric(
      "repeat",
      "Repeat, ms",
      requested.repeatPeriodUs,
      accepted?.repeatPeriodUs,
      observed?.repeatPeriodUs,
      milliseconds,
    ),
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
