import { type LimitMask, MaskTest, type MaskVerdict } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { binFrequencyHz, type FrequencyAxis } from "./frequency-axis.ts";
import { bandsOfMask, limitsOf, type MaskBand } from "./mask-limits.ts";
import type { MaskBandReport, MaskReport, MaskSpec } from "./mask-spec.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotView } from "./plot-view.ts";
import { newestLevels, noiseBandwidthHz, traceLevels } from "./trace-levels.ts";

interface BandTest extends MaskBand {
  test: MaskTest;
  verdict: MaskVerdict | undefined;
}

/** One mask on the axis of the data, with what was judged since it took this form. */
interface Judged {
  revision: number;
  axis: FrequencyAxis;
  channels: readonly UpstreamChannel[];
  limits: LimitMask;
  bands: BandTest[];
  framesJudged: number;
  framesFailed: number;
  failures: number;
  isPassing: boolean;
}

/** Judges every frame against the masks of the view, band by band. */
export class MaskJudge {
  readonly #judged = new Map<number, Judged>();

  /** Takes the newest frame, also one that is not drawn. */
  judge(data: PlotData, view: Pick<PlotView, "masks" | "frozen">): void {
    this.#judge(data, view, false);
  }

  /** Judges what is there already by masks that are new, so that a picture that stands has a verdict too. */
  begin(data: PlotData, view: Pick<PlotView, "masks" | "frozen">): void {
    this.#judge(data, view, true);
  }

  #judge(data: PlotData, view: Pick<PlotView, "masks" | "frozen">, onlyNew: boolean): void {
    const masks = view.masks.filter(({ isOn }) => isOn);
    for (const id of [...this.#judged.keys()]) {
      if (!masks.some((mask) => mask.id === id)) this.#judged.delete(id);
    }
    for (const mask of masks) {
      const levels = mask.trace === "live" ? newestLevels(data) : traceLevels(data, mask.trace);
      const judged = this.#stateOf(mask, data);
      if (!judged || levels?.length !== judged.axis.bins) continue;
      if (onlyNew && judged.framesJudged > 0) continue;
      // The picture stands, and with it the traces that are made of many frames: they bring nothing to judge.
      if (!onlyNew && view.frozen && mask.trace !== "live") continue;
      for (const band of judged.bands) {
        band.verdict = band.test.judge(levels.subarray(band.first, band.end));
      }
      const isPassing = judged.bands.every(({ verdict }) => verdict?.isPassing !== false);
      judged.framesJudged += 1;
      if (!isPassing) judged.framesFailed += 1;
      if (judged.isPassing && !isPassing) judged.failures += 1;
      judged.isPassing = isPassing;
    }
  }

  /** How the masks stand that have judged a frame. */
  reports(): MaskReport[] {
    return [...this.#judged]
      .filter(([, { framesJudged }]) => framesJudged > 0)
      .map(([id, judged]) => {
        const bands = judged.bands.map((band) => reportOf(band, judged.axis));
        const known = bands.filter(({ worstDb }) => !Number.isNaN(worstDb));
        const worst = known.toSorted((a, b) => b.worstDb - a.worstDb)[0];
        return {
          id,
          isPassing: judged.isPassing,
          violations: judged.bands.reduce((sum, { verdict }) => sum + (verdict?.violations ?? 0), 0),
          worstDb: worst?.worstDb ?? Number.NaN,
          worstHz: worst?.worstHz ?? Number.NaN,
          consecutive: Math.max(0, ...bands.map(({ consecutive }) => consecutive)),
          framesJudged: judged.framesJudged,
          framesFailed: judged.framesFailed,
          failures: judged.failures,
          bands,
        };
      });
  }

  /** The limits of a mask as they are judged by, for the painter; undefined before its first frame. */
  limits(id: number, axis: FrequencyAxis): LimitMask | undefined {
    const judged = this.#judged.get(id);
    return judged?.axis === axis ? judged.limits : undefined;
  }

  #stateOf(mask: MaskSpec, data: PlotData): Judged | undefined {
    const { axis, channels } = data;
    if (!axis) return undefined;
    const known = this.#judged.get(mask.id);
    if (known?.revision === mask.revision && known.axis === axis && known.channels === channels) return known;
    const limits = limitsOf(mask.source, axis, channels, noiseBandwidthHz(data));
    const judged: Judged = {
      revision: mask.revision,
      axis,
      channels,
      limits,
      bands: bandsOfMask(limits, axis, channels).map((band) => ({
        ...band,
        test: new MaskTest(partOf(limits, band), mask.consecutiveFrames),
        verdict: undefined,
      })),
      framesJudged: 0,
      framesFailed: 0,
      failures: 0,
      isPassing: true,
    };
    this.#judged.set(mask.id, judged);
    return judged;
  }
}

function partOf({ upperDbmv, lowerDbmv }: LimitMask, { first, end }: MaskBand): LimitMask {
  return { upperDbmv: upperDbmv.subarray(first, end), lowerDbmv: lowerDbmv.subarray(first, end) };
}

function reportOf({ label, first, end, verdict }: BandTest, axis: FrequencyAxis): MaskBandReport {
  const edgeHz = (bin: number) => binFrequencyHz(axis, bin) - axis.binSpacingHz / 2;
  return {
    label,
    startHz: edgeHz(first),
    stopHz: edgeHz(end),
    isPassing: verdict?.isPassing ?? true,
    worstDb: verdict?.worstDb ?? Number.NaN,
    worstHz: verdict && verdict.worstBin >= 0 ? binFrequencyHz(axis, first + verdict.worstBin) : Number.NaN,
    consecutive: verdict?.consecutive ?? 0,
  };
}
