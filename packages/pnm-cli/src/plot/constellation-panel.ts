import { qamPoints } from "@pnmlab/pnm-analysis";
import { constellationBitsPerSymbol, type DsConstellationRecord } from "@pnmlab/pnm-codec";
import type { Panel } from "./figure.ts";

/** A square with the points the soft decisions should stand on. */
export function constellationPanel(base: Panel, record: DsConstellationRecord): Panel {
  const ideal = qamPoints(constellationBitsPerSymbol(record.header.modulationOrder) ?? 0);
  let reach = 1;
  for (const series of base.series) {
    for (const values of [series.x, series.y]) {
      for (let k = 0; k < values.length; k++) reach = Math.max(reach, Math.abs(values[k]!));
    }
  }
  const range: [number, number] = [-reach * 1.05, reach * 1.05];
  return {
    ...base,
    isSquare: true,
    x: { label: "I", unit: "", range },
    y: { label: "Q", unit: "", range },
    series: base.series.map((series) => ({ ...series, name: `${series.x.length} soft decisions` })),
    ...(ideal === undefined ? {} : { ideal }),
  };
}
