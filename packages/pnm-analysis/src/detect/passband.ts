import { frequencyOfBin } from "../measure/bins.ts";
import { dbOfPower } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice, EventKind, Sighting } from "./event.ts";
import type { FrameView } from "./frame-view.ts";
import { passbandShape } from "./passband-shape.ts";
import { strongestRipple } from "./ripple.ts";

const EVALUATE_FRAMES = 300;
const LEAST_ACTIVE = 10;
const LEAST_BLOCKS = 20;
/** Narrower channels show too little of a ripple. */
const RIPPLE_HZ = 20e6;
const RIPPLE_STRENGTH = 6;

/**
 * D7: tilt, roll-off, suck-out and ripple of the return path, from the density of active channels over the
 * expected one. Without trigger many modems make up the trace: one modem's ripple shows only in its own captures.
 */
export class PassbandDetector implements Detector {
  readonly id = "D7";
  readonly #context: DetectorContext;
  readonly #alarms: Record<"tilt" | "rollOff" | "suckOut" | "ripple", Alarm>;
  #frames = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
    const alarm = (kind: EventKind) =>
      new Alarm("D7", kind, context.journal, {
        ...timingOf(context.thresholds),
        hysteresisDb: 1,
        ...AT_ONCE,
      });
    this.#alarms = {
      tilt: alarm("tilt"),
      rollOff: alarm("rollOff"),
      suckOut: alarm("suckOut"),
      ripple: alarm("ripple"),
    };
  }

  feed(view: FrameView): DetectorNotice[] {
    this.#frames += 1;
    if (this.#frames % EVALUATE_FRAMES !== 0) return [];
    const frequencies: number[] = [];
    const response: number[] = [];
    for (const record of view.meter.records) {
      const { expectedDbmvPerHz } = record.channel;
      if (expectedDbmvPerHz === undefined) continue;
      const expected = expectedDbmvPerHz + dbOfPower(view.frame.resolutionBandwidthHz);
      for (const block of record.blocks) {
        if (block.activeFrames < LEAST_ACTIVE) continue;
        frequencies.push(block.middleHz);
        response.push(dbOfPower(block.activePower / block.activeFrames) - expected);
      }
    }
    return [...this.#judgeShape(view, frequencies, response), ...this.#judgeRipple(view)];
  }

  #judgeShape(view: FrameView, frequencies: number[], response: number[]): DetectorNotice[] {
    const { thresholds } = this.#context;
    const order = frequencies.map((_, i) => i).sort((a, b) => frequencies[a]! - frequencies[b]!);
    const sortedHz = order.map((i) => frequencies[i]!);
    const shape =
      order.length < LEAST_BLOCKS
        ? undefined
        : passbandShape(
            sortedHz,
            order.map((i) => response[i]!),
            thresholds.d7SuckOutDb,
          );
    if (!shape) return [];
    const [lowestHz, highestHz] = [sortedHz[0]!, sortedHz.at(-1)!];
    const { suckOut, tiltDb, rollOffDb } = shape;
    return noticesOf(
      this.#step(view, "tilt", Math.abs(tiltDb), thresholds.d7TiltDb, lowestHz, highestHz, { tiltDb }),
      this.#step(
        view,
        "rollOff",
        suckOut ? 0 : rollOffDb,
        thresholds.d7RollOffDb,
        highestHz - 0.05 * (highestHz - lowestHz),
        highestHz,
        { rollOffDb },
      ),
      this.#step(
        view,
        "suckOut",
        suckOut?.depthDb ?? 0,
        thresholds.d7SuckOutDb,
        (suckOut?.f0Hz ?? 0) - (suckOut?.widthHz ?? 0) / 2,
        (suckOut?.f0Hz ?? 0) + (suckOut?.widthHz ?? 0) / 2,
        { depthDb: suckOut?.depthDb ?? 0 },
      ),
    );
  }

  #judgeRipple(view: FrameView): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { frame } = view;
    let worst:
      | { value: number; lowerHz: number; upperHz: number; figures: Record<string, number> }
      | undefined;
    for (const record of view.meter.records) {
      const { lowerHz, upperHz } = record.channel;
      if (upperHz - lowerHz < RIPPLE_HZ || !record.isVisible) continue;
      // The edges of the channel fall by themselves.
      const levels: number[] = [];
      for (let k = record.first + 2; k < record.end - 2; k += 1) {
        levels.push(view.meter.activeFrames[k]! < LEAST_ACTIVE ? Number.NaN : view.meter.activeLevelDbmv(k));
      }
      const ripple = strongestRipple(levels, frame.binSpacingHz);
      if (!ripple || ripple.peakToMedian < RIPPLE_STRENGTH || (worst && worst.value >= ripple.peakToPeakDb)) {
        continue;
      }
      worst = {
        value: ripple.peakToPeakDb,
        lowerHz: frequencyOfBin(frame, record.first),
        upperHz: frequencyOfBin(frame, record.end - 1),
        figures: {
          delayNs: 1e9 * ripple.delayS,
          periodHz: ripple.periodHz,
          peakToPeakDb: ripple.peakToPeakDb,
        },
      };
    }
    return noticesOf(
      this.#step(
        view,
        "ripple",
        worst?.value ?? 0,
        thresholds.d7RippleDb,
        worst?.lowerHz ?? 0,
        worst?.upperHz ?? 0,
        worst?.figures ?? {},
      ),
    );
  }

  #step(
    view: FrameView,
    kind: "tilt" | "rollOff" | "suckOut" | "ripple",
    value: number,
    threshold: number,
    lowerHz: number,
    upperHz: number,
    figures: Record<string, number>,
  ): DetectorNotice | undefined {
    const sighting: Sighting = {
      f0Hz: (lowerHz + upperHz) / 2,
      bwHz: upperHz - lowerHz,
      channels: view.channelsAt(lowerHz, upperHz),
      statistic: `${kind} in dB`,
      value,
      threshold,
      severity: kind === "tilt" && value >= this.#context.thresholds.d7TiltAlarmDb ? "major" : "minor",
      figures,
    };
    return this.#alarms[kind].step(value - threshold, sighting, view.frame.timeS, view.frame.sequence);
  }
}
