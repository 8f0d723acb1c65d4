import type { LevelSpectrum } from "../band.ts";
import { frequencyOfBin } from "../measure/bins.ts";
import { findSegments } from "./segments.ts";

/** A line of an averaged spectrum; the power is a sum over bins. */
export interface SpectrumLine {
  frequencyHz: number;
  power: number;
}

/** A distortion product of strong carriers that stands in the spectrum. */
export interface Product {
  /** As a formula: `2f`, `3f`, `f1+f2`, `2f1-f2`. */
  name: string;
  frequencyHz: number;
}

/** How far a product may lie from its place, in bins per order of distortion. */
const REACH_BINS = 1;
/** Carriers broaden their products: what stands nearer to a carrier than this is part of it. */
const APART_BINS = 4;

/** Lines over their neighbours, the strongest first. */
export function carriersOf(
  axis: LevelSpectrum,
  levelsDb: ArrayLike<number>,
  excessDb: ArrayLike<number>,
  thresholdDb: number,
): SpectrumLine[] {
  return findSegments(levelsDb, excessDb, thresholdDb)
    .map(({ middle, excessPower }) => ({ frequencyHz: frequencyOfBin(axis, middle), power: excessPower }))
    .sort((a, b) => b.power - a.power);
}

/**
 * Harmonics of the second and third order and intermodulation of carriers, as far as a weaker line stands at their
 * place. The numbers in the names are the places of the carriers in the list; a single carrier is `f`.
 */
export function productsSeen(
  carriers: readonly SpectrumLine[],
  lines: readonly SpectrumLine[],
  { binSpacingHz }: Pick<LevelSpectrum, "binSpacingHz">,
): Product[] {
  const name = (i: number) => (carriers.length === 1 ? "f" : `f${i + 1}`);
  const wanted: { name: string; frequencyHz: number; order: number; parents: SpectrumLine[] }[] = [];
  carriers.forEach((a, i) => {
    for (const order of [2, 3]) {
      wanted.push({ name: `${order}${name(i)}`, frequencyHz: order * a.frequencyHz, order, parents: [a] });
    }
    carriers.slice(i + 1).forEach((b, offset) => {
      const [f, g] = [name(i), name(i + 1 + offset)];
      const pair = (words: string, frequencyHz: number, order: number) =>
        wanted.push({ name: words, frequencyHz: Math.abs(frequencyHz), order, parents: [a, b] });
      pair(`${f}+${g}`, a.frequencyHz + b.frequencyHz, 2);
      pair(`${f}-${g}`, a.frequencyHz - b.frequencyHz, 2);
      pair(`2${f}-${g}`, 2 * a.frequencyHz - b.frequencyHz, 3);
      pair(`2${g}-${f}`, 2 * b.frequencyHz - a.frequencyHz, 3);
    });
  });
  return wanted.flatMap(({ name: words, frequencyHz, order, parents }) => {
    const isCarrier = carriers.some((c) => Math.abs(c.frequencyHz - frequencyHz) < APART_BINS * binSpacingHz);
    const seen = lines.find(
      (line) =>
        Math.abs(line.frequencyHz - frequencyHz) <= REACH_BINS * order * binSpacingHz &&
        parents.every(({ power }) => line.power < power),
    );
    return isCarrier || !seen ? [] : [{ name: words, frequencyHz: seen.frequencyHz }];
  });
}
