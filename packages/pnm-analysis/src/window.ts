import { createFft } from "./fft.ts";

/** Names of docsPnmCmtsUtscCfgWindow (DOCS-PNM-MIB); `other` is not among them: it says nothing of its shape. */
export type WindowName =
  | "rectangular"
  | "hann"
  | "blackmanHarris"
  | "hamming"
  | "flatTop"
  | "gaussian"
  | "chebyshev";

/** Sidelobe attenuation of the Dolph-Chebyshev window, in dB. A choice of the vendor; 100 is ours. */
const CHEBYSHEV_ATTENUATION_DB = 100;
/** alpha of the Gaussian window: sigma = N / (2 alpha). A choice of the vendor; 3 is ours. */
const GAUSSIAN_ALPHA = 3;

/** Coefficients of the cosine sums `sum (-1)^i a_i cos(2 pi i n / N)`. */
const COSINE_SUMS: Partial<Record<WindowName, readonly number[]>> = {
  rectangular: [1],
  hann: [0.5, 0.5],
  blackmanHarris: [0.35875, 0.48829, 0.14128, 0.01168],
  hamming: [0.54, 0.46],
  flatTop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
};

/** Window of `length` points in its periodic (DFT-even) form. */
export function windowCoefficients(name: WindowName, length: number): Float64Array {
  const cosines = COSINE_SUMS[name];
  if (cosines) {
    return Float64Array.from({ length }, (_, n) =>
      cosines.reduce(
        (sum, a, i) => sum + (i % 2 === 0 ? a : -a) * Math.cos((2 * Math.PI * i * n) / length),
        0,
      ),
    );
  }
  if (name === "gaussian") {
    return Float64Array.from({ length }, (_, n) =>
      Math.exp(-0.5 * ((GAUSSIAN_ALPHA * (n - length / 2)) / (length / 2)) ** 2),
    );
  }
  return chebyshev(length);
}

/** Periodic Dolph-Chebyshev window: the symmetric one of one point more, its last point left out. */
function chebyshev(length: number): Float64Array {
  const points = length + 1;
  const order = points - 1;
  const beta = Math.cosh(Math.acosh(10 ** (CHEBYSHEV_ATTENUATION_DB / 20)) / order);
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let k = 0; k < points; k += 1) {
    const x = beta * Math.cos((Math.PI * k) / points);
    const value =
      Math.abs(x) <= 1
        ? Math.cos(order * Math.acos(x))
        : (x < 0 && order % 2 === 1 ? -1 : 1) * Math.cosh(order * Math.acosh(Math.abs(x)));
    // An even number of points has its centre between two of them: half a sample of delay.
    const angle = points % 2 === 0 ? (Math.PI * k) / points : 0;
    re[k] = value * Math.cos(angle);
    im[k] = value * Math.sin(angle);
  }
  createFft(points).forward(re, im);
  const half = Math.floor(points / 2) + 1;
  const window = new Float64Array(points);
  for (let n = 0; n < points; n += 1) {
    const distance =
      points % 2 === 1 ? Math.abs(n - order / 2) : n >= points / 2 ? n - points / 2 + 1 : points / 2 - n;
    window[n] = re[Math.min(distance, half - 1)]!;
  }
  const peak = window.reduce((a, b) => Math.max(a, b), 0);
  return window.subarray(0, length).map((value) => value / peak);
}

export interface WindowFigures {
  /** `sum(w) / N`. */
  coherentGain: number;
  /** Equivalent noise bandwidth in bins, `N sum(w^2) / sum(w)^2`. */
  enbwBins: number;
}

const FIGURES_LENGTH = 4096;
const knownFigures = new Map<WindowName, Readonly<WindowFigures>>();

/**
 * Coherent gain and equivalent noise bandwidth of the window at this length. Those at the usual length are asked
 * for with every spectrum and are reckoned once.
 */
export function windowFigures(name: WindowName, length = FIGURES_LENGTH): Readonly<WindowFigures> {
  if (length !== FIGURES_LENGTH) return figuresOf(windowCoefficients(name, length));
  let figures = knownFigures.get(name);
  if (!figures) {
    figures = figuresOf(windowCoefficients(name, length));
    knownFigures.set(name, figures);
  }
  return figures;
}

export function figuresOf(window: Float64Array): WindowFigures {
  let sum = 0;
  let squares = 0;
  for (const w of window) {
    sum += w;
    squares += w * w;
  }
  return { coherentGain: sum / window.length, enbwBins: (window.length * squares) / (sum * sum) };
}
