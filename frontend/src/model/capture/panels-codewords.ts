import { type DsOfdmFecSummaryRecord, fecCounters, profileName } from "@pnmlab/pnm-codec";
import type { PanelSeries, PlotPanel } from "./inspection.ts";

/** Shares of codewords that could not be corrected, and of those that had to be, both on a logarithmic axis. */
export function codewordPanels(panel: PlotPanel, record: DsOfdmFecSummaryRecord): PlotPanel[] {
  const profiles = record.profiles.map((profile) => ({
    name: profileName(profile.profileId),
    counters: fecCounters(record, profile),
  }));
  const count = panel.x.values.length;
  const shares = (which: "corrected" | "uncorrectable"): PanelSeries[] =>
    profiles.map(({ name, counters }) => ({
      name,
      unit: "",
      form: "line",
      values: Float64Array.from({ length: count }, (_, k) => {
        const total = counters.totalCodewords[k] ?? 0;
        return total > 0 ? counters[which][k]! / total : Number.NaN;
      }),
    }));
  return [
    {
      ...panel,
      title: "Codeword error ratio: uncorrectable of all codewords",
      y: { label: "Codeword error ratio", unit: "", logarithmic: true },
      series: shares("uncorrectable"),
    },
    {
      ...panel,
      title: "Corrected of all codewords",
      y: { label: "Corrected share", unit: "", logarithmic: true },
      series: shares("corrected"),
    },
  ];
}
