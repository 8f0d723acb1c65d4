import type { UtscFieldOption, UtscFieldValue } from "@pnmlab/protocol";
import { parseFrequencyHz, parseNumber } from "../parse-number.ts";

interface EngineeringUnit {
  name: string;
  /** Wire units in one of these. */
  wirePerUnit: number;
  leastDigits: number;
  mostDigits: number;
}

const UNITS: Record<NonNullable<UtscFieldOption["unit"]>, EngineeringUnit> = {
  Hz: { name: "MHz", wirePerUnit: 1e6, leastDigits: 3, mostDigits: 6 },
  us: { name: "ms", wirePerUnit: 1000, leastDigits: 0, mostDigits: 3 },
  ms: { name: "s", wirePerUnit: 1000, leastDigits: 0, mostDigits: 3 },
  tenthDb: { name: "dB", wirePerUnit: 10, leastDigits: 1, mostDigits: 1 },
  ticks: { name: "s", wirePerUnit: 100, leastDigits: 2, mostDigits: 2 },
};

const VALUE_WORDS: Record<string, string> = {
  other: "Other",
  freeRunning: "Free running",
  miniSlotCount: "Minislot count",
  sid: "SID",
  idleSid: "Idle SID",
  cmMac: "CM MAC",
  quietProbeSymbol: "Quiet probe",
  burstIuc: "Burst IUC",
  timestamp: "Timestamp",
  activeProbeSymbol: "Active probe",
  timeIQ: "Time IQ",
  fftPower: "FFT power",
  rawAdc: "Raw ADC",
  fftIQ: "FFT IQ",
  fftAmplitude: "FFT amplitude",
  fftDb: "FFT dB",
  rectangular: "Rectangular",
  hann: "Hann",
  blackmanHarris: "Blackman-Harris",
  hamming: "Hamming",
  flatTop: "Flat top",
  gaussian: "Gaussian",
  chebyshev: "Chebyshev",
};

/** An enumerated value in words: `Blackman-Harris`, `IUC 5`. */
export function valueWords(name: string): string {
  return VALUE_WORDS[name] ?? name.replace(/^iuc(\d+)$/, "IUC $1");
}

/** Unit in which a column is shown and typed; empty where it has none. */
export function unitName(unit: UtscFieldOption["unit"]): string {
  return unit ? UNITS[unit].name : "";
}

/** A wire value as the form shows it, without its unit: 45000000 Hz is `45.000`, 150000 us is `150`. */
export function formText(value: UtscFieldValue, unit: UtscFieldOption["unit"]): string {
  if (typeof value === "string") return value;
  if (!unit) return String(value);
  const { wirePerUnit, leastDigits, mostDigits } = UNITS[unit];
  const text = (value / wirePerUnit).toFixed(mostDigits);
  const [whole, part = ""] = text.split(".");
  const digits = part.replace(/0+$/, "").padEnd(leastDigits, "0");
  return digits === "" ? whole! : `${whole}.${digits}`;
}

/** A wire value in words with its unit: `45.000 MHz`, `Free running`. */
export function readableValue(value: UtscFieldValue, option: Pick<UtscFieldOption, "kind" | "unit">): string {
  if (typeof value === "string") return option.kind === "enumeration" ? valueWords(value) : value;
  const unit = unitName(option.unit);
  const text = formText(value, option.unit).replace("-", "\u2212");
  return unit ? `${text} ${unit}` : text;
}

/** Reads what was typed into a column, in the wire's unit; undefined where it is no value of its kind. */
export function parseFieldText(
  text: string,
  { kind, unit }: Pick<UtscFieldOption, "kind" | "unit">,
): UtscFieldValue | undefined {
  if (kind === "enumeration" || kind === "text") return text;
  if (kind === "macAddress") return parseMacAddress(text);
  if (unit === "Hz") return parseFrequencyHz(text);
  const value = parseNumber(text);
  if (value === undefined) return undefined;
  if (unit) return Math.round(value * UNITS[unit].wirePerUnit);
  return Number.isInteger(value) ? value : undefined;
}

/** A MAC address however it is written (`0010.181a.2d11`, `00-10-18-...`), in the wire's form. */
export function parseMacAddress(text: string): string | undefined {
  const digits = text
    .trim()
    .toLowerCase()
    .replace(/[-:. ]/g, "");
  return /^[0-9a-f]{12}$/.test(digits) ? digits.match(/../g)!.join(":") : undefined;
}

const UNIT_OF_ENDING: readonly (readonly [string, UtscFieldOption["unit"]])[] = [
  ["Hz", "Hz"],
  ["Us", "us"],
  ["Ms", "ms"],
  ["TenthDb", "tenthDb"],
  ["Ticks", "ticks"],
];

/** Unit of a column on the wire, which its name carries. */
export function unitOfField(field: UtscFieldOption["field"]): UtscFieldOption["unit"] {
  return UNIT_OF_ENDING.find(([ending]) => field.endsWith(ending))?.[1] ?? null;
}
