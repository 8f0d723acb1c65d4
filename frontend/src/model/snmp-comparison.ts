import type { SnmpComparison } from "@pnmlab/protocol";
import type { PlotPanel } from "./capture/inspection.ts";

/** The two spectra over each other, and, where both are there, what is between them. */
export function comparisonPanels(comparison: SnmpComparison): { spectra: PlotPanel; difference?: PlotPanel } {
  const { firstBinHz, binSpacingHz, bins, file } = comparison;
  const unit = comparison.uncalibrated ? "dB" : "dBmV";
  const x = {
    label: "Frequency",
    unit: "Hz",
    values: Float64Array.from({ length: bins }, (_, bin) => firstBinHz + bin * binSpacingHz),
  };
  const bare = { x, square: false, excluded: [], marks: [], ideal: null };
  const snmp = levelsOf(comparison.levelsHundredthsDbmv);
  // Dots over a line: where the two agree, both are still seen.
  const bySnmp = { name: "SNMP result table", unit, values: snmp, form: "dots" as const };
  const y = { label: "Level", unit, logarithmic: false };
  if (file === null) return { spectra: { ...bare, title: "By SNMP", y, series: [bySnmp] } };
  const files = levelsOf(file.levelsHundredthsDbmv);
  const byFile = { name: "File", unit, values: files, form: "line" as const };
  return {
    spectra: { ...bare, title: "By file and by SNMP", y, series: [byFile, bySnmp] },
    difference: {
      ...bare,
      title: "SNMP minus file",
      y: { label: "Difference", unit: "dB", logarithmic: false },
      series: [
        {
          name: "SNMP minus file",
          unit: "dB",
          values: snmp.map((level, bin) => level - (files[bin] ?? Number.NaN)),
          form: "line",
        },
      ],
    },
  };
}

function levelsOf(hundredths: readonly (number | null)[]): Float64Array {
  return Float64Array.from(hundredths, (level) => (level === null ? Number.NaN : level / 100));
}
