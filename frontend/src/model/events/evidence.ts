import { binsOfBand, isSameAxis, LocalBaseline, PowerAverage, powersOfLevels } from "@pnmlab/pnm-analysis";
import type { PlantEvent } from "@pnmlab/protocol";
import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol/frame";
import type { PlotPanel } from "../capture/inspection.ts";
import { statisticWords } from "./event-words.ts";

/** The stored frames of an event as a plot shows them. */
export interface EvidenceView {
  panel: PlotPanel;
  /** Part of the axis around the event, in Hz. */
  around: { fromHz: number; toHz: number };
  /** Sequence number and capture time of the frame at the peak. */
  peak: { sequence: number; capturedAtMs: number };
  /** What of the frames up to the peak showed the event, as `average of 16 frames`; undefined where the peak did. */
  seenIn: string | undefined;
  /** Frames that the average is over. */
  others: number;
  /** The threshold can be drawn as a level. */
  hasThresholdLine: boolean;
}

interface Levels {
  sequence: number;
  capturedAtMs: number;
  levelsDbmv: Float64Array;
  firstBinHz: number;
  binSpacingHz: number;
}

/** At least so much of the spectrum is shown at either side of an event. */
const LEAST_REACH_HZ = 2_000_000;
const REACH_WIDTHS = 3;
/** Ends of the statistics that go over frames up to the peak. */
const SEEN_IN = /, (average of \d+ frames|max hold of \d+ frames|between bursts)$/;

/**
 * The frame at which the detector's value was largest over the power average of the others, and the threshold that it
 * passed, where that is a level. Undefined where no frame is stored.
 */
export function evidenceView(event: PlantEvent, frames: readonly SpectrumFrame[]): EvidenceView | undefined {
  const spectra = frames.map(levelsOf);
  const peak = peakOf(spectra, event);
  if (!peak) return undefined;
  const others = spectra.filter((one) => one !== peak && isSameAxis(one, peak));
  const bins = peak.levelsDbmv.length;
  const average = new PowerAverage(bins, "moving", Math.max(1, others.length));
  for (const { levelsDbmv } of others) {
    average.add(levelsDbmv, powersOfLevels(levelsDbmv, new Float64Array(bins)));
  }
  const around = reachOf(event, peak);
  const reference = others.length > 0 ? average.levelsDb() : peak.levelsDbmv;
  const threshold = thresholdLine(event, reference, peak, Math.max(1, others.length));
  // What is drawn later lies on top.
  const series: PlotPanel["series"] = [];
  const add = (name: string, values: Float64Array, token: string) =>
    series.push({ name, unit: "dBmV", values, form: "line", token });
  if (others.length > 0) {
    const name = others.length === 1 ? "The other frame" : `Average of the ${others.length} others`;
    add(name, reference, "trace-average");
  }
  const seenIn = SEEN_IN.exec(event.evidence.statistic)?.[1];
  const role = seenIn === undefined ? "the peak" : "the last of those that showed it";
  add(`Frame ${peak.sequence}, ${role}`, peak.levelsDbmv, "trace-live");
  if (threshold) {
    const { statistic } = event.evidence;
    const words = statisticWords(statistic, event.evidence.threshold);
    add(event.kind === "mask" ? "Limit of the mask" : `Threshold, ${words}`, threshold, "trace-max");
  }
  return {
    panel: {
      title: `Evidence of event ${event.number}`,
      x: {
        label: "Frequency",
        unit: "Hz",
        values: Float64Array.from({ length: bins }, (_, bin) => peak.firstBinHz + bin * peak.binSpacingHz),
      },
      y: { label: "Level", unit: "dBmV", logarithmic: false },
      square: false,
      series,
      excluded: [],
      marks: [],
      ideal: null,
    },
    around,
    peak: { sequence: peak.sequence, capturedAtMs: peak.capturedAtMs },
    seenIn,
    others: others.length,
    hasThresholdLine: threshold !== undefined,
  };
}

function levelsOf(frame: SpectrumFrame): Levels {
  const { sequence, capturedAtMs, firstBinHz, binSpacingHz, levelsHundredthsDbmv } = frame;
  const levelsDbmv = Float64Array.from(levelsHundredthsDbmv, (level) =>
    level === NO_LEVEL ? Number.NaN : level / 100,
  );
  return { sequence, capturedAtMs, levelsDbmv, firstBinHz, binSpacingHz };
}

/** Of events of earlier versions, and where the peak itself was lost, the one in the middle. */
function peakOf(spectra: readonly Levels[], { evidence }: PlantEvent): Levels | undefined {
  return spectra.find(({ sequence }) => sequence === evidence.peakFrame) ?? spectra[spectra.length >> 1];
}

function reachOf({ f0Hz, bwHz }: PlantEvent, { levelsDbmv, firstBinHz, binSpacingHz }: Levels) {
  const reachHz = Math.max(LEAST_REACH_HZ, REACH_WIDTHS * bwHz);
  const lastHz = firstBinHz + (levelsDbmv.length - 1) * binSpacingHz;
  return { fromHz: Math.max(firstBinHz, f0Hz - reachHz), toHz: Math.min(lastHz, f0Hz + reachHz) };
}

/** The level that a bin had to pass; undefined where the statistic is none of levels. */
function thresholdLine(
  event: PlantEvent,
  reference: Float64Array,
  peak: Levels,
  looks: number,
): Float64Array | undefined {
  const { statistic, threshold } = event.evidence;
  const line = new Float64Array(reference.length).fill(Number.NaN);
  const { fromHz, toHz } = reachOf(event, peak);
  const [first, end] = binsOfBand(peak, fromHz, toHz);
  if (statistic.startsWith("excess over neighbours")) {
    const baseline = new LocalBaseline(new Int16Array(reference.length), looks);
    const excess = baseline.excess(reference, new Float32Array(reference.length));
    for (let bin = first; bin < end; bin += 1) line[bin] = reference[bin]! - excess[bin]! + threshold;
    return line;
  }
  const { baselineDbmv, limitDbmv } = event.figures;
  if (event.kind === "mask" && limitDbmv !== undefined) {
    // A mask may slope: its limit is known where the level was furthest beyond it.
    const half = Math.max(event.bwHz, 3 * peak.binSpacingHz) / 2;
    const [from, to] = binsOfBand(peak, event.f0Hz - half, event.f0Hz + half);
    line.fill(limitDbmv, from, to);
    return line;
  }
  if (statistic === "rise of the noise in dB" && baselineDbmv !== undefined) {
    line.fill(baselineDbmv + threshold, first, end);
    return line;
  }
  if (statistic === "rise of the quiet bands in dB") {
    for (let bin = first; bin < end; bin += 1) line[bin] = reference[bin]! + threshold;
    return line;
  }
  return undefined;
}
