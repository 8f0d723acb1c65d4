import { frequencyOfBin } from "../measure/bins.ts";
import { median } from "../measure/quantile.ts";
import { BinClass } from "../plant/band-plan.ts";
import type { ChannelRecord } from "../plant/channel-meter.ts";
import { dbOfPower, powerOfDb } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice, EventKind, Sighting } from "./event.ts";
import type { FrameView } from "./frame-view.ts";
import { isLeaky, Leakage } from "./leakage.ts";

/** Frames between two judgements of the channels, and that a judgement needs at least. */
const EVALUATE_FRAMES = 50;
const LEAST_FRAMES = 200;
const LEAST_ACTIVE = 10;
/** Smoothing over which a carrier is a carrier and not a line. */
const SMOOTHED_HZ = 200_000;
/** So far under its peak a line is no wider than this many times its noise bandwidth, whatever the window. */
const NEAR_PEAK_DB = 10;
const MAIN_LOBE_ENBW = 2.2;

/**
 * D8: what does not fit the channel table. Carriers outside of it, channels without a burst, with hardly any, at the
 * wrong level, or with a transmitter that does not stop. How often a channel sends is not judged by frames that a
 * trigger selects: an idle SID shows no burst at all, one modem only its own.
 */
export class CarrierDetector implements Detector {
  readonly id = "D8";
  readonly #context: DetectorContext;
  readonly #unknown: { alarm: Alarm; f0Hz: number }[] = [];
  readonly #channels = new Map<string, Alarm>();
  #leakage: Leakage | undefined;
  #frames = 0;
  #startS = Number.NaN;

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  feed(view: FrameView): DetectorNotice[] {
    this.#frames += 1;
    if (Number.isNaN(this.#startS)) this.#startS = view.frame.timeS;
    const notices = view.block ? this.#judgeUnknown(view, view.block.levelsDbmv) : [];
    if (this.#frames % EVALUATE_FRAMES !== 0) return notices;
    for (const record of view.meter.records) {
      if (record.isVisible) notices.push(...this.#judgeChannel(view, record));
    }
    return notices;
  }

  #judgeUnknown(view: FrameView, levelsDbmv: Float64Array): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { frame, map } = view;
    // The median over the quiet bins: a carrier that is always there would be part of its own floor.
    const floorDbmv = median(Array.from(view.quiet, (k) => levelsDbmv[k]!));
    const leaked = this.#leakedDbmv(view, levelsDbmv);
    const half = Math.max(0, Math.round(SMOOTHED_HZ / frame.binSpacingHz / 2));
    const found: { first: number; end: number }[] = [];
    let first = -1;
    for (let k = 0; k <= levelsDbmv.length; k += 1) {
      const isOpen =
        k < levelsDbmv.length && (map.classes[k] === BinClass.quiet || map.classes[k] === BinClass.above);
      const isHigh =
        isOpen &&
        smoothed(levelsDbmv, k, half) >
          Math.max(floorDbmv, leaked?.[k] ?? floorDbmv) + thresholds.d8CarrierDb;
      if (isHigh && first < 0) first = k;
      if (isHigh || first < 0) continue;
      // A line is as wide as the smoothing that it passes: its levels fall away beside it.
      if (
        (k - first) * frame.binSpacingHz > thresholds.d8CarrierHz &&
        isWide(levelsDbmv, first, k, floorDbmv, view.enbwBins)
      ) {
        found.push({ first, end: k });
      }
      first = -1;
    }
    return this.#stepUnknown(view, levelsDbmv, floorDbmv, found);
  }

  /** What a leaky window puts between the channels; undefined for others. */
  #leakedDbmv(view: FrameView, levelsDbmv: Float64Array): Float64Array | undefined {
    if (!isLeaky(view.enbwBins)) return undefined;
    this.#leakage ??= new Leakage(levelsDbmv.length);
    const channelPower = levelsDbmv.map((level, k) =>
      view.map.classes[k] === BinClass.occupied ? powerOfDb(level) : 0,
    );
    return this.#leakage.of(channelPower).map((power) => dbOfPower(Math.max(1e-30, power)));
  }

  #stepUnknown(
    view: FrameView,
    levelsDbmv: Float64Array,
    floorDbmv: number,
    found: readonly { first: number; end: number }[],
  ): DetectorNotice[] {
    const { thresholds, journal } = this.#context;
    const { frame } = view;
    const sightings = found.map(({ first, end }): Sighting => {
      let power = 0;
      for (let k = first; k < end; k += 1) power += powerOfDb(levelsDbmv[k]!);
      const bwHz = (end - first) * frame.binSpacingHz;
      const excessDb = dbOfPower(power / (end - first)) - floorDbmv;
      return {
        f0Hz: frequencyOfBin(frame, (first + end - 1) / 2),
        bwHz,
        levelDbmv: dbOfPower(power / view.enbwBins),
        channels: [],
        statistic: "level over the floor in dB",
        value: excessDb,
        threshold: thresholds.d8CarrierDb,
        severity: "minor",
        classification: "carrier not in the channel table",
      };
    });
    const left = new Set(sightings);
    const notices: DetectorNotice[] = [];
    for (const known of this.#unknown) {
      const seen = sightings.find((s) => Math.abs(s.f0Hz - known.f0Hz) < s.bwHz / 2);
      if (seen) left.delete(seen);
      const excess = seen ? seen.value - seen.threshold : -thresholds.hysteresisDb - 1;
      notices.push(...noticesOf(known.alarm.step(excess, seen, frame.timeS, frame.sequence)));
    }
    for (let i = this.#unknown.length - 1; i >= 0; i -= 1)
      if (this.#unknown[i]!.alarm.isQuiet) this.#unknown.splice(i, 1);
    for (const seen of left) {
      const alarm = new Alarm("D8", "unknownCarrier", journal, timingOf(thresholds));
      this.#unknown.push({ alarm, f0Hz: seen.f0Hz });
      notices.push(...noticesOf(alarm.step(seen.value - seen.threshold, seen, frame.timeS, frame.sequence)));
    }
    return notices;
  }

  #judgeChannel(view: FrameView, record: ChannelRecord): DetectorNotice[] {
    const isKnown = record.frames >= LEAST_FRAMES / 2;
    const levels = isKnown ? this.#judgeLevel(view, record) : [];
    if (this.#context.isTriggered) return levels;
    const stuck = isKnown ? this.#judgeStuck(view, record) : [];
    return [...this.#judgeTraffic(view, record), ...levels, ...stuck];
  }

  #judgeTraffic(view: FrameView, record: ChannelRecord): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { timeS } = view.frame;
    const silentS = timeS - (Number.isNaN(record.lastActiveS) ? this.#startS : record.lastActiveS);
    const occupancyPct = 100 * record.occupancy;
    const notices = noticesOf(
      this.#step(view, record, "channelSilent", {
        isHit: silentS >= thresholds.d8SilentS,
        value: silentS,
        threshold: thresholds.d8SilentS,
        statistic: "time without a burst in s",
        severity: "info",
      }),
    );
    if (record.frames < LEAST_FRAMES / 2) return notices;
    notices.push(
      ...noticesOf(
        this.#step(view, record, "lowTraffic", {
          isHit:
            this.#frames >= LEAST_FRAMES &&
            occupancyPct < thresholds.d8LowTrafficPct &&
            silentS < thresholds.d8SilentS,
          value: occupancyPct,
          threshold: thresholds.d8LowTrafficPct,
          statistic: "occupancy in %",
          severity: "info",
        }),
      ),
    );
    return notices;
  }

  #judgeLevel(view: FrameView, record: ChannelRecord): DetectorNotice[] {
    const { thresholds } = this.#context;
    const { expectedDbmvPerHz } = record.channel;
    if (expectedDbmvPerHz === undefined || record.activeFrames < LEAST_ACTIVE) return [];
    const deviationDb =
      record.activeDbmvPerBin - dbOfPower(view.frame.resolutionBandwidthHz) - expectedDbmvPerHz;
    const value = Math.abs(deviationDb);
    return noticesOf(
      this.#step(view, record, "levelDeviation", {
        isHit: value >= thresholds.d8LevelWarnDb,
        value,
        threshold: thresholds.d8LevelWarnDb,
        statistic: "deviation from the expected level in dB",
        severity: value >= thresholds.d8LevelAlarmDb ? "major" : "minor",
        figures: { deviationDb },
      }),
    );
  }

  #judgeStuck(view: FrameView, record: ChannelRecord): DetectorNotice[] {
    const { thresholds } = this.#context;
    const lookS = 1 / view.frame.binSpacingHz;
    // What a look of this length spreads by itself: 4.34 dB over the root of its degrees of freedom, of which the
    // window's ends take their part.
    const freedom = (record.signalHz * lookS * view.looks) / view.enbwBins;
    const ownDb = 4.343 / Math.sqrt(Math.max(1, freedom));
    const spreadDb = Math.sqrt(Math.max(0, record.levelSpreadDb ** 2 - ownDb ** 2));
    const isHit =
      record.channel.kind === "scQam" && record.activeRun >= LEAST_FRAMES && spreadDb < thresholds.d8StuckDb;
    return noticesOf(
      this.#step(view, record, "stuckTransmitter", {
        isHit,
        value: record.activeRun,
        threshold: LEAST_FRAMES,
        statistic: "frames without a gap",
        severity: "major",
        figures: { spreadDb },
      }),
    );
  }

  #step(
    view: FrameView,
    record: ChannelRecord,
    kind: EventKind,
    found: Pick<Sighting, "value" | "threshold" | "statistic" | "severity" | "figures"> & { isHit: boolean },
  ): DetectorNotice | undefined {
    const { thresholds, journal } = this.#context;
    const key = `${kind} ${record.channel.id}`;
    let alarm = this.#channels.get(key);
    if (!alarm) {
      alarm = new Alarm("D8", kind, journal, { ...timingOf(thresholds), ...AT_ONCE });
      this.#channels.set(key, alarm);
    }
    const { lowerHz, upperHz, id } = record.channel;
    const { isHit, ...rest } = found;
    const sighting: Sighting = {
      ...rest,
      f0Hz: (lowerHz + upperHz) / 2,
      bwHz: upperHz - lowerHz,
      levelDbmv: Number.isNaN(record.meanLevelDbmv) ? undefined : record.meanLevelDbmv,
      channels: [id],
    };
    return alarm.step(
      isHit ? 0 : -thresholds.hysteresisDb - 1,
      isHit ? sighting : undefined,
      view.frame.timeS,
      view.frame.sequence,
    );
  }
}

function smoothed(levelsDbmv: Float64Array, bin: number, half: number): number {
  let sum = 0;
  let count = 0;
  for (let k = Math.max(0, bin - half); k <= Math.min(levelsDbmv.length - 1, bin + half); k += 1) {
    if (Number.isNaN(levelsDbmv[k]!)) continue;
    sum += powerOfDb(levelsDbmv[k]!);
    count += 1;
  }
  return dbOfPower(sum / count);
}

/** A strong line fills its stretch with the window's main lobe and skirts, but only few bins come near its peak. */
function isWide(
  levelsDbmv: Float64Array,
  first: number,
  end: number,
  floorDbmv: number,
  enbwBins: number,
): boolean {
  const stretch = levelsDbmv.subarray(first, end);
  const peakDbmv = stretch.reduce((peak, level) => Math.max(peak, level), Number.NEGATIVE_INFINITY);
  const isNear = (level: number) => level > peakDbmv - NEAR_PEAK_DB;
  const isHigh = (level: number) => level > floorDbmv + 3;
  return (
    stretch.filter(isNear).length > MAIN_LOBE_ENBW * enbwBins &&
    stretch.filter(isHigh).length >= 0.6 * (end - first)
  );
}
