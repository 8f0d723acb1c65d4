import {
  type UtscFieldOption,
  type UtscOptions,
  type UtscRequest,
  utscRequestSchema,
} from "@pnmlab/protocol";
import { z } from "zod";
import type { SetupField } from "./fields.ts";
import { isInForce, type SetupSituation } from "./judge.ts";

/** Bands of the upstream splits in use, MHz. */
export const SPLIT_BANDS = [
  { id: "5-42", name: "Low split 5–42", startMhz: 5, stopMhz: 42 },
  { id: "5-65", name: "European 5–65", startMhz: 5, stopMhz: 65 },
  { id: "5-85", name: "Mid split 5–85", startMhz: 5, stopMhz: 85 },
  { id: "5-204", name: "High split 5–204", startMhz: 5, stopMhz: 204 },
] as const;

const BIN_WIDTH_HZ = 50_000;
/** Where the options tell none. */
const REPEAT_PERIOD_US = 100_000;

/** A free-running capture that covers a band, with values the port takes where it can be had. */
export function bandRequest(
  band: { startMhz: number; stopMhz: number },
  options: Pick<UtscOptions, "fields">,
): UtscRequest {
  const formats = optionOf(options, "outputFormat")?.values ?? [];
  const outputFormat = (["fftPower", "fftDb", "fftAmplitude"] as const).find((name) =>
    formats.includes(name),
  );
  const situation: SetupSituation = {
    triggerMode: "freeRunning",
    outputFormat: outputFormat ?? "fftPower",
    channelKind: "none",
  };
  const [startHz, stopHz] = [band.startMhz * 1e6, band.stopMhz * 1e6];
  const spanHz = least(listed(options, "spanHz", situation), stopHz - startHz);
  const step = stepOf(options, "centerFrequencyHz", situation);
  const middleHz = Math.max((startHz + stopHz) / 2, spanHz / 2);
  const bins = least(listed(options, "bins", situation), Math.ceil(spanHz / BIN_WIDTH_HZ));
  const periodUs = atLeast(options, "repeatPeriodUs", situation, defaultRepeatPeriodUs(options));
  return {
    triggerMode: "freeRunning",
    centerFrequencyHz: Math.ceil(middleHz / step) * step,
    spanHz,
    bins: Math.min(bins, mostOf(options, "bins", situation)),
    repeatPeriodUs: periodUs,
    outputFormat: situation.outputFormat as UtscRequest["outputFormat"],
  };
}

/** Repeat period that the backend takes for the best: one that shows mains rhythms, where the CMTS takes such a one. */
function defaultRepeatPeriodUs(options: Pick<UtscOptions, "fields">): number {
  const value = optionOf(options, "repeatPeriodUs")?.defaultValue;
  return typeof value === "number" ? value : REPEAT_PERIOD_US;
}

function optionOf(options: Pick<UtscOptions, "fields">, field: SetupField): UtscFieldOption | undefined {
  return options.fields.find((option) => option.field === field);
}

function limitsOf(options: Pick<UtscOptions, "fields">, field: SetupField, situation: SetupSituation) {
  return (optionOf(options, field)?.rules ?? [])
    .filter((rule) => isInForce(rule.when, situation))
    .map((rule) => rule.limit);
}

function listed(
  options: Pick<UtscOptions, "fields">,
  field: SetupField,
  situation: SetupSituation,
): number[] {
  return limitsOf(options, field, situation)
    .flatMap((limit) => (limit.kind === "values" ? limit.values : []))
    .filter((value) => typeof value === "number");
}

/** The smallest listed value that reaches, else the largest; the wish itself where nothing is listed. */
function least(values: readonly number[], wish: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending.find((value) => value >= wish) ?? ascending.at(-1) ?? wish;
}

function stepOf(options: Pick<UtscOptions, "fields">, field: SetupField, situation: SetupSituation): number {
  const steps = limitsOf(options, field, situation).flatMap((limit) =>
    limit.kind === "multipleOf" ? [limit.step] : [],
  );
  return Math.max(1, ...steps);
}

function mostOf(options: Pick<UtscOptions, "fields">, field: SetupField, situation: SetupSituation): number {
  const tops = limitsOf(options, field, situation).flatMap((limit) =>
    limit.kind === "ranges" ? [Math.max(...limit.ranges.map(([, most]) => most))] : [],
  );
  return Math.min(Number.MAX_SAFE_INTEGER, ...tops);
}

function atLeast(
  options: Pick<UtscOptions, "fields">,
  field: SetupField,
  situation: SetupSituation,
  wish: number,
): number {
  const ranges = limitsOf(options, field, situation).flatMap((limit) =>
    limit.kind === "ranges" ? limit.ranges : [],
  );
  if (ranges.length === 0 || ranges.some(([low, high]) => wish >= low && wish <= high)) return wish;
  return ranges.map(([low]) => low).find((low) => low >= wish) ?? wish;
}

/** A set-up that the user named; kept in this browser. */
export interface OwnPreset {
  name: string;
  savedAt: string;
  request: UtscRequest;
}

const ownPresetsSchema = z.array(
  z.strictObject({ name: z.string().min(1), savedAt: z.iso.datetime(), request: utscRequestSchema }),
);

/** Reads what a browser stored; what does not fit any more is left out as a whole. */
export function parseOwnPresets(stored: string | null): OwnPreset[] {
  if (stored === null) return [];
  try {
    const parsed = ownPresetsSchema.safeParse(JSON.parse(stored));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}

/** The list with a preset added; one of the same name gives way. */
export function withPreset(presets: readonly OwnPreset[], preset: OwnPreset): OwnPreset[] {
  return [...presets.filter(({ name }) => name !== preset.name), preset];
}
