import type { UtscFieldOption, UtscLimit, UtscOptions, UtscRequest } from "@pnmlab/protocol";
import type { SetupField } from "./fields.ts";
import { isInForce, type SetupSituation } from "./judge.ts";

/** What a port takes of its columns. */
export type PortFields = Pick<UtscOptions, "fields">;

/** Where the options tell none. */
const REPEAT_PERIOD_US = 100_000;

export function optionOf(options: PortFields, field: SetupField): UtscFieldOption | undefined {
  return options.fields.find((option) => option.field === field);
}

/** Spectra by the CMTS's own FFT, which every preset asks for; levels rather than complex bins. */
export function fftFormatOf(options: PortFields): UtscRequest["outputFormat"] {
  const formats = optionOf(options, "outputFormat")?.values ?? [];
  return (
    (["fftPower", "fftDb", "fftAmplitude"] as const).find((name) => formats.includes(name)) ?? "fftPower"
  );
}

/** The numbers that a column takes, where they are listed; ascending. */
export function listedNumbers(options: PortFields, field: SetupField, situation: SetupSituation): number[] {
  return limitsOf(options, field, situation)
    .flatMap((limit) => (limit.kind === "values" ? limit.values : []))
    .filter((value) => typeof value === "number")
    .toSorted((a, b) => a - b);
}

/** Step of the grid that the values of a column lie on; 1 where no rule has one. */
export function stepOf(options: PortFields, field: SetupField, situation: SetupSituation): number {
  const steps = limitsOf(options, field, situation).flatMap((limit) =>
    limit.kind === "multipleOf" ? [limit.step] : [],
  );
  return Math.max(1, ...steps);
}

/** Least and most of a column by its ranges. */
export function boundsOf(
  options: PortFields,
  field: SetupField,
  situation: SetupSituation,
): { least: number; most: number } {
  const ranges = rangesOf(options, field, situation);
  return {
    least: Math.max(0, ...ranges.map((of) => Math.min(...of.map(([low]) => low)))),
    most: Math.min(Number.MAX_SAFE_INTEGER, ...ranges.map((of) => Math.max(...of.map(([, high]) => high)))),
  };
}

/** Repeat period of a preset: one that shows mains rhythms, where the CMTS takes such a one. */
export function presetRepeatPeriodUs(options: PortFields, situation: SetupSituation): number {
  const byDefault = optionOf(options, "repeatPeriodUs")?.defaultValue;
  const wish = typeof byDefault === "number" ? byDefault : REPEAT_PERIOD_US;
  const ranges = rangesOf(options, "repeatPeriodUs", situation).flat();
  if (ranges.length === 0 || ranges.some(([low, high]) => wish >= low && wish <= high)) return wish;
  return ranges.map(([low]) => low).find((low) => low >= wish) ?? wish;
}

function rangesOf(options: PortFields, field: SetupField, situation: SetupSituation) {
  return limitsOf(options, field, situation).flatMap((limit) =>
    limit.kind === "ranges" ? [limit.ranges] : [],
  );
}

function limitsOf(options: PortFields, field: SetupField, situation: SetupSituation): UtscLimit[] {
  return (optionOf(options, field)?.rules ?? [])
    .filter((rule) => isInForce(rule.when, situation))
    .map((rule) => rule.limit);
}
