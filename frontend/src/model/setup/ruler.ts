import type { SpectrumFrame, UtscOptions } from "@pnmlab/protocol";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { isInForce, type SetupSituation } from "./judge.ts";

/** Upstream edges that diplexers in use have, MHz; the ruler marks them. */
const MARKS_MHZ = [0, 20, 42, 65, 85, 117, 140, 160, 180, 204] as const;

/** End of the ruler in MHz: the high split, or beyond what is asked for. */
export function rulerEndMhz(...stopsHz: number[]): number {
  return Math.max(204, ...stopsHz.map((hz) => Math.ceil(hz / 10e6) * 10));
}

/** Labels of the ruler; beyond the high split one at its end. */
export function rulerMarks(endMhz: number): number[] {
  return endMhz > 204 ? [...MARKS_MHZ.filter((mhz) => mhz % 40 !== 20 || mhz < 100), endMhz] : [...MARKS_MHZ];
}

const POINTS = 480;

/** Level scale of the ruler where no spectrum gives one, dBmV. */
export const RULER_LEVELS = { topDbmv: 0, bottomDbmv: -60 };

export interface RulerSpectrum {
  /** Points of an SVG line, 0 to 1 across the ruler and 0 (top) to 1; peaks of each step. */
  points: string;
  topDbmv: number;
  bottomDbmv: number;
}

/** A spectrum as the ruler draws it, its level scale around what it holds. */
export function rulerSpectrum(frame: SpectrumFrame, endMhz: number): RulerSpectrum {
  const { levelsHundredthsDbmv: levels, firstBinHz, binSpacingHz } = frame;
  const peaks = new Map<number, number>();
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  levels.forEach((level, bin) => {
    if (level === NO_LEVEL) return;
    const step = Math.round(((firstBinHz + bin * binSpacingHz) / (endMhz * 1e6)) * POINTS);
    if (step < 0 || step > POINTS) return;
    peaks.set(step, Math.max(peaks.get(step) ?? Number.NEGATIVE_INFINITY, level));
    least = Math.min(least, level);
    most = Math.max(most, level);
  });
  if (peaks.size === 0) return { points: "", ...RULER_LEVELS };
  const topDbmv = Math.ceil(most / 1000) * 10;
  const bottomDbmv = Math.min(Math.floor(least / 1000) * 10, topDbmv - 10);
  const y = (level: number) => (topDbmv - level / 100) / (topDbmv - bottomDbmv);
  const points = [...peaks]
    .toSorted(([a], [b]) => a - b)
    .map(([step, level]) => `${(step / POINTS).toFixed(4)},${y(level).toFixed(3)}`)
    .join(" ");
  return { points, topDbmv, bottomDbmv };
}

/** A drawn box as centre and span that the listed values and grids of the port take, where there are such. */
export function snapBox(
  startHz: number,
  stopHz: number,
  options: Pick<UtscOptions, "fields">,
  situation: SetupSituation,
): { centerFrequencyHz: number; spanHz: number } {
  const limits = (field: "spanHz" | "centerFrequencyHz") =>
    (options.fields.find((option) => option.field === field)?.rules ?? [])
      .filter(({ when }) => isInForce(when, situation))
      .map(({ limit }) => limit);
  const wish = Math.round(Math.abs(stopHz - startHz) / 100_000) * 100_000;
  const listed = limits("spanHz")
    .flatMap((limit) => (limit.kind === "values" ? limit.values : []))
    .filter((value) => typeof value === "number");
  const spanHz =
    listed.toSorted((a, b) => Math.abs(a - wish) - Math.abs(b - wish))[0] ?? Math.max(wish, 100_000);
  const step = Math.max(
    50_000,
    ...limits("centerFrequencyHz").flatMap((limit) => (limit.kind === "multipleOf" ? [limit.step] : [])),
  );
  const centre = Math.max((startHz + stopHz) / 2, spanHz / 2);
  return { centerFrequencyHz: Math.ceil(centre / step) * step, spanHz };
}
