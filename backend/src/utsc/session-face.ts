import { transition } from "@pnmlab/kit";
import type { Failure, MeasStatus, UtscAccepted, UtscSession, UtscSessionState } from "@pnmlab/protocol";
import type { LivePublisher, StoredSession } from "../contracts.ts";
import type { ConfigureStep } from "./configure.ts";
import type { FrameIntake } from "./frame-intake.ts";
import { type UtscSessionEvent, utscSessionTable } from "./machine.ts";
import { PublishThrottle } from "./publish-throttle.ts";
import { type Remedy, sentenceOf } from "./sentence.ts";

/** What a session knows besides its frames; setting any of it changes what the world sees. */
export interface Facts {
  step: ConfigureStep;
  accepted: UtscAccepted | undefined;
  kHundredthsDb: number | undefined;
  measStatus: MeasStatus | undefined;
  lastFileAt: Date | undefined;
  /** Whether the newest frame was read by SNMP, because no files come. */
  bySnmp: boolean;
  /** When that was. */
  lastResultAt: Date | undefined;
  rearms: number;
  remedy: Remedy | undefined;
  agentSentence: string | undefined;
  failure: Failure | undefined;
  leftToOther: boolean;
  /** Whether it ended because one capture was asked for, and that one came. */
  endedBySingle: boolean;
}

/** A status that could not be read again for so long is not shown as if it were the present one. */
const STATUS_HOLDS_MS = 1000;
/** By so much longer at most where the CMTS answers slowly. */
const MOST_FOR_SLOW_MS = 500;

/** The session as the world sees it: state, sentence and figures, published as they change. */
export class SessionFace {
  readonly #intake: FrameIntake;
  readonly #throttle: PublishThrottle;
  /** Whether files come by the names that the CMTS tells. */
  readonly #isFetched: boolean;
  #stored: StoredSession;
  #state: UtscSessionState;
  #since = new Date();
  #facts: Facts = {
    step: "reading",
    accepted: undefined,
    kHundredthsDb: undefined,
    measStatus: undefined,
    lastFileAt: undefined,
    bySnmp: false,
    lastResultAt: undefined,
    rearms: 0,
    remedy: undefined,
    agentSentence: undefined,
    failure: undefined,
    leftToOther: false,
    endedBySingle: false,
  };
  #published = "";
  #statusTimer: NodeJS.Timeout | undefined;
  #statusTookMs = 0;

  constructor(
    stored: StoredSession,
    intake: FrameIntake,
    publisher: LivePublisher,
    { agentSentence, isFetched }: { agentSentence: string | undefined; isFetched: boolean },
  ) {
    this.#stored = stored;
    this.#isFetched = isFetched;
    this.#state = stored.settled ? "stopped" : "idle";
    this.#intake = intake;
    this.#facts.agentSentence = agentSentence;
    this.#throttle = new PublishThrottle(() => {
      const session = this.snapshot();
      const text = JSON.stringify(session);
      if (text === this.#published) return;
      this.#published = text;
      publisher.publishSession(session);
    });
  }

  get state(): UtscSessionState {
    return this.#state;
  }

  get facts(): Readonly<Facts> {
    return this.#facts;
  }

  /** Moves on where the table allows the event; publishes at once where the state changed. */
  apply(event: UtscSessionEvent, facts: Partial<Facts> = {}): boolean {
    const next = transition(utscSessionTable, this.#state, event);
    if (next === undefined) return false;
    const changed = next !== this.#state;
    if (changed) this.#since = new Date();
    this.#state = next;
    this.#facts = { ...this.#facts, ...facts };
    if (changed) this.#throttle.now();
    else this.#throttle.soon();
    return true;
  }

  /**
   * Notes what has become known; the sentence follows. A status that is not read again in time is shown no longer.
   *
   * @param statusTookMs time that the reading of the status took
   */
  note(facts: Partial<Facts>, statusTookMs = 0): void {
    if ("measStatus" in facts) this.#holdStatus(statusTookMs);
    this.#facts = { ...this.#facts, ...facts };
    this.#throttle.soon();
  }

  /** A CMTS that always answers slowly is read less often; one answer that was lost on its way changes nothing. */
  #holdStatus(tookMs: number): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = setTimeout(
      () => {
        this.#facts = { ...this.#facts, measStatus: undefined };
        this.#throttle.now();
      },
      STATUS_HOLDS_MS + Math.min(tookMs, this.#statusTookMs, MOST_FOR_SLOW_MS),
    );
    this.#statusTookMs = tookMs;
  }

  setStored(stored: StoredSession): void {
    this.#stored = stored;
    this.#throttle.soon();
  }

  publishSoon(): void {
    this.#throttle.soon();
  }

  snapshot(): UtscSession {
    const stored = this.#stored;
    const intake = this.#intake;
    const { accepted, kHundredthsDb, measStatus, rearms, failure } = this.#facts;
    const newestMs = intake.newestCapturedAtMs;
    return {
      id: stored.id,
      streamId: stored.streamId,
      cmtsId: stored.cmtsId,
      rfPortIfIndex: stored.rfPortIfIndex,
      rfPortName: stored.rfPortName,
      state: this.#state,
      sentence: sentenceOf({ state: this.#state, ...this.#facts }),
      since: this.#since.toISOString(),
      desired: stored.desired,
      requested: stored.requested,
      accepted: accepted ?? null,
      observed: intake.observed ?? null,
      kHundredthsDb: kHundredthsDb ?? null,
      measStatus: measStatus ?? null,
      framesReceived: intake.framesReceived,
      ...(intake.framesBySnmp === 0 ? {} : { framesBySnmp: intake.framesBySnmp }),
      ...(this.#facts.bySnmp ? { bySnmp: true } : {}),
      ...(this.#isFetched && intake.filesMissing > 0 ? { filesNotFetched: intake.filesMissing } : {}),
      framesPerSecond: intake.framesPerSecond(Date.now()),
      framesDropped: intake.framesDropped,
      newestFrameAt: newestMs === undefined ? null : new Date(newestMs).toISOString(),
      rearms,
      lastGapMs: intake.lastGapMs ?? null,
      failure: failure ?? null,
      createdAt: stored.createdAt,
    };
  }

  close(): void {
    clearTimeout(this.#statusTimer);
    this.#throttle.close();
  }
}
