import type { UtscSampleHabits } from "@pnmlab/docsis-mib";
import { median, type WindowName, windowCoefficients } from "@pnmlab/pnm-analysis";
import { levelAnomalies, type UtscRecord } from "@pnmlab/pnm-codec";
import type { UtscMismatch } from "@pnmlab/protocol";

/** Steps between neighbours that are so many times too large or small can only be another unit. */
const LEAST_FACTOR = 5;
/** A spectrum of fewer bins shows no median. */
const FEWEST_BINS = 64;
const WINDOW_POINTS = 256;

/**
 * What of a file is not as its CMTS is known to write it, the same for all its captures. The file is read in the
 * likeliest way all the same; what is told here is that this way is not the expected one.
 *
 * @param given layout that needs no finding, of what SNMP gave
 */
export function fileMismatches(
  record: UtscRecord,
  { byteOrder }: Pick<UtscSampleHabits, "byteOrder">,
  given: "headerless" | undefined,
): UtscMismatch[] {
  const { endianness, layout, headerLength } = record;
  const mismatches: UtscMismatch[] = [];
  if (endianness !== byteOrder) {
    mismatches.push({
      what: "byteOrder",
      expected: `${byteOrder}-endian samples`,
      found: `${endianness}-endian samples`,
    });
  }
  if (layout !== given && layout !== "e6000-328" && layout !== "common-header") {
    mismatches.push({
      what: "layout",
      expected: "a common header, or one of 328 bytes",
      found:
        layout === "headerless" ? "no header" : `a header of ${headerLength} bytes that nobody has described`,
    });
  }
  for (const found of levelAnomalies(record)) {
    mismatches.push({ what: "levels", expected: "levels of -100 to +70 dBmV", found });
  }
  return mismatches;
}

/**
 * Whether samples in dB are in another unit than hundredths. Levels of noise in neighbouring bins, and those of
 * channels, differ by `10 log10` of the ratio of two exponential variables: their median difference is 4.771 dB with a
 * rectangular window, and less where a window makes neighbours alike. Ten times that much or little is a factor of ten.
 * Nothing is said of other formats, whose counts are no decibels, and steps that are too small say nothing where the
 * CMTS averages or does not tell whether it does.
 */
export function scaleMismatch(
  { outputFormat }: Pick<UtscRecord, "outputFormat">,
  levelsDbmv: ArrayLike<number>,
  { window, averaging }: { window: WindowName; averaging: number | undefined },
): UtscMismatch | undefined {
  if (outputFormat !== "fftDb" || levelsDbmv.length < FEWEST_BINS) return undefined;
  const expectedDb = noiseStepDb(window);
  const stepDb = medianStepDb(levelsDbmv);
  const isTooLarge = stepDb > LEAST_FACTOR * expectedDb;
  // Bins that are all alike hold no noise, in whatever unit.
  const isTooSmall =
    stepDb > 0 && stepDb < expectedDb / LEAST_FACTOR && averaging !== undefined && averaging <= 1;
  if (!isTooLarge && !isTooSmall) return undefined;
  return {
    what: "scale",
    expected: `hundredths of a dB, in which neighbouring bins of noise differ by ${expectedDb.toFixed(1)} dB`,
    found: `steps of ${stepDb.toFixed(stepDb < 10 ? 2 : 0)} dB, as of ${isTooLarge ? "thousandths" : "tenths"} of a dB`,
  };
}

/** Median difference of neighbouring bins, dB; NaN of fewer than two. */
export function medianStepDb(levelsDbmv: ArrayLike<number>): number {
  return median(
    Float64Array.from({ length: Math.max(0, levelsDbmv.length - 1) }, (_, k) =>
      Math.abs(levelsDbmv[k + 1]! - levelsDbmv[k]!),
    ),
  );
}

const stepByWindow = new Map<WindowName, number>();

/**
 * Median difference of single looks at noise in neighbouring bins. With the correlation `r` that the window makes
 * between their powers, the ratio `w` of which one half of all lies within `1/w` to `w` solves
 * `3 w^2 - (10 - 4 r) w + 3 = 0`; without any, `w = 3`.
 */
export function noiseStepDb(window: WindowName): number {
  const known = stepByWindow.get(window);
  if (known !== undefined) return known;
  const points = windowCoefficients(window, WINDOW_POINTS);
  let re = 0;
  let im = 0;
  let sum = 0;
  points.forEach((value, n) => {
    const angle = (2 * Math.PI * n) / WINDOW_POINTS;
    re += value * value * Math.cos(angle);
    im += value * value * Math.sin(angle);
    sum += value * value;
  });
  const r = (re * re + im * im) / (sum * sum);
  const b = 10 - 4 * r;
  const stepDb = 10 * Math.log10((b + Math.sqrt(b * b - 36)) / 6);
  stepByWindow.set(window, stepDb);
  return stepDb;
}
