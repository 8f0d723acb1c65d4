import { UTSC_READING_PROFILES, type UtscHints } from "@pnmlab/pnm-codec";

/** The form that overrides how a UTSC file is read; an empty field leaves it to the file. */
export interface UtscOverrides {
  profile: string;
  layout: string;
  headerLength: string;
  sampleWidth: string;
  outputFormat: string;
  endianness: string;
  bins: string;
  centerMhz: string;
  spanMhz: string;
  kDb: string;
}

export const NO_OVERRIDES: Readonly<UtscOverrides> = {
  profile: "",
  layout: "",
  headerLength: "",
  sampleWidth: "",
  outputFormat: "",
  endianness: "",
  bins: "",
  centerMhz: "",
  spanMhz: "",
  kDb: "",
};

export const UTSC_PROFILES = Object.keys(UTSC_READING_PROFILES);
export const UTSC_LAYOUTS = ["e6000-328", "common-header", "vendor-header", "headerless", "manual"] as const;
export const UTSC_OUTPUT_FORMATS = [
  "timeIQ",
  "fftPower",
  "rawAdc",
  "fftIQ",
  "fftAmplitude",
  "fftDb",
] as const satisfies readonly UtscHints["outputFormat"][];

type Checked =
  | { ok: true; hints: UtscHints | undefined }
  | { ok: false; field: keyof UtscOverrides; message: string };

/** The form as hints for the decoder; undefined hints where nothing is overridden. */
export function hintsOf(form: UtscOverrides): Checked {
  const hints: UtscHints = {
    ...(UTSC_READING_PROFILES[form.profile as keyof typeof UTSC_READING_PROFILES] ?? {}),
  };
  const whole = (field: "headerLength" | "bins", least: number): number | undefined | null => {
    const text = form[field].trim();
    if (text === "") return undefined;
    const value = Number(text);
    return Number.isInteger(value) && value >= least ? value : null;
  };
  const headerLength = whole("headerLength", 0);
  if (headerLength === null) return refused("headerLength", "A whole number of bytes, 0 or more");
  const bins = whole("bins", 1);
  if (bins === null) return refused("bins", "A whole number, 1 or more");
  for (const field of ["centerMhz", "spanMhz", "kDb"] as const) {
    if (form[field].trim() !== "" && !Number.isFinite(numberOf(form[field]))) {
      return refused(field, "A number such as 45.2");
    }
  }
  if (form.spanMhz.trim() !== "" && !(numberOf(form.spanMhz) > 0))
    return refused("spanMhz", "More than 0 MHz");
  const layout = UTSC_LAYOUTS.find((one) => one === form.layout);
  if (layout === "manual" && headerLength === undefined) {
    return refused("headerLength", "Layout manual needs the length of the header");
  }
  if (headerLength !== undefined) hints.headerLength = headerLength;
  if (bins !== undefined) hints.bins = bins;
  if (layout) hints.layout = layout;
  if (form.sampleWidth !== "") hints.sampleWidth = form.sampleWidth === "2" ? 2 : 4;
  if (form.endianness !== "") hints.endianness = form.endianness === "big" ? "big" : "little";
  const outputFormat = UTSC_OUTPUT_FORMATS.find((one) => one === form.outputFormat);
  if (outputFormat) hints.outputFormat = outputFormat;
  if (form.centerMhz.trim() !== "") hints.centerFrequencyHz = Math.round(numberOf(form.centerMhz) * 1e6);
  if (form.spanMhz.trim() !== "") hints.spanHz = Math.round(numberOf(form.spanMhz) * 1e6);
  if (form.kDb.trim() !== "") hints.kHundredthsDb = Math.round(numberOf(form.kDb) * 100);
  return { ok: true, hints: Object.keys(hints).length > 0 ? { ...hints, overrides: true } : undefined };
}

function refused(field: keyof UtscOverrides, message: string): Checked {
  return { ok: false, field, message };
}

/** A true minus sign is accepted as well. */
function numberOf(text: string): number {
  return Number(text.trim().replace("\u2212", "-"));
}
