import { qamPoints } from "@pnmlab/pnm-analysis";
import { DS_OFDM_MODULATION_TYPES, type DsConstellationRecord } from "@pnmlab/pnm-codec";
import type { PlotPanel } from "./inspection.ts";

/** Received symbols over the ideal points of their order, of unit average power as the file stores them. */
export function constellationPanel(panel: PlotPanel, record: DsConstellationRecord): PlotPanel {
  return { ...panel, ideal: qamPoints(bitsOf(record.header.modulationOrder)) ?? null };
}

/** Bits per symbol of a DsOfdmModulationType value; 0 where it names no order. */
function bitsOf(modulationType: number): number {
  const name = DS_OFDM_MODULATION_TYPES[modulationType] ?? "";
  const order = name === "qpsk" ? 4 : Number(/^qam(\d+)$/.exec(name)?.[1] ?? 1);
  return Math.log2(order);
}
