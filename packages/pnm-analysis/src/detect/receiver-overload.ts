import { binOfFrequency } from "../measure/bins.ts";
import { median } from "../measure/quantile.ts";
import { powersOfLevels } from "../spectrum-frame.ts";
import { PowerAverage } from "../traces/power-average.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import type { FrameView } from "./frame-view.ts";

const DC_REACH = 10;
const DC_GUARD = 2;
const AVERAGED = 50;

/**
 * D9: overload of the receiver or its converter, and a spur at the centre frequency. A frame with an overload is
 * suspect: baselines and averages leave it out.
 */
export class ReceiverOverloadDetector implements Detector {
  readonly id = "D9";
  readonly #context: DetectorContext;
  readonly #overload: Alarm;
  readonly #spur: Alarm;

  constructor(context: DetectorContext) {
    this.#context = context;
    const timing = timingOf(context.thresholds);
    this.#overload = new Alarm("D9", "receiverOverload", context.journal, { ...timing, ...AT_ONCE });
    this.#spur = new Alarm("D9", "dcSpur", context.journal, timing);
  }

  /** Averaged: one look at noise, or at a minislot, stands out of its neighbours by chance. */
  #average: PowerAverage | undefined;

  #spurDb(view: FrameView, bin: number): number {
    const { levelsDbmv } = view.frame;
    const first = Math.max(0, bin - DC_REACH);
    const near = levelsDbmv.subarray(first, bin + DC_REACH + 1);
    this.#average ??= new PowerAverage(near.length, "leaky", AVERAGED);
    this.#average.add(near, powersOfLevels(near, new Float64Array(near.length)));
    if (this.#average.frames < AVERAGED) return Number.NaN;
    return centreExcessDb(this.#average.levelsDb(), bin - first);
  }

  feed(view: FrameView): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { frame } = view;
    const share = frame.clippedShare ?? 0;
    const isClipped = share > thresholds.d9ClippedShare;
    if (isClipped) view.isSpoilt = true;
    const { levelsDbmv, firstBinHz, binSpacingHz } = frame;
    const spanHz = binSpacingHz * levelsDbmv.length;
    const common = { channels: [], severity: "major" as const };
    const middleHz = firstBinHz + spanHz / 2;
    const spurDb = this.#spurDb(view, Math.round(binOfFrequency(frame, middleHz)));
    return noticesOf(
      this.#overload.step(
        isClipped ? share : -thresholds.hysteresisDb - 1,
        isClipped
          ? {
              ...common,
              f0Hz: middleHz,
              bwHz: spanHz,
              statistic: "share of samples at full scale",
              value: share,
              threshold: thresholds.d9ClippedShare,
            }
          : undefined,
        frame.timeS,
        frame.sequence,
      ),
      this.#spur.step(
        spurDb - thresholds.d9DcDb,
        {
          ...common,
          severity: "info",
          f0Hz: middleHz,
          bwHz: binSpacingHz,
          statistic: "centre bin over its neighbours in dB",
          value: spurDb,
          threshold: thresholds.d9DcDb,
          classification: "spur of the receiver at its centre frequency",
        },
        frame.timeS,
        frame.sequence,
      ),
    );
  }
}

/** How far the bin at the centre of the span stands over its neighbours on both sides. */
function centreExcessDb(levelsDbmv: ArrayLike<number>, bin: number): number {
  const beside: number[] = [];
  for (let k = bin - DC_REACH; k <= bin + DC_REACH; k += 1) {
    if (Math.abs(k - bin) > DC_GUARD) beside.push(levelsDbmv[k] ?? Number.NaN);
  }
  return levelsDbmv[bin]! - median(beside);
}
