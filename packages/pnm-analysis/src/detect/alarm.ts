import { type AlarmMemory, type AlarmTiming, alarmStep, DEFAULT_TIMING, QUIET_ALARM } from "./alarm-table.ts";
import type { DetectorEvent, DetectorNotice, EventKind, EventSourceId, Sighting } from "./event.ts";
import { type EventJournal, snapshotOf } from "./event-journal.ts";

/** Frames on either side of the peak that an event names as its evidence. */
const EVIDENCE_REACH = 2;

/** One alarm of a detector: what it sees frame by frame becomes an event that is raised, goes on and is cleared. */
export class Alarm {
  readonly detector: EventSourceId;
  readonly kind: EventKind;
  event: DetectorEvent | undefined;
  #memory: AlarmMemory = QUIET_ALARM;
  readonly #timing: AlarmTiming;
  readonly #framesPerStep: number;
  readonly #isDutyToNow: boolean;
  readonly #journal: EventJournal;
  /** Frames since the first sighting, and those of them that showed it. */
  #frames = 0;
  #seen = 0;
  #firstS = Number.NaN;
  #peak: { sighting: Sighting; sequence: number } | undefined;

  /**
   * @param timing `framesPerStep`: frames that one step stands for, 1 unless given. `isDutyToNow`: the duty is of all
   *   frames up to the clearing and not to the last sighting, for what has no length of its own.
   */
  constructor(
    detector: EventSourceId,
    kind: EventKind,
    journal: EventJournal,
    {
      framesPerStep = 1,
      isDutyToNow = false,
      ...timing
    }: Partial<AlarmTiming> & { framesPerStep?: number; isDutyToNow?: boolean } = {},
  ) {
    this.detector = detector;
    this.kind = kind;
    this.#journal = journal;
    this.#framesPerStep = framesPerStep;
    this.#isDutyToNow = isDutyToNow;
    this.#timing = { ...DEFAULT_TIMING, ...timing };
  }

  get isRaised(): boolean {
    return this.#memory.state === "raised" || this.#memory.state === "clearing";
  }

  get isQuiet(): boolean {
    return this.#memory.state === "quiet";
  }

  /**
   * @param excessDb how far the statistic lies over its threshold
   * @param sighting what was seen; needed once the threshold was passed
   */
  step(
    excessDb: number,
    sighting: Sighting | undefined,
    timeS: number,
    sequence: number,
  ): DetectorNotice | undefined {
    const isOver = excessDb >= 0 && sighting !== undefined;
    if (this.#memory.state === "quiet") {
      if (!isOver) return undefined;
      this.#frames = 0;
      this.#seen = 0;
      this.#firstS = timeS;
      this.#peak = undefined;
      this.event = undefined;
    }
    this.#frames += 1;
    if (isOver) this.#see(sighting, timeS, sequence);
    else if (this.#isDutyToNow && this.event?.state === "raised") this.event.dutyPct = this.#dutyPct;
    const { memory, effect } = alarmStep(this.#memory, excessDb, timeS, this.#timing);
    this.#memory = memory;
    if (effect === undefined) return undefined;
    if (effect === "raise" && sighting && this.#peak) {
      this.event = this.#eventOf(sighting, timeS, this.#peak);
      this.#journal.add(this.event);
    }
    if (!this.event) return undefined;
    this.event.state = effect === "clear" ? "cleared" : "raised";
    const type = effect === "raise" ? "raised" : effect === "reopen" ? "reopened" : "cleared";
    return { type, event: snapshotOf(this.event) };
  }

  get #dutyPct(): number {
    return (100 * this.#seen) / this.#frames;
  }

  #see(sighting: Sighting, timeS: number, sequence: number): void {
    this.#seen += 1;
    const isPeak = this.#peak === undefined || sighting.value > this.#peak.sighting.value;
    if (isPeak) this.#peak = { sighting, sequence };
    const { event } = this;
    if (!event) return;
    event.lastS = timeS;
    event.count = this.#seen * this.#framesPerStep;
    event.dutyPct = this.#dutyPct;
    const share = sighting.isPlaceOfPeak ? 1 : 1 / Math.min(50, this.#seen);
    event.f0Hz += share * (sighting.f0Hz - event.f0Hz);
    event.bwHz = Math.max(event.bwHz, sighting.bwHz);
    if (sighting.levelDbmv !== undefined) {
      event.levelDbmv = (event.levelDbmv ?? sighting.levelDbmv) * (1 - share) + share * sighting.levelDbmv;
    }
    if (sighting.classification !== undefined) event.classification = sighting.classification;
    if (sighting.figures !== undefined) event.figures = { ...event.figures, ...sighting.figures };
    if (sighting.confidence !== undefined) event.confidence = sighting.confidence;
    if (isPeak) {
      event.dBc = sighting.dBc ?? event.dBc;
      event.severity = sighting.severity ?? this.#journal.severityOf(event.dBc);
      event.evidence = evidenceOf(sighting, sequence);
    }
  }

  #eventOf(sighting: Sighting, timeS: number, peak: { sighting: Sighting; sequence: number }): DetectorEvent {
    return {
      id: this.#journal.nextId(),
      detector: this.detector,
      kind: this.kind,
      severity: sighting.severity ?? this.#journal.severityOf(sighting.dBc),
      state: "raised",
      firstS: this.#firstS,
      lastS: timeS,
      count: this.#seen * this.#framesPerStep,
      dutyPct: this.#dutyPct,
      f0Hz: sighting.f0Hz,
      bwHz: sighting.bwHz,
      levelDbmv: sighting.levelDbmv,
      dBc: sighting.dBc,
      channels: sighting.channels,
      evidence: evidenceOf(peak.sighting, peak.sequence),
      classification: sighting.classification,
      confidence: sighting.confidence ?? 1,
      figures: sighting.figures ?? {},
    };
  }
}

/** A detector may look in several ways, each with a threshold of its own: those of the peak are told with its value. */
function evidenceOf({ statistic, value, threshold }: Sighting, peakFrame: number): DetectorEvent["evidence"] {
  return { statistic, value, threshold, peakFrame, frames: around(peakFrame) };
}

function around(sequence: number): number[] {
  const frames: number[] = [];
  for (let i = Math.max(0, sequence - EVIDENCE_REACH); i <= sequence + EVIDENCE_REACH; i += 1) frames.push(i);
  return frames;
}
