import { dbOfPower } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import type { FrameView } from "./frame-view.ts";
import { fitHum, type HumFit, humOfModulation } from "./hum-fit.ts";

const WINDOW_FRAMES = 600;
const EVALUATE_FRAMES = 100;
const LEAST_FRAMES = 200;
/** A block counts once it was on this often, a channel while it stands within this of its blocks' means. */
const LEAST_ACTIVE = 20;
const REACH_DB = 3;

/**
 * D6: common-mode hum, a mains sine in the levels of all that sends. The power of all blocks that are on is
 * compared with their own means, so that the differences between channels drop out and those between modems average.
 */
export class HumDetector implements Detector {
  readonly id = "D6";
  readonly #context: DetectorContext;
  readonly #alarm: Alarm;
  #times: number[] = [];
  #levels: number[] = [];
  #weights: number[] = [];
  #frames = 0;
  /** Fits of the last evaluation, the best first; empty before it. A rhythm that the repeat period hides is marked. */
  fits: readonly HumFit[] = [];

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#alarm = new Alarm("D6", "hum", context.journal, { ...timingOf(context.thresholds), ...AT_ONCE });
  }

  feed(view: FrameView): DetectorNotice[] {
    this.#frames += 1;
    this.#collect(view);
    if (this.#frames % EVALUATE_FRAMES !== 0 || this.#times.length < LEAST_FRAMES) return [];
    this.fits = fitHum(this.#times, this.#levels, this.#weights);
    const best = this.fits.find(({ isAliased }) => !isAliased);
    const { thresholds } = this.#context;
    const isHit = best !== undefined && best.f > thresholds.d6F;
    const hum = best && humOfModulation(best.modulation);
    const { frame } = view;
    return noticesOf(
      this.#alarm.step(
        isHit ? dbOfPower(best.f / thresholds.d6F) : -thresholds.hysteresisDb - 1,
        isHit
          ? {
              f0Hz: best.frequencyHz,
              bwHz: 0,
              dBc: hum?.dBc,
              channels: view.plan.channels.map(({ id }) => id),
              statistic: "F ratio of a mains sine in the levels",
              value: best.f,
              threshold: thresholds.d6F,
              classification: `${best.frequencyHz} Hz`,
              figures: { modulationPct: 100 * best.modulation, humPct: hum?.percent ?? 0 },
            }
          : undefined,
        frame.timeS,
        frame.sequence,
      ),
    );
  }

  #collect(view: FrameView): void {
    if (view.isSpoilt) return;
    let power = 0;
    let usual = 0;
    let weight = 0;
    for (const record of view.meter.records) {
      if (!record.isActive) continue;
      let own = 0;
      let ownUsual = 0;
      let blocks = 0;
      for (const block of record.blocks) {
        if (!block.isOn || block.activeFrames < LEAST_ACTIVE) continue;
        for (let k = block.first; k < block.end; k += 1) own += view.powers[k]!;
        ownUsual += ((block.end - block.first) * block.activePower) / block.activeFrames;
        blocks += 1;
      }
      // A channel in which a burst begins or ends says nothing.
      if (!(Math.abs(dbOfPower(own / ownUsual)) < REACH_DB)) continue;
      power += own;
      usual += ownUsual;
      weight += blocks;
    }
    if (weight === 0) return;
    this.#times.push(view.frame.timeS);
    this.#levels.push(dbOfPower(power / usual));
    this.#weights.push(weight);
    if (this.#times.length < 2 * WINDOW_FRAMES) return;
    this.#times = this.#times.slice(-WINDOW_FRAMES);
    this.#levels = this.#levels.slice(-WINDOW_FRAMES);
    this.#weights = this.#weights.slice(-WINDOW_FRAMES);
  }
}
