import { BinClass, bandPlanOf, mapBins } from "@pnmlab/pnm-analysis";
import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol";
import { powerOfLevel, type SummaryHead, sameAxis } from "@pnmlab/recording";
import { readSegment, type SegmentSource } from "./read-frames.ts";
import { readSegmentHead } from "./segment-folder.ts";

/** The frames of a segment. */
export interface QuietLevels {
  atMs: Float64Array;
  /** Mean power of the bins of no channel, dBmV per bin; NaN where it is not known. */
  quietDbmv: Float32Array;
  /** 1 where captures are missing in front of the frame; before the first of the segment the index tells. */
  gaps: Uint8Array;
}

/** Four hours of segments: 1 MB at ten frames a second. */
const MOST_SEGMENTS = 1500;

/**
 * The quiet level of every frame of segments. A segment is read once; what it holds is kept by its file, and read
 * again only where it has grown.
 */
export class QuietLevelCache {
  readonly #known = new Map<string, QuietLevels>();

  async of(source: SegmentSource, segment: SummaryHead): Promise<QuietLevels> {
    const path = source.fileOf(segment);
    const known = this.#known.get(path);
    if (known?.atMs.length === segment.frames) return known;
    const levels = await readQuietLevels(path);
    this.#known.delete(path);
    this.#known.set(path, levels);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_SEGMENTS && oldest !== undefined) this.#known.delete(oldest);
    return levels;
  }
}

async function readQuietLevels(path: string): Promise<QuietLevels> {
  const head = await readSegmentHead(path).catch(() => undefined);
  const plan = bandPlanOf(head?.settings.channels ?? []);
  const atMs: number[] = [];
  const quietDbmv: number[] = [];
  const gaps: boolean[] = [];
  let lastSequence: number | undefined;
  let quiet: { axis: Parameters<typeof sameAxis>[0]; bins: number[] } | undefined;
  for await (const { frame } of readSegment(path)) {
    const axis = { ...frame, bins: frame.levelsHundredthsDbmv.length };
    if (!quiet || !sameAxis(quiet.axis, axis))
      quiet = { axis, bins: plan.channels.length > 0 ? quietBinsOf(frame, plan) : [] };
    atMs.push(frame.capturedAtMs);
    gaps.push(frame.gapBefore || (lastSequence !== undefined && frame.sequence !== lastSequence + 1));
    lastSequence = frame.sequence;
    quietDbmv.push(meanOf(frame.levelsHundredthsDbmv, quiet.bins));
  }
  return {
    atMs: Float64Array.from(atMs),
    quietDbmv: Float32Array.from(quietDbmv),
    gaps: Uint8Array.from(gaps, Number),
  };
}

function quietBinsOf(
  { firstBinHz, binSpacingHz, resolutionBandwidthHz, levelsHundredthsDbmv }: SpectrumFrame,
  plan: ReturnType<typeof bandPlanOf>,
): number[] {
  const axis = { firstBinHz, binSpacingHz, levelsDbmv: new Float32Array(levelsHundredthsDbmv.length) };
  const { classes } = mapBins(axis, plan, Math.ceil(resolutionBandwidthHz / binSpacingHz) || 1);
  return [...classes.keys()].filter((bin) => classes[bin] === BinClass.quiet);
}

/** Mean in linear power, dBmV per bin. */
function meanOf(levels: Int16Array, bins: readonly number[]): number {
  let power = 0;
  let known = 0;
  for (const bin of bins) {
    const level = levels[bin]!;
    if (level === NO_LEVEL) continue;
    power += powerOfLevel(level);
    known += 1;
  }
  return known === 0 ? Number.NaN : 10 * Math.log10(power / known);
}
