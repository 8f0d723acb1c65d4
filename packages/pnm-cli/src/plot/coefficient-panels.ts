import { groupDelayS } from "@pnmlab/pnm-analysis";
import {
  type DsOfdmChannelEstimateRecord,
  subcarrierFrequenciesHz,
  type UsOfdmaPreEqualizerRecord,
} from "@pnmlab/pnm-codec";
import type { Panel } from "./figure.ts";

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
  const delays = groupDelayS(iq, axis.stepHz);
  return [
    {
      ...base,
      y: { label: "Magnitude", unit: "dB" },
      series: [
        {
          ...magnitude,
          y: Float64Array.from(magnitude.y, (level, k) => (isMissing(k) ? Number.NaN : level)),
        },
      ],
    },
    {
      ...base,
      y: { label: "Group delay", unit: "ns", range: robustRange(delays.map((delay) => delay * 1e9)) },
      series: [{ ...magnitude, name: "Group delay", y: delays.map((delay) => delay * 1e9) }],
      height: 0.7,
    },
  ];
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
