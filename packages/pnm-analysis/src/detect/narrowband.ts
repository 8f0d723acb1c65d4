import { frequencyOfBin } from "../measure/bins.ts";
import { BinClass } from "../plant/band-plan.ts";
import { HoldTrace } from "../traces/hold-trace.ts";
import { dbOfPower } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, confirmationOf, type Detector, type DetectorContext, timingOf } from "./detector.ts";
import type { DetectorNotice, Sighting } from "./event.ts";
import { BLOCK_FRAMES, type FrameView } from "./frame-view.ts";
import { LocalBaseline } from "./local-baseline.ts";
import { findSegments, type Segment } from "./segments.ts";
import { serviceAt } from "./services.ts";

/** Averages of so many looks and more are judged by the threshold for averages. */
const AVERAGED_LOOKS = 8;
/** Frames that one max hold goes over, and between two looks under the channels. */
const HOLD_FRAMES = 60;
const UNDER_CHANNEL_FRAMES = 100;
/** Evaluations without a hit after which a line that was never raised is forgotten. */
const FORGET_MASK = 2 ** 20 - 1;
const DUTY_WINDOW_S = 60;

type Look = "live" | "average" | "hold" | "underChannel";
const LOOKS: readonly Look[] = ["live", "average", "hold", "underChannel"];

/** Where the excess over the bins beside a line was seen. */
const LOOK_WORDS: Readonly<Record<Look, string>> = {
  live: "single frame",
  average: `average of ${BLOCK_FRAMES} frames`,
  hold: `max hold of ${HOLD_FRAMES} frames`,
  underChannel: "between bursts",
};

interface Line {
  alarm: Alarm;
  bin: number;
  /** Hits of the last 20 evaluations per look, the newest lowest. */
  hits: Record<Look, number>;
  /** It was seen in single frames: they alone tell how often it is there. */
  isLive: boolean;
  last: Sighting | undefined;
  duty: DutyMeter;
}

/**
 * D1: lines that stand out of their neighbours at a constant false alarm rate, in single frames, in averages, in max
 * hold, and under channels in the 20 % quantile, where bursts are out of the way. A line counts once 3 of 5
 * evaluations of one look show it, unless the thresholds tell others.
 */
export class NarrowbandDetector implements Detector {
  readonly id = "D1";
  readonly #context: DetectorContext;
  /** Lines that another finding explains. */
  isExplained: (frequencyHz: number) => boolean = () => false;
  #lines: Line[] = [];
  #hold: HoldTrace | undefined;
  #underChannel: LocalBaseline | undefined;
  #holdBaseline: LocalBaseline | undefined;
  #frames = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  feed(view: FrameView): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { frame } = view;
    this.#frames += 1;
    const found = new Map<Look, Segment[]>();
    const isAveraged = view.looks >= AVERAGED_LOOKS;
    const liveDb = isAveraged ? thresholds.d1AverageDb : thresholds.d1LiveDb;
    const limits: Record<Look, number> = {
      live: liveDb,
      average: thresholds.d1AverageDb,
      hold: thresholds.d1HoldDb,
      underChannel: thresholds.d1AverageDb,
    };
    const look = (name: Look, levels: ArrayLike<number>, excess: ArrayLike<number>) =>
      found.set(name, findSegments(levels, excess, limits[name] - thresholds.hysteresisDb));
    look("live", frame.levelsDbmv, view.excessDb);
    if (view.block) look("average", view.block.levelsDbmv, view.block.excessDb);
    this.#holdLook(view, look);
    this.#underChannelLook(view, look);
    return this.#judge(view, found, limits);
  }

  #holdLook(
    view: FrameView,
    look: (name: Look, levels: ArrayLike<number>, excess: Float32Array) => void,
  ): void {
    const bins = view.powers.length;
    this.#hold ??= new HoldTrace(bins, { kind: "max" });
    if (!view.isSpoilt) this.#hold.add(view.frame.levelsDbmv, view.frame.timeS, view.frame.sequence);
    if (this.#frames % HOLD_FRAMES !== 0) return;
    // The median of a hold is its own reference: no bias between median and mean of a single look applies.
    this.#holdBaseline ??= new LocalBaseline(quietGroups(view), 1000);
    look("hold", this.#hold.levelsDb, this.#holdBaseline.excess(this.#hold.levelsDb, new Float32Array(bins)));
    this.#hold.reset();
  }

  #underChannelLook(
    view: FrameView,
    look: (name: Look, levels: ArrayLike<number>, excess: Float32Array) => void,
  ): void {
    if (this.#frames % UNDER_CHANNEL_FRAMES !== 0 || view.floor.histogram.filled < UNDER_CHANNEL_FRAMES)
      return;
    if (!this.#underChannel || this.#frames % (10 * UNDER_CHANNEL_FRAMES) === 0) {
      const groups = Int16Array.from(view.map.channels, (channel, k) =>
        channel >= 0 && view.map.classes[k] === BinClass.occupied && view.floor.sourceAt(k) === "statistical"
          ? channel
          : -1,
      );
      this.#underChannel = new LocalBaseline(groups, 1000);
    }
    const low = view.floor.lowLevelsDbmv();
    look("underChannel", low, this.#underChannel.excess(low, new Float32Array(low.length)));
  }

  #judge(
    view: FrameView,
    found: ReadonlyMap<Look, Segment[]>,
    limits: Record<Look, number>,
  ): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { timeS, sequence, binSpacingHz } = view.frame;
    const reach = Math.max(2, thresholds.d1MergeHz / binSpacingHz);
    const { n, m } = confirmationOf(thresholds.d1ConfirmFrames, thresholds.d1ConfirmOfFrames);
    for (const line of this.#lines)
      for (const name of found.keys()) line.hits[name] = (line.hits[name] << 1) & FORGET_MASK;
    const excesses = new Map<Line, number>();
    for (const [name, segments] of found) {
      for (const segment of segments) {
        if (this.isExplained(frequencyOfBin(view.frame, segment.middle))) continue;
        const line = this.#lineNear(segment.middle, reach) ?? this.#newLine(segment, limits[name]);
        if (!line) continue;
        const excess = segment.peakDb - limits[name];
        excesses.set(line, Math.max(excess, excesses.get(line) ?? Number.NEGATIVE_INFINITY));
        if (excess < 0) continue;
        line.hits[name] |= 1;
        line.isLive ||= name === "live";
        line.bin += 0.3 * (segment.middle - line.bin);
        line.last = this.#sightingOf(view, line, name, segment, limits[name]);
      }
    }
    const notices: DetectorNotice[] = [];
    for (const line of this.#lines) {
      line.duty.add(timeS, isPresent(line));
      const isConfirmed = LOOKS.some((name) => bits(line.hits[name] & (2 ** m - 1)) >= n);
      // Before it is confirmed, a line is not handed to its alarm: the alarm raises with the first it gets.
      const isKnown = !line.alarm.isQuiet || isConfirmed;
      if (!isKnown) continue;
      // Between two averages a line that only averages show is there as the last of them said.
      const unseen = !line.isLive && isPresent(line) ? 0 : -thresholds.hysteresisDb - 1;
      const excess = excesses.get(line) ?? unseen;
      const sighting = line.last && withDuty(line.last, line.duty, thresholds.d1IntermittentPct);
      const notice = line.alarm.step(
        isConfirmed && line.alarm.isQuiet ? 0 : excess,
        sighting,
        timeS,
        sequence,
      );
      if (line.alarm.event) line.alarm.event.classification = sighting?.classification;
      if (notice) notices.push(notice);
    }
    this.#lines = this.#lines.filter(
      (line) => !line.alarm.isQuiet || LOOKS.some((name) => line.hits[name] !== 0),
    );
    return notices;
  }

  #lineNear(bin: number, reach: number): Line | undefined {
    let best: Line | undefined;
    for (const line of this.#lines) {
      const distance = Math.abs(line.bin - bin);
      if (distance <= reach && (!best || distance < Math.abs(best.bin - bin))) best = line;
    }
    return best;
  }

  #newLine(segment: Segment, limitDb: number): Line | undefined {
    if (segment.peakDb < limitDb) return undefined;
    const line: Line = {
      alarm: new Alarm("D1", "narrowbandIngress", this.#context.journal, {
        ...timingOf(this.#context.thresholds),
        ...AT_ONCE,
      }),
      bin: segment.middle,
      hits: { live: 0, average: 0, hold: 0, underChannel: 0 },
      isLive: false,
      last: undefined,
      duty: new DutyMeter(),
    };
    this.#lines.push(line);
    return line;
  }

  #sightingOf(view: FrameView, line: Line, name: Look, segment: Segment, limitDb: number): Sighting {
    const { binSpacingHz } = view.frame;
    const f0Hz = frequencyOfBin(view.frame, line.bin);
    const levelDbmv = dbOfPower(segment.excessPower / view.enbwBins);
    const bwHz = (segment.end - segment.first) * binSpacingHz;
    return {
      f0Hz,
      bwHz,
      levelDbmv,
      dBc: view.dBcAt(f0Hz, levelDbmv),
      channels: view.channelsAt(f0Hz - bwHz / 2, f0Hz + bwHz / 2),
      statistic: `excess over neighbours in dB, ${LOOK_WORDS[name]}`,
      value: segment.peakDb,
      threshold: limitDb,
      classification: serviceAt(f0Hz, binSpacingHz / 2),
    };
  }

  /** Events of all lines that are raised now. */
  get raised(): readonly Alarm[] {
    return this.#lines.filter(({ alarm }) => alarm.isRaised).map(({ alarm }) => alarm);
  }
}

/** The newest look of the kind that tells most: a line too weak for single frames is there as long as averages show it. */
function isPresent({ isLive, hits }: Line): boolean {
  return ((isLive ? hits.live : hits.average | hits.hold | hits.underChannel) & 1) === 1;
}

function quietGroups(view: FrameView): Int16Array {
  return Int16Array.from(view.map.classes, (value) =>
    value === BinClass.occupied || value === BinClass.guard ? -1 : value,
  );
}

function withDuty(sighting: Sighting, duty: DutyMeter, intermittentPct: number): Sighting {
  const isIntermittent = duty.frames > BLOCK_FRAMES && duty.pct < intermittentPct;
  const names = [sighting.classification, isIntermittent ? "intermittent" : undefined].filter(Boolean);
  return { ...sighting, classification: names.length === 0 ? undefined : names.join(", ") };
}

/** Share of the frames of the last minute that showed a line, in buckets of a second. */
class DutyMeter {
  #buckets: { second: number; hits: number; frames: number }[] = [];
  #hits = 0;
  frames = 0;

  add(timeS: number, isHit: boolean): void {
    const second = Math.floor(timeS);
    let bucket = this.#buckets.at(-1);
    if (bucket?.second !== second) {
      bucket = { second, hits: 0, frames: 0 };
      this.#buckets.push(bucket);
      while (this.#buckets[0]!.second <= second - DUTY_WINDOW_S) {
        const old = this.#buckets.shift()!;
        this.#hits -= old.hits;
        this.frames -= old.frames;
      }
    }
    bucket.frames += 1;
    this.frames += 1;
    if (!isHit) return;
    bucket.hits += 1;
    this.#hits += 1;
  }

  get pct(): number {
    return this.frames === 0 ? 0 : (100 * this.#hits) / this.frames;
  }
}

function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
