import { Alarm } from "../detect/alarm.ts";
import { AT_ONCE } from "../detect/detector.ts";
import type { DetectorEvent, DetectorNotice, Severity, Sighting } from "../detect/event.ts";
import { EventJournal, snapshotOf } from "../detect/event-journal.ts";
import { type Thresholds, thresholdsWith } from "../detect/thresholds.ts";
import type { BandPlan } from "../plant/band-plan.ts";
import { isSameAxis, isSameBandwidth, powersOfLevels, type SpectrumFrame } from "../spectrum-frame.ts";
import { HoldTrace } from "../traces/hold-trace.ts";
import { PowerAverage } from "../traces/power-average.ts";
import { type JudgedBand, JudgedMask } from "./judged-mask.ts";
import { type MaskFit, maskFit } from "./mask-fit.ts";
import type { MaskSource, MaskTrace } from "./mask-source.ts";

/** Frames that the average trace is over. */
export const WATCHED_AVERAGE_FRAMES = 16;
/** What a watched max hold is over: one that goes on for ever would never keep a limit again. */
export const WATCHED_HOLD_S = 10;

/** A mask that is judged by every frame of a stream. */
export interface WatchedMask {
  id: string;
  name: string;
  source: MaskSource;
  trace: MaskTrace;
  /** Frames in a row that must be beyond it before it fails. */
  consecutiveFrames: number;
  severity: Severity;
}

/** How a watched mask stands. */
export interface MaskState {
  id: string;
  fit: MaskFit;
  /** An event of it is raised. */
  isFailing: boolean;
}

export interface MaskWatchOptions {
  plan: BandPlan;
  masks?: readonly WatchedMask[];
  /** Those that differ from the defaults. */
  thresholds?: Partial<Thresholds>;
  /** Level relative to the channel at a frequency or nearest to it; undefined where none was measured. */
  dBcAt?: (frequencyHz: number, levelDbmv: number) => number | undefined;
  /** Ids of new events; counts from 1 unless given. */
  nextId?: () => string;
}

interface WatchedBand {
  band: JudgedBand;
  alarm: Alarm;
  /** The worst that was seen since the alarm was quiet. */
  worst: Sighting | undefined;
}

interface Watched {
  mask: WatchedMask;
  judged: JudgedMask;
  bands: WatchedBand[];
  fit: MaskFit;
}

/**
 * Judges masks as the page does and raises an event for each band that fails. An event stands until the band has
 * kept its limit for the clearing time; there is no hysteresis, for the line says by itself what is allowed.
 */
export class MaskWatch {
  readonly #options: MaskWatchOptions;
  readonly #journal: EventJournal;
  #masks: readonly WatchedMask[];
  #watched: Watched[] = [];
  #frame: SpectrumFrame | undefined;
  #average: PowerAverage | undefined;
  #averageDb = new Float64Array(0);
  #powers = new Float64Array(0);
  #hold: HoldTrace | undefined;

  constructor(options: MaskWatchOptions) {
    this.#options = options;
    this.#masks = options.masks ?? [];
    this.#journal = new EventJournal(thresholdsWith(options.thresholds), options.nextId);
  }

  /** Takes every frame in order; one on another axis or of another noise bandwidth begins anew and clears all events. */
  feed(frame: SpectrumFrame): DetectorNotice[] {
    const before = this.#frame;
    this.#frame = frame;
    const notices: DetectorNotice[] = [];
    if (before === undefined || !isSameAxis(before, frame) || !isSameBandwidth(before, frame)) {
      notices.push(...clearedOf(this.#watched));
      this.#watched = this.#masks.map((mask) => this.#watch(mask, frame));
      this.#average = undefined;
      this.#hold = undefined;
    }
    const levels = this.#traces(frame);
    for (const watched of this.#watched) {
      const judgedDbmv = levels[watched.mask.trace];
      if (judgedDbmv) this.#judge(watched, judgedDbmv, frame, notices);
    }
    return notices;
  }

  /** Other masks from the next frame on. Events of masks that are gone or have changed are cleared. */
  change(masks: readonly WatchedMask[]): DetectorNotice[] {
    this.#masks = masks;
    const frame = this.#frame;
    if (frame === undefined) return [];
    const before = new Map(this.#watched.map((watched) => [JSON.stringify(watched.mask), watched]));
    this.#watched = masks.map((mask) => {
      const key = JSON.stringify(mask);
      const known = before.get(key);
      before.delete(key);
      return known ?? this.#watch(mask, frame);
    });
    return clearedOf([...before.values()]);
  }

  /** How each mask stands on the axis of the newest frame; empty before the first. */
  get states(): MaskState[] {
    return this.#watched.map(({ mask, fit, bands }) => ({
      id: mask.id,
      fit,
      isFailing: bands.some(({ alarm }) => alarm.isRaised),
    }));
  }

  /** The last thousand events as they stand now, the oldest first. */
  get events(): readonly DetectorEvent[] {
    return this.#journal.snapshots();
  }

  get raised(): readonly DetectorEvent[] {
    return this.#journal.snapshots(({ state }) => state === "raised");
  }

  #watch(mask: WatchedMask, frame: SpectrumFrame): Watched {
    const { plan, thresholds } = this.#options;
    const { clearS, cooldownS } = thresholdsWith(thresholds);
    const { levelsDbmv, firstBinHz, binSpacingHz, resolutionBandwidthHz } = frame;
    const axis = { firstBinHz, binSpacingHz, bins: levelsDbmv.length };
    const judged = new JudgedMask(mask, axis, plan, resolutionBandwidthHz || binSpacingHz);
    const timing = { ...AT_ONCE, hysteresisDb: 0, clearS, cooldownS };
    return {
      mask,
      judged,
      bands: judged.bands.map((band) => ({
        band,
        alarm: new Alarm("mask", "mask", this.#journal, timing),
        worst: undefined,
      })),
      fit: maskFit(mask.source, judged, plan),
    };
  }

  /** The traces that some mask judges; an average before it is full, and what no mask asks for, is left out. */
  #traces({
    levelsDbmv,
    timeS,
    sequence,
  }: SpectrumFrame): Partial<Record<MaskTrace, Float32Array | Float64Array>> {
    const isJudged = (trace: MaskTrace) => this.#masks.some((mask) => mask.trace === trace);
    const bins = levelsDbmv.length;
    if (!isJudged("average")) this.#average = undefined;
    else {
      if (this.#averageDb.length !== bins) {
        this.#averageDb = new Float64Array(bins);
        this.#powers = new Float64Array(bins);
      }
      this.#average ??= new PowerAverage(bins, "moving", WATCHED_AVERAGE_FRAMES);
      this.#average.add(levelsDbmv, powersOfLevels(levelsDbmv, this.#powers));
    }
    if (!isJudged("max")) this.#hold = undefined;
    else {
      this.#hold ??= new HoldTrace(bins, { kind: "max", windowS: WATCHED_HOLD_S });
      this.#hold.add(levelsDbmv, timeS, sequence);
    }
    return {
      live: levelsDbmv as Float32Array,
      ...(this.#hold && { max: this.#hold.levelsDb }),
      ...(this.#average?.frames === WATCHED_AVERAGE_FRAMES && {
        average: this.#average.levelsDb(this.#averageDb),
      }),
    };
  }

  #judge(
    { mask, judged, bands }: Watched,
    levelsDbmv: Float32Array | Float64Array,
    { timeS, sequence }: SpectrumFrame,
    notices: DetectorNotice[],
  ): void {
    judged.judge(levelsDbmv);
    for (const watched of bands) {
      const { alarm, band } = watched;
      const { isPassing, violations, worstDb } = band.verdict!;
      // Once raised, every frame that is beyond the limit keeps it raised.
      const isOver = violations > 0 && (alarm.isRaised || !isPassing);
      if (alarm.isQuiet) watched.worst = undefined;
      if (isOver && !(worstDb <= (watched.worst?.value ?? Number.NEGATIVE_INFINITY))) {
        watched.worst = this.#sightingOf(mask, judged, band, levelsDbmv);
      }
      const sighting = isOver && watched.worst ? { ...watched.worst, value: worstDb } : undefined;
      const notice = alarm.step(isOver ? worstDb : Number.NEGATIVE_INFINITY, sighting, timeS, sequence);
      if (notice) notices.push(notice);
    }
  }

  #sightingOf(
    mask: WatchedMask,
    judged: JudgedMask,
    band: JudgedBand,
    levelsDbmv: Float32Array | Float64Array,
  ): Sighting {
    const { axis, limits } = judged;
    const { worstDb, worstBin } = band.verdict!;
    const worst = band.first + worstBin;
    const isBeyond = (bin: number) =>
      levelsDbmv[bin]! > limits.upperDbmv[bin]! || levelsDbmv[bin]! < limits.lowerDbmv[bin]!;
    let first = worst;
    let end = worst + 1;
    while (first > band.first && isBeyond(first - 1)) first -= 1;
    while (end < band.end && isBeyond(end)) end += 1;
    const worstHz = judged.worstHz(band);
    const bwHz = (end - first) * axis.binSpacingHz;
    const levelDbmv = levelsDbmv[worst]!;
    const upperDbmv = limits.upperDbmv[worst]!;
    const isAbove = levelDbmv > upperDbmv;
    const limitDbmv = isAbove ? upperDbmv : limits.lowerDbmv[worst]!;
    const { plan, dBcAt } = this.#options;
    const channels = plan.channels
      .filter(({ lowerHz, upperHz }) => lowerHz < worstHz + bwHz / 2 && upperHz > worstHz - bwHz / 2)
      .map(({ id }) => id);
    return {
      f0Hz: worstHz,
      bwHz,
      isPlaceOfPeak: true,
      levelDbmv,
      // In a channel the level is that of its own bursts, and under a limit nothing disturbs.
      dBc: isAbove && channels.length === 0 ? dBcAt?.(worstHz, levelDbmv) : undefined,
      channels,
      statistic: "level beyond the limit in dB",
      value: worstDb,
      threshold: 0,
      severity: mask.severity,
      classification: mask.name,
      figures: {
        limitDbmv,
        worstDb,
        worstLevelDbmv: levelDbmv,
        bandFromHz: axis.firstBinHz + (band.first - 0.5) * axis.binSpacingHz,
        bandToHz: axis.firstBinHz + (band.end - 0.5) * axis.binSpacingHz,
      },
    };
  }
}

/** Clears the events of what is watched no more. */
function clearedOf(watched: readonly Watched[]): DetectorNotice[] {
  return watched.flatMap(({ bands }) =>
    bands.flatMap(({ alarm: { event } }): DetectorNotice[] => {
      if (event?.state !== "raised") return [];
      event.state = "cleared";
      return [{ type: "cleared", event: snapshotOf(event) }];
    }),
  );
}
