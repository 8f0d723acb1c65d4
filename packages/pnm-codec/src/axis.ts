/** A linear frequency axis: value k of a trace stands at `firstHz + k * stepHz`. */
export interface FrequencyAxis {
  firstHz: number;
  /** Kept as a real number: a rounded step drifts over thousands of bins. */
  stepHz: number;
  count: number;
}

/** Subcarriers of the largest FFT there is in DOCSIS 3.1. */
export const MAX_SUBCARRIERS = 8192;

export interface SubcarrierGrid {
  /** Centre of subcarrier 0, which is not the first active one. */
  zeroFrequencyHz: number;
  /** Absent from the oldest channel estimate files, which then start at subcarrier 0. */
  firstActiveSubcarrierIndex: number | undefined;
  subcarrierSpacingKhz: number;
}

/** `f(k) = zero + (firstActive + k) * spacing`, k counting the values of the file (DOCS-PNM-MIB). */
export function subcarrierAxis(grid: SubcarrierGrid, count: number): FrequencyAxis {
  const stepHz = grid.subcarrierSpacingKhz * 1000;
  return { firstHz: grid.zeroFrequencyHz + (grid.firstActiveSubcarrierIndex ?? 0) * stepHz, stepHz, count };
}

/** What is odd about a subcarrier grid; DOCSIS 3.1 knows 25 and 50 kHz and FFTs of up to 8192 points. */
export function gridAnomalies(grid: SubcarrierGrid, count: number): string[] {
  const anomalies: string[] = [];
  if (!isSpacing(grid.subcarrierSpacingKhz)) {
    anomalies.push(`subcarrier spacing is ${grid.subcarrierSpacingKhz} kHz, not 25 or 50`);
  }
  const last = (grid.firstActiveSubcarrierIndex ?? 0) + count - 1;
  if (last >= MAX_SUBCARRIERS)
    anomalies.push(`the last subcarrier would have index ${last}, beyond an ${MAX_SUBCARRIERS}-point FFT`);
  return anomalies;
}

export function isSpacing(spacingKhz: number): boolean {
  return spacingKhz === 25 || spacingKhz === 50;
}
