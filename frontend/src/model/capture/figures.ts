import { fecCounters, type PnmRecord, profileName } from "@pnmlab/pnm-codec";
import { engineeringUnit, formatValue } from "../engineering-unit.ts";
import { formatCount, formatNumber } from "../format.ts";
import { withUnit } from "./byte-words.ts";
import type { Inspection, PlotPanel } from "./inspection.ts";

type Figure = Inspection["figures"][number];

/** Figures of the whole capture that an engineer asks for first. */
export function figuresOf(record: PnmRecord, panels: readonly PlotPanel[]): Figure[] {
  const [panel] = panels;
  if (panel === undefined) return [];
  if (record.kind === "ds-ofdm-rxmer" || record.kind === "us-ofdma-rxmer") {
    return [...rxMerFigures(panel), rangeOf(panel)];
  }
  if (record.kind === "ds-constellation") return constellationFigures(panel);
  if (record.kind === "ds-ofdm-fec-summary") return codewordFigures(record);
  if ("hitCounts" in record) {
    return [{ name: "Hits", value: formatCount(record.hitCounts.reduce((sum, hits) => sum + hits, 0)) }];
  }
  return [...extremesOf(panel), rangeOf(panel)];
}

function rangeOf({ x }: PlotPanel): Figure {
  const first = x.values[0] ?? 0;
  const last = x.values.at(-1) ?? 0;
  const { unit, perUnit } = engineeringUnit(x.unit, Math.max(Math.abs(first), Math.abs(last)));
  const text = `${formatValue(first / perUnit)} to ${formatValue(last / perUnit)} ${unit}`.trim();
  return { name: x.label, value: `${text}, ${formatCount(x.values.length)} values` };
}

function measuredOf(values: ArrayLike<number>): number[] {
  return Array.from(values).filter((value) => Number.isFinite(value));
}

function rxMerFigures({ series }: PlotPanel): Figure[] {
  const values = measuredOf(series[0]!.values).sort((a, b) => a - b);
  if (values.length === 0) return [{ name: "RxMER", value: "nothing measured" }];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const db = (value: number) => `${formatNumber(value, 1)} dB`;
  return [
    { name: "Mean", value: db(mean) },
    { name: "σ", value: db(deviation) },
    { name: "2nd percentile", value: db(values[Math.floor(values.length * 0.02)]!) },
    { name: "Least", value: db(values[0]!) },
    { name: "Most", value: db(values.at(-1)!) },
    { name: "Not measurable", value: `${formatCount(series[0]!.values.length - values.length)} subcarriers` },
  ];
}

function extremesOf({ x, series }: PlotPanel): Figure[] {
  const [trace] = series;
  if (trace === undefined || series.length > 1) return [];
  let least = -1;
  let most = -1;
  for (const [k, value] of trace.values.entries()) {
    if (!Number.isFinite(value)) continue;
    if (least < 0 || value < trace.values[least]!) least = k;
    if (most < 0 || value > trace.values[most]!) most = k;
  }
  if (most < 0) return [];
  const at = (k: number) => {
    const { unit, perUnit } = engineeringUnit(x.unit, x.values.at(-1) ?? 0);
    const place = `${formatValue(x.values[k]! / perUnit)} ${unit}`.trim();
    return `${withUnit(trace.values[k]!, trace.unit)} at ${place}`;
  };
  return [
    { name: "Most", value: at(most) },
    { name: "Least", value: at(least) },
  ];
}

/** MER against the nearest ideal point: optimistic where symbols cross a decision line. */
function constellationFigures({ x, series, ideal }: PlotPanel): Figure[] {
  const count: Figure = { name: "Symbols", value: formatCount(x.values.length) };
  if (ideal === null) return [count];
  let signal = 0;
  let error = 0;
  for (let k = 0; k < x.values.length; k++) {
    const [i, q] = [x.values[k]!, series[0]!.values[k]!];
    let nearest = Number.POSITIVE_INFINITY;
    for (let p = 0; p < ideal.i.length; p++) {
      nearest = Math.min(nearest, (i - ideal.i[p]!) ** 2 + (q - ideal.q[p]!) ** 2);
    }
    signal += i * i + q * q;
    error += nearest;
  }
  return [
    { name: "MER to the nearest point", value: `${formatNumber(10 * Math.log10(signal / error), 1)} dB` },
    { name: "Order", value: `${ideal.i.length}-QAM` },
    count,
  ];
}

function codewordFigures(record: Extract<PnmRecord, { kind: "ds-ofdm-fec-summary" }>): Figure[] {
  const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
  return record.profiles.map((profile) => {
    const counters = fecCounters(record, profile);
    const total = sum(counters.totalCodewords);
    const lost = sum(counters.uncorrectable);
    // With no error in T codewords the ratio is below 3 / T with a confidence of 95 %.
    const ratio =
      total === 0
        ? "no codewords"
        : lost === 0
          ? `below ${(3 / total).toExponential(1)}, no error in ${formatCount(total)}`
          : `${(lost / total).toExponential(1)}, ${formatCount(lost)} of ${formatCount(total)}`;
    return { name: `${profileName(profile.profileId)} error ratio`, value: ratio };
  });
}
