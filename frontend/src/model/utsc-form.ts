import { type UtscCapability, type UtscRequest, type UtscWindow, utscRequestSchema } from "@pnmlab/protocol";
import { formatMhz } from "./format.ts";
import { parseFrequencyHz, parseNumber } from "./parse-number.ts";

/** What the set-up form holds: texts as typed, in the engineer's units. */
export interface UtscForm {
  /** MHz. */
  centre: string;
  /** MHz. */
  span: string;
  bins: string;
  /** Milliseconds. */
  repeat: string;
  outputFormat: UtscRequest["outputFormat"];
  window: UtscWindow;
}

export type UtscField = keyof UtscForm;

export interface FieldIssue {
  message: string;
  /** A value that would pass, offered as one click. */
  use?: string;
}

export type UtscFormVerdict =
  | { ok: true; request: UtscRequest }
  | { ok: false; issues: Partial<Record<UtscField, FieldIssue>> };

/** The request a new user starts with: 5 to 85 MHz in 50 kHz bins, ten frames a second. */
export function defaultRequest(capability: UtscCapability | null): UtscRequest {
  const windows = capability?.windows ?? [];
  const formats = capability?.outputFormats ?? [];
  return {
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: 100_000,
    outputFormat: formats.length === 0 || formats.includes("fftPower") ? "fftPower" : formats[0]!,
    window: windows.includes("blackmanHarris") ? "blackmanHarris" : "rectangular",
  };
}

export function formOf(request: UtscRequest): UtscForm {
  return {
    centre: formatMhz(request.centerFrequencyHz),
    span: formatMhz(request.spanHz),
    bins: String(request.bins),
    repeat: String(request.repeatPeriodUs / 1000),
    outputFormat: request.outputFormat,
    window: request.window ?? "rectangular",
  };
}

/** Checks the form against the wire's limits and what the port says it offers. Nothing is sent for it. */
export function checkForm(form: UtscForm, capability: UtscCapability | null): UtscFormVerdict {
  const issues: Partial<Record<UtscField, FieldIssue>> = {};
  const centerFrequencyHz = parseFrequencyHz(form.centre);
  const spanHz = parseFrequencyHz(form.span);
  const bins = parseNumber(form.bins);
  const repeatMs = parseNumber(form.repeat);

  if (centerFrequencyHz === undefined)
    issues.centre = { message: "Centre is a frequency in MHz, as 45 or 45.000" };
  if (spanHz === undefined) issues.span = { message: "Span is a width in MHz, as 80 or 80.000" };
  if (bins === undefined || !Number.isInteger(bins))
    issues.bins = { message: "Bins is a whole number, as 1600" };
  if (repeatMs === undefined) issues.repeat = { message: "Repeat is a time in ms, as 100" };
  if (centerFrequencyHz !== undefined && spanHz !== undefined && centerFrequencyHz * 2 < spanHz) {
    issues.span = {
      message: `A span of ${formatMhz(spanHz)} MHz around ${formatMhz(centerFrequencyHz)} MHz begins below 0 MHz`,
      use: formatMhz(centerFrequencyHz * 2),
    };
  }
  if (
    capability &&
    capability.outputFormats.length > 0 &&
    !capability.outputFormats.includes(form.outputFormat)
  ) {
    issues.outputFormat = {
      message: `The capability row of this port offers ${capability.outputFormats.join(", ")}`,
      use: capability.outputFormats[0]!,
    };
  }
  if (capability && capability.windows.length > 0 && !capability.windows.includes(form.window)) {
    issues.window = {
      message: `The capability row of this port offers ${capability.windows.join(", ")}`,
      use: capability.windows[0]!,
    };
  }
  if (Object.keys(issues).length > 0) return { ok: false, issues };

  const parsed = utscRequestSchema.safeParse({
    centerFrequencyHz,
    spanHz,
    bins,
    repeatPeriodUs: Math.round(repeatMs! * 1000),
    outputFormat: form.outputFormat,
    window: form.window,
  });
  if (parsed.success) return { ok: true, request: parsed.data };
  for (const issue of parsed.error.issues) {
    const field = FIELD_OF[String(issue.path[0])];
    if (field) issues[field] ??= { message: rangeText(field, issue) };
  }
  return { ok: false, issues };
}

const FIELD_OF: Record<string, UtscField> = {
  centerFrequencyHz: "centre",
  spanHz: "span",
  bins: "bins",
  repeatPeriodUs: "repeat",
};

const UNIT: Partial<Record<UtscField, { name: string; unit: string; perWire: number }>> = {
  centre: { name: "Centre", unit: " MHz", perWire: 1e6 },
  span: { name: "Span", unit: " MHz", perWire: 1e6 },
  bins: { name: "Bins", unit: "", perWire: 1 },
  repeat: { name: "Repeat", unit: " ms", perWire: 1000 },
};

function rangeText(field: UtscField, issue: object): string {
  const { name, unit, perWire } = UNIT[field]!;
  if ("minimum" in issue) return `${name} is at least ${Number(issue.minimum) / perWire}${unit}`;
  if ("maximum" in issue) return `${name} is at most ${Number(issue.maximum) / perWire}${unit}`;
  return `${name} does not fit`;
}
