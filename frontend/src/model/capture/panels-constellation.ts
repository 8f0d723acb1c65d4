import { qamPoints } from "@pnmlab/pnm-analysis";
import { constellationBitsPerSymbol, type DsConstellationRecord } from "@pnmlab/pnm-codec";
import type { PlotPanel } from "./inspection.ts";

/** Received symbols over the ideal points of their order, of unit average power as the file stores them. */
export function constellationPanel(panel: PlotPanel, record: DsConstellationRecord): PlotPanel {
  return {
    ...panel,
    ideal: qamPoints(constellationBitsPerSymbol(record.header.modulationOrder) ?? 0) ?? null,
  };
}
