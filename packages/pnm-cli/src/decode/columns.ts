import type { FrequencyAxis } from "@pnmlab/pnm-codec";
import type { Column } from "./dataset.ts";

export function frequencyColumn({ firstHz, stepHz, count }: FrequencyAxis): Column {
  return {
    name: "frequency_hz",
    values: Float64Array.from({ length: count }, (_, k) => firstHz + k * stepHz),
    digits: 3,
  };
}

/** Time from the first sample on, where the rate is known. */
export function timeColumn(sampleRateHz: number | undefined, count: number): Column[] {
  if (sampleRateHz === undefined || sampleRateHz <= 0) return [];
  return [{ name: "time_s", values: Float64Array.from({ length: count }, (_, k) => k / sampleRateHz) }];
}
