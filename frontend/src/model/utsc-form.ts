import {
  UTSC_WINDOWS,
  type UtscCapability,
  type UtscRequest,
  type UtscWindow,
  utscRequestSchema,
} from "@pnmlab/protocol";
import { formatMhz } from "./format.ts";
import { parseFrequencyHz, parseNumber } from "./parse-number.ts";
import { boxOfColumns, type QualifyBox, qualifyColumns } from "./qualify-box.ts";
import type { SetupField } from "./setup/fields.ts";
import { formText } from "./setup/units.ts";

/** Windows that our own FFT of samples of time can take. */
export type OwnWindow = NonNullable<UtscRequest["ownWindow"]>;
export const OWN_WINDOWS: readonly OwnWindow[] = UTSC_WINDOWS.filter((window) => window !== "other");

/** Whether the files of a format hold samples of time, of which the spectrum is made here. */
export function isTimeFormat(format: UtscRequest["outputFormat"]): boolean {
  return format === "timeIQ" || format === "rawAdc";
}

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
  /** Empty where it is left to the default. */
  window: UtscWindow | "";
  /** Of our own FFT, where the format is one of samples of time; empty where it is left to the default. */
  ownWindow: OwnWindow | "";
  /** MHz; the three of the qualify box are empty together where there is none. */
  qualifyCentre: string;
  /** MHz. */
  qualifyWidth: string;
  /** dBmV in one bin. */
  qualifyThreshold: string;
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

/** As the backend fills in a window that a request leaves out: low side lobes first. */
const WINDOW_PREFERENCE = ["blackmanHarris", "hann", "hamming"] as const;

/** Where nobody knows what the CMTS takes. */
const REPEAT_PERIOD_US = 100_000;

/** The request a new user starts with: 5 to 85 MHz in 50 kHz bins, some ten frames a second. */
export function defaultRequest(capability: UtscCapability | null): UtscRequest {
  const windows = capability?.windows ?? [];
  const formats = capability?.outputFormats ?? [];
  return {
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: capability?.repeatPeriodUs ?? REPEAT_PERIOD_US,
    outputFormat: formats.length === 0 || formats.includes("fftPower") ? "fftPower" : formats[0]!,
    window: WINDOW_PREFERENCE.find((window) => windows.includes(window)) ?? "rectangular",
  };
}

export function formOf(request: UtscRequest): UtscForm {
  return {
    centre: formText(request.centerFrequencyHz, "Hz"),
    span: formText(request.spanHz, "Hz"),
    bins: String(request.bins),
    repeat: String(request.repeatPeriodUs / 1000),
    outputFormat: request.outputFormat,
    window: request.window ?? "",
    ownWindow: request.ownWindow ?? "",
    ...qualifyTexts(boxOfColumns(request)),
  };
}

type QualifyTexts = Pick<UtscForm, "qualifyCentre" | "qualifyWidth" | "qualifyThreshold">;

/** The fields of a qualify box; empty without one. */
export function qualifyTexts(box: QualifyBox | undefined): QualifyTexts {
  if (!box) return { qualifyCentre: "", qualifyWidth: "", qualifyThreshold: "" };
  return {
    qualifyCentre: formText(box.centreHz, "Hz"),
    qualifyWidth: formText(box.bandwidthHz, "Hz"),
    qualifyThreshold: box.thresholdDbmv.toFixed(1),
  };
}

/** The box that the fields describe; undefined where one of them is empty or no number. */
export function boxOfTexts(form: QualifyTexts): QualifyBox | undefined {
  const centreHz = parseFrequencyHz(form.qualifyCentre);
  const bandwidthHz = parseFrequencyHz(form.qualifyWidth);
  const thresholdDbmv = parseNumber(form.qualifyThreshold);
  if (centreHz === undefined || thresholdDbmv === undefined || !bandwidthHz) return undefined;
  return { centreHz, bandwidthHz, thresholdDbmv: Math.round(thresholdDbmv * 10) / 10 };
}

function qualifyIssues(form: QualifyTexts): Partial<Record<UtscField, FieldIssue>> {
  const { qualifyCentre, qualifyWidth, qualifyThreshold } = form;
  if ([qualifyCentre, qualifyWidth, qualifyThreshold].every((text) => text.trim() === "")) return {};
  const issues: Partial<Record<UtscField, FieldIssue>> = {};
  if (parseFrequencyHz(qualifyCentre) === undefined)
    issues.qualifyCentre = { message: "Qualify centre is a frequency in MHz, as 27.185" };
  if (!parseFrequencyHz(qualifyWidth))
    issues.qualifyWidth = { message: "Qualify width is a width in MHz, as 0.4" };
  if (parseNumber(qualifyThreshold) === undefined)
    issues.qualifyThreshold = { message: "Qualify threshold is a level in dB, as -20.5" };
  return issues;
}

/**
 * The request of the form on top of what was asked for before: columns that this form does not show, such as the
 * trigger, stay; a box that was removed goes, and so does a window that is left to the default now, or one of our own
 * FFT where none is made.
 */
export function requestOf(before: UtscRequest | undefined, form: UtscRequest): UtscRequest {
  const {
    qualifyCenterFrequencyHz: _centre,
    qualifyBandwidthHz: _width,
    qualifyThresholdTenthDb: _threshold,
    window: _window,
    ownWindow: _ownWindow,
    ...kept
  } = before ?? form;
  return { ...kept, ...form };
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
      use: formText(centerFrequencyHz * 2, "Hz"),
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
  if (
    form.window !== "" &&
    capability &&
    capability.windows.length > 0 &&
    !capability.windows.includes(form.window)
  ) {
    issues.window = {
      message: `The capability row of this port offers ${capability.windows.join(", ")}`,
      use: capability.windows[0]!,
    };
  }
  Object.assign(issues, qualifyIssues(form));
  if (Object.keys(issues).length > 0) return { ok: false, issues };

  const box = boxOfTexts(form);
  const parsed = utscRequestSchema.safeParse({
    centerFrequencyHz,
    spanHz,
    bins,
    repeatPeriodUs: Math.round(repeatMs! * 1000),
    outputFormat: form.outputFormat,
    ...(form.window !== "" && { window: form.window }),
    ...(form.ownWindow !== "" && isTimeFormat(form.outputFormat) && { ownWindow: form.ownWindow }),
    ...(box && qualifyColumns(box)),
  });
  if (parsed.success) return { ok: true, request: parsed.data };
  for (const issue of parsed.error.issues) {
    const field = FIELD_OF[String(issue.path[0])];
    if (field) issues[field] ??= { message: rangeText(field, issue) };
  }
  return { ok: false, issues };
}

const FIELD_OF: Partial<Record<string, UtscField>> = {
  centerFrequencyHz: "centre",
  spanHz: "span",
  bins: "bins",
  repeatPeriodUs: "repeat",
  outputFormat: "outputFormat",
  window: "window",
  ownWindow: "ownWindow",
  qualifyCenterFrequencyHz: "qualifyCentre",
  qualifyBandwidthHz: "qualifyWidth",
  qualifyThresholdTenthDb: "qualifyThreshold",
};

/** Every field of this form. */
export const UTSC_FORM_FIELDS: readonly UtscField[] = Object.values(FIELD_OF).filter(
  (field) => field !== undefined,
);

/** The column that a field of this form is about. */
export function wireFieldOf(field: UtscField): SetupField {
  return Object.entries(FIELD_OF).find(([, of]) => of === field)![0] as SetupField;
}

const UNIT: Partial<Record<UtscField, { name: string; unit: string; perWire: number }>> = {
  centre: { name: "Centre", unit: " MHz", perWire: 1e6 },
  span: { name: "Span", unit: " MHz", perWire: 1e6 },
  bins: { name: "Bins", unit: "", perWire: 1 },
  repeat: { name: "Repeat", unit: " ms", perWire: 1000 },
  qualifyCentre: { name: "Qualify centre", unit: " MHz", perWire: 1e6 },
  qualifyWidth: { name: "Qualify width", unit: " MHz", perWire: 1e6 },
  qualifyThreshold: { name: "Qualify threshold", unit: " dB", perWire: 10 },
};

function rangeText(field: UtscField, issue: object): string {
  const { name, unit, perWire } = UNIT[field] ?? { name: "This value", unit: "", perWire: 1 };
  if ("minimum" in issue) return `${name} is at least ${Number(issue.minimum) / perWire}${unit}`;
  if ("maximum" in issue) return `${name} is at most ${Number(issue.maximum) / perWire}${unit}`;
  return `${name} does not fit`;
}
