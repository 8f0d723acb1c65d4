import { groupDelayS } from "@pnmlab/pnm-analysis";
import type { PnmRecord } from "@pnmlab/pnm-codec";
import type { PlotPanel } from "./inspection.ts";

const NS_PER_S = 1e9;

type CoefficientRecord = Extract<
  PnmRecord,
  { coefficients: Int16Array; header: { subcarrierSpacingKhz: number } }
>;

/** Magnitude and group delay of one coefficient per subcarrier; a coefficient of 0 was not measured. */
export function coefficientPanels(panel: PlotPanel, record: CoefficientRecord): PlotPanel[] {
  const { coefficients, header } = record;
  const isZero = (k: number) => coefficients[2 * k] === 0 && coefficients[2 * k + 1] === 0;
  const magnitude = panel.series[0]!;
  const excluded = zeroRuns(panel.x.values, isZero);
  const delays = groupDelayS(coefficients, header.subcarrierSpacingKhz * 1000);
  return [
    {
      ...panel,
      excluded,
      series: [
        {
          ...magnitude,
          values: Float64Array.from(magnitude.values, (db, k) => (isZero(k) ? Number.NaN : db)),
        },
      ],
    },
    {
      ...panel,
      title: "Group delay around its mean",
      y: { label: "Group delay", unit: "ns", logarithmic: false },
      excluded,
      series: [
        {
          name: "Group delay",
          unit: "ns",
          values: delays.map((delay) => delay * NS_PER_S),
          form: "line",
        },
      ],
    },
  ];
}

function zeroRuns(x: Float64Array, isZero: (k: number) => boolean): PlotPanel["excluded"] {
  const runs: PlotPanel["excluded"] = [];
  for (let k = 0; k < x.length; k++) {
    if (!isZero(k)) continue;
    const from = x[k]!;
    while (k + 1 < x.length && isZero(k + 1)) k += 1;
    runs.push({ from, to: x[k]!, reason: "coefficient 0" });
  }
  return runs;
}
