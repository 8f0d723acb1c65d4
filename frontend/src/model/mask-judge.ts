import { bandPlanOf, type JudgedBand, JudgedMask, type LimitMask } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { binFrequencyHz, type FrequencyAxis } from "./frequency-axis.ts";
import type { MaskBandReport, MaskReport, MaskSpec } from "./mask-spec.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotView } from "./plot-view.ts";
import { newestLevels, noiseBandwidthHz, traceLevels } from "./trace-levels.ts";

/** One mask on the axis of the data, with what was judged since it took this form. */
interface Judged {
  revision: number;
  channels: readonly UpstreamChannel[];
  axis: FrequencyAxis;
  mask: JudgedMask;
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
      if (onlyNew && judged.mask.framesJudged > 0) continue;
      // The picture stands, and with it the traces that are made of many frames: they bring nothing to judge.
      if (!onlyNew && view.frozen && mask.trace !== "live") continue;
      judged.mask.judge(levels);
    }
  }

  /** How the masks stand that have judged a frame. */
  reports(): MaskReport[] {
    return [...this.#judged]
      .filter(([, { mask }]) => mask.framesJudged > 0)
      .map(([id, { mask, channels }]) => {
        const { isPassing, framesJudged, framesFailed, failures } = mask;
        const bands = mask.bands.map((band) => reportOf(mask, band, channels));
        const known = bands.filter(({ worstDb }) => !Number.isNaN(worstDb));
        const worst = known.toSorted((a, b) => b.worstDb - a.worstDb)[0];
        return {
          id,
          isPassing,
          violations: mask.bands.reduce((sum, { verdict }) => sum + (verdict?.violations ?? 0), 0),
          worstDb: worst?.worstDb ?? Number.NaN,
          worstHz: worst?.worstHz ?? Number.NaN,
          consecutive: Math.max(0, ...bands.map(({ consecutive }) => consecutive)),
          framesJudged,
          framesFailed,
          failures,
          bands,
        };
      });
  }

  /** The limits of a mask as they are judged by, for the painter; undefined before its first frame. */
  limits(id: number, axis: FrequencyAxis): LimitMask | undefined {
    const judged = this.#judged.get(id);
    return judged?.axis === axis ? judged.mask.limits : undefined;
  }

  #stateOf(mask: MaskSpec, data: PlotData): Judged | undefined {
    const { axis, channels } = data;
    if (!axis) return undefined;
    const known = this.#judged.get(mask.id);
    if (known?.revision === mask.revision && known.axis === axis && known.channels === channels) return known;
    const judged: Judged = {
      revision: mask.revision,
      channels,
      axis,
      mask: new JudgedMask(mask, axis, bandPlanOf(channels), noiseBandwidthHz(data)),
    };
    this.#judged.set(mask.id, judged);
    return judged;
  }
}

function reportOf(mask: JudgedMask, band: JudgedBand, channels: readonly UpstreamChannel[]): MaskBandReport {
  const { first, end, verdict } = band;
  const { axis } = mask;
  const edgeHz = (bin: number) => binFrequencyHz(axis, bin) - axis.binSpacingHz / 2;
  const nameOf = (id: string) => channels.find(({ ifIndex }) => String(ifIndex) === id)?.name ?? id;
  return {
    label: band.channels.map(nameOf).join(", "),
    startHz: edgeHz(first),
    stopHz: edgeHz(end),
    isPassing: verdict?.isPassing ?? true,
    worstDb: verdict?.worstDb ?? Number.NaN,
    worstHz: mask.worstHz(band),
    consecutive: verdict?.consecutive ?? 0,
  };
}
