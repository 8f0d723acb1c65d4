import type { UtscRequest } from "@pnmlab/protocol";

/**
 * The band and the level by which a CMTS keeps a spectrum or drops it (docsPnmCmtsUtscCfgQualify*): kept
 * where the mean linear power in the band is at or over the threshold. The MIB names no reference for the
 * threshold; here it is read as dBmV in one bin, as the traces are.
 */
export interface QualifyBox {
  centreHz: number;
  bandwidthHz: number;
  thresholdDbmv: number;
}

/** The part of a box that a pointer or a key moves. */
export type QualifyPart = "centre" | "low" | "high" | "threshold";

/** Where a spectrum is drawn, in CSS pixels, with what its edges stand for. */
export interface QualifyPane {
  left: number;
  top: number;
  width: number;
  height: number;
  startHz: number;
  stopHz: number;
  topDbmv: number;
  bottomDbmv: number;
}

export interface PanePoint {
  frequencyHz: number;
  levelDbmv: number;
}

/** Without a spectrum, the least step that a capture is likely to resolve. */
const DEFAULT_STEP_HZ = 50_000;

/** Step of edges: the spacing of the bins, because nothing is claimed finer than that. */
export function qualifyStepHz(binSpacingHz: number | undefined): number {
  return binSpacingHz && binSpacingHz > 0 ? binSpacingHz : DEFAULT_STEP_HZ;
}

const LEVEL_STEP_DB = 0.1;
/** Highest frequency that the columns hold. */
const MOST_HZ = 2 ** 32 - 1;

/** Frequency and level under a point of the pane. */
export function pointAt(pane: QualifyPane, x: number, y: number): PanePoint {
  return {
    frequencyHz: pane.startHz + ((x - pane.left) / pane.width) * (pane.stopHz - pane.startHz),
    levelDbmv: pane.topDbmv - ((y - pane.top) / pane.height) * (pane.topDbmv - pane.bottomDbmv),
  };
}

/** The box between two corners: its lower edge is the threshold. Edges lie on multiples of a step. */
export function boxBetween(from: PanePoint, to: PanePoint, stepHz: number): QualifyBox {
  const low = Math.min(from.frequencyHz, to.frequencyHz);
  const high = Math.max(from.frequencyHz, to.frequencyHz);
  return boxOf(low, high, Math.min(from.levelDbmv, to.levelDbmv), stepHz);
}

/** The box with one of its parts moved; it keeps at least one step of width and stays above 0 Hz. */
export function moveBox(
  box: QualifyBox,
  part: QualifyPart,
  by: { hz?: number; db?: number },
  stepHz: number,
): QualifyBox {
  const { hz = 0, db = 0 } = by;
  const [low, high] = edgesOf(box);
  if (part === "threshold") return { ...box, thresholdDbmv: rounded(box.thresholdDbmv + db) };
  if (part === "low") return boxOf(Math.min(low + hz, high - stepHz), high, box.thresholdDbmv, stepHz);
  if (part === "high") return boxOf(low, Math.max(high + hz, low + stepHz), box.thresholdDbmv, stepHz);
  const centreHz = Math.max(box.bandwidthHz / 2, Math.round(box.centreHz + hz));
  return { ...box, centreHz: Math.min(centreHz, MOST_HZ), thresholdDbmv: rounded(box.thresholdDbmv + db) };
}

/** Lower and upper edge, Hz. */
export function edgesOf({ centreHz, bandwidthHz }: QualifyBox): [number, number] {
  return [centreHz - bandwidthHz / 2, centreHz + bandwidthHz / 2];
}

/** Place of the band of kept spectra in its pane: from the threshold up. Parts outside are cut off. */
export function placeOf(pane: QualifyPane, box: QualifyBox) {
  const [low, high] = edgesOf(box);
  const x = (hz: number) =>
    clamp(((hz - pane.startHz) / (pane.stopHz - pane.startHz)) * pane.width, pane.width);
  const left = x(low);
  const height = clamp(
    ((pane.topDbmv - box.thresholdDbmv) / (pane.topDbmv - pane.bottomDbmv)) * pane.height,
    pane.height,
  );
  return { left, width: x(high) - left, height };
}

/** Mean linear power of the bins in the band, as the CMTS takes it, in dBmV of one bin; NaN without a bin. */
export function meanInBand(
  levelsDbmv: ArrayLike<number>,
  axis: { firstBinHz: number; binSpacingHz: number },
  box: QualifyBox,
): number {
  const [low, high] = edgesOf(box);
  const first = Math.max(0, Math.ceil((low - axis.firstBinHz) / axis.binSpacingHz));
  const last = Math.min(levelsDbmv.length - 1, Math.floor((high - axis.firstBinHz) / axis.binSpacingHz));
  let sum = 0;
  let counted = 0;
  for (let bin = first; bin <= last; bin += 1) {
    const level = levelsDbmv[bin]!;
    if (Number.isNaN(level)) continue;
    sum += 10 ** (level / 10);
    counted += 1;
  }
  return counted === 0 ? Number.NaN : 10 * Math.log10(sum / counted);
}

/** Whether a threshold is one of the two by which the MIB means none: its default, and -100 dB and less. */
export function keepsAll({ thresholdDbmv }: QualifyBox): boolean {
  return thresholdDbmv === -10 || thresholdDbmv <= -100;
}

type QualifyColumn = Extract<keyof UtscRequest, `qualify${string}`>;

/** The columns that a box stands for. */
export function qualifyColumns(box: QualifyBox): Record<QualifyColumn, number> {
  return {
    qualifyCenterFrequencyHz: Math.round(box.centreHz),
    qualifyBandwidthHz: Math.round(box.bandwidthHz),
    qualifyThresholdTenthDb: Math.round(box.thresholdDbmv * 10),
  };
}

/** The box of a request; undefined where a column of it is missing. */
export function boxOfColumns(columns: Readonly<Record<string, unknown>>): QualifyBox | undefined {
  const { qualifyCenterFrequencyHz: centreHz, qualifyBandwidthHz: bandwidthHz } = columns;
  const { qualifyThresholdTenthDb: threshold } = columns;
  if (typeof centreHz !== "number" || typeof bandwidthHz !== "number" || bandwidthHz <= 0) return undefined;
  return typeof threshold === "number" ? { centreHz, bandwidthHz, thresholdDbmv: threshold / 10 } : undefined;
}

/** A box in the address of the set-up page: MHz, MHz, dBmV. */
export function queryOfQualify(box: QualifyBox | undefined): { qualify?: string } {
  if (!box) return {};
  return { qualify: [box.centreHz / 1e6, box.bandwidthHz / 1e6, box.thresholdDbmv].join("_") };
}

/** Reads it; undefined where it does not fit. */
export function qualifyOfQuery(text: unknown): QualifyBox | undefined {
  const [centreMhz, widthMhz, thresholdDbmv, ...more] =
    typeof text === "string" ? text.split("_").map(Number) : [];
  const numbers = [centreMhz, widthMhz, thresholdDbmv];
  if (more.length > 0 || !numbers.every(Number.isFinite) || centreMhz! < 0 || widthMhz! <= 0)
    return undefined;
  return {
    centreHz: Math.round(centreMhz! * 1e6),
    bandwidthHz: Math.round(widthMhz! * 1e6),
    thresholdDbmv: rounded(thresholdDbmv!),
  };
}

function boxOf(lowHz: number, highHz: number, thresholdDbmv: number, stepHz: number): QualifyBox {
  const low = Math.max(0, Math.round(lowHz / stepHz) * stepHz);
  const high = Math.min(MOST_HZ, Math.max(low + stepHz, Math.round(highHz / stepHz) * stepHz));
  return {
    centreHz: Math.round((low + high) / 2),
    bandwidthHz: Math.round(high - low),
    thresholdDbmv: rounded(thresholdDbmv),
  };
}

function rounded(levelDbmv: number): number {
  return Math.round(levelDbmv / LEVEL_STEP_DB) / (1 / LEVEL_STEP_DB);
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
