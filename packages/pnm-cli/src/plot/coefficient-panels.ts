import { groupDelayS } from "@pnmlab/pnm-analysis";
import {
  type DsOfdmChannelEstimateRecord,
  subcarrierFrequenciesHz,
  type UsOfdmaPreEqualizerRecord,
} from "@pnmlab/pnm-codec";
import type { Panel } from "./figure.ts";
import { withMedian } from "./median-trace.ts";

/** Magnitude above group delay; a coefficient of 0 is no measurement. */
export function coefficientPanels(
  base: Panel,
  record: DsOfdmChannelEstimateRecord | UsOfdmaPreEqualizerRecord,
): Panel[] {
  const axis = subcarrierFrequenciesHz(record);
  const iq = record.coefficients;
  const isMissing = (k: number) => iq[2 * k] === 0 && iq[2 * k + 1] === 0;
  const [magnitude] = base.series;
  if (magnitude === undefined) return [base];
  const levels = Float64Array.from(magnitude.y, (level, k) => (isMissing(k) ? Number.NaN : level));
  const delays = groupDelayS(iq, axis.stepHz).map((delay) => delay * 1e9);
  return [
    {
      ...base,
      y: { label: "Magnitude", unit: "dB", range: atLeastOneDb(levels) },
      series: [{ ...magnitude, y: levels }],
    },
    {
      ...base,
      y: { label: "Group delay", unit: "ns", range: robustRange(delays) },
      series: withMedian({ ...magnitude, name: "Group delay", y: delays }),
      height: 0.7,
    },
  ];
}

/** A flat response looks flat. */
function atLeastOneDb(levels: Float64Array): [number, number] {
  const measured = levels.filter((level) => !Number.isNaN(level));
  if (measured.length === 0) return [-1, 1];
  const [low, high] = measured.reduce(
    ([least, most], level) => [Math.min(least, level), Math.max(most, level)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const room = Math.max(0, 1 - (high - low)) / 2;
  return [low - room, high + room];
}

/** Without the outermost half percent: differences of noisy phases at nulls would flatten all the rest. */
function robustRange(values: Float64Array): [number, number] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [-1, 1];
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(0.005), at(0.995)];
  const margin = Math.max(1, (high - low) * 0.25);
  return [low - margin, high + margin];
}
