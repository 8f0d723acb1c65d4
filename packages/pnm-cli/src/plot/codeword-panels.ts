import { type DsOfdmFecSummaryRecord, fecCounters, profileName } from "@pnmlab/pnm-codec";
import { ratios } from "../decode/fec-dataset.ts";
import type { FigureSeries, Panel } from "./figure.ts";

/** Corrected above uncorrectable codewords, as shares of all, a trace per profile. */
export function codewordPanels(record: DsOfdmFecSummaryRecord): Panel[] {
  const counters = record.profiles.map((profile) => ({
    name: profileName(profile.profileId),
    ...fecCounters(record, profile),
  }));
  const hasTimes = counters.every(({ timestampsS }) => timestampsS !== undefined);
  const panel = (label: string, part: "corrected" | "uncorrectable"): Panel => ({
    title: "",
    x: hasTimes ? { label: "Time (UTC)", unit: "unix" } : { label: "Set", unit: "" },
    y: { label, unit: "of codewords", logarithmic: true },
    series: counters.map(
      ({ name, timestampsS, totalCodewords, [part]: counts }): FigureSeries => ({
        name: `${name}: ${total(counts)} of ${total(totalCodewords)}`,
        form: "line",
        x: timestampsS ?? Float64Array.from(counts, (_, k) => k),
        y: ratios(counts, totalCodewords),
      }),
    ),
    excluded: [],
    height: 0.8,
  });
  return [panel("Corrected", "corrected"), panel("Uncorrectable", "uncorrectable")];
}

/** Sum in groups of three digits. */
function total(counts: Uint32Array): string {
  const sum = counts.reduce((before, count) => before + count, 0);
  return String(sum).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}
