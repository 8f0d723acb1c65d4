import { fftOf, nextPowerOfTwo } from "../fft.ts";
import { median } from "../measure/quantile.ts";

export interface Echo {
  /** Negative before the main path. */
  delayS: number;
  levelDbc: number;
  kind: "echo" | "pre-echo";
}

export interface EchoSearchOptions {
  /** 3.5 us unless given. */
  mostDelayS?: number;
  /** Weaker ones are not looked for; -45 dBc unless given. */
  leastDbc?: number;
  mostEchoes?: number;
}

const OVER_MEDIAN_DB = 12;

/**
 * Echoes of a channel from its coefficients on an even grid: Hann window, zeros to four times the length, inverse
 * transform, local maxima beside the main path, refined by a parabola in dB.
 *
 * @param iq I and Q interleaved, of one run without gaps
 */
export function findEchoes(iq: ArrayLike<number>, stepHz: number, options: EchoSearchOptions = {}): Echo[] {
  const { mostDelayS = 3.5e-6, leastDbc = -45, mostEchoes = 8 } = options;
  const count = iq.length >> 1;
  if (count < 8 || !(stepHz > 0)) return [];
  const size = nextPowerOfTwo(4 * count);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let k = 0; k < count; k += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / count);
    re[k] = iq[2 * k]! * window;
    im[k] = iq[2 * k + 1]! * window;
  }
  fftOf(size).inverse(re, im);
  const levels = Float64Array.from({ length: size }, (_, n) =>
    Math.max(-300, 20 * Math.log10(Math.hypot(re[n]!, im[n]!))),
  );
  let main = 0;
  for (let n = 1; n < size; n += 1) if (levels[n]! > levels[main]!) main = n;
  const mainDb = levels[main]!;
  const limitDb = Math.max(leastDbc, median(levels) - mainDb + OVER_MEDIAN_DB);
  const guard = Math.ceil((4 * size) / count);
  const reach = Math.min(size / 2 - 1, Math.floor(mostDelayS * size * stepHz));
  const at = (offset: number) => levels[(main + offset + size) % size]! - mainDb;
  const candidates: number[] = [];
  for (let offset = -reach; offset <= reach; offset += 1) {
    if (Math.abs(offset) <= guard || at(offset) < limitDb) continue;
    if (at(offset) > at(offset - 1) && at(offset) >= at(offset + 1)) candidates.push(offset);
  }
  candidates.sort((a, b) => at(b) - at(a));
  const taken: number[] = [];
  for (const offset of candidates) {
    if (taken.length < mostEchoes && taken.every((other) => Math.abs(other - offset) >= guard))
      taken.push(offset);
  }
  const mainShift = vertex(at(-1), at(0), at(1));
  return taken.map((offset) => {
    const top = vertex(at(offset - 1), at(offset), at(offset + 1));
    const delayS = (offset + top.shift - mainShift.shift) / (size * stepHz);
    return {
      delayS,
      levelDbc: top.value - mainShift.value,
      kind: delayS > 0 ? "echo" : "pre-echo",
    };
  });
}

function vertex(a: number, b: number, c: number): { shift: number; value: number } {
  const curve = a - 2 * b + c;
  const shift = curve < 0 ? (0.5 * (a - c)) / curve : 0;
  return { shift, value: b - 0.25 * (a - c) * shift };
}
