import { messageOf, PnmLabError } from "@pnmlab/kit";
import { captureGapMs } from "@pnmlab/pnm-analysis";
import type { SpectrumFrame, UtscObserved } from "@pnmlab/protocol";
import type { IncomingFile } from "../contracts.ts";
import { type CaptureContext, type CaptureFrame, decodeCaptures } from "./capture-frame.ts";
import { captureTimeMs } from "./capture-time.ts";
import { DoubtfulReadings } from "./doubtful-readings.ts";
import { FrameOrigins } from "./frame-provenance.ts";
import type { SnmpResult } from "./snmp-result.ts";
import { FrameStatistics } from "./statistics.ts";

/** Captures further apart than this many periods have something missing between them. */
const GAP_PERIODS = 2.5;

/** Captures that lie a period apart, within this part of it, belong to one run; runs know nothing of each other. */
const PERIOD_TOLERANCE = 0.2;

const KEPT_CONTEXTS = 2;

/** What stands in the place of a file's name where a capture was read by SNMP. */
const RESULT = "docsPnmCmtsUtscResultOutput";

/** Turns a session's files into its numbered frames and keeps count of them. */
export class FrameIntake {
  /** Where the newest frames come from. */
  readonly origins = new FrameOrigins();
  readonly #streamId: number;
  readonly #onReady: () => void;
  readonly #statistics = new FrameStatistics();
  #context: CaptureContext | undefined;
  /** Of the present configuration and the one before, by generation. */
  readonly #contexts = new Map<number, CaptureContext>();
  #newestGeneration: number | undefined;
  #sequence = 0;
  #dropped = 0;
  #bySnmp = 0;
  #isNewestBySnmp = false;
  #missing = 0;
  #gapPending = false;
  #rearmPending = false;
  /** Captures of the run before the newest re-arm that may still come. */
  #outstanding = 0;
  #newestCapturedAtMs: number | undefined;
  #lastGapMs: number | undefined;
  #observed: CaptureFrame["observed"] | undefined;
  /** Captures in the newest file. */
  #resultsInFile: number | undefined;
  readonly #doubtful = new DoubtfulReadings();

  /** `onReady` is told when files can be decoded that could not be before. */
  constructor(streamId: number, onReady: () => void = () => {}) {
    this.#streamId = streamId;
    this.#onReady = onReady;
  }

  get framesReceived(): number {
    return this.#sequence;
  }

  get framesBySnmp(): number {
    return this.#bySnmp;
  }

  /** Captures within runs of which no file has come, as the times of those that came tell. */
  get filesMissing(): number {
    return this.#missing;
  }

  get framesDropped(): number {
    return this.#dropped;
  }

  get newestCapturedAtMs(): number | undefined {
    return this.#newestCapturedAtMs;
  }

  /** Length of the newest gap: time between the captures around it less one period. */
  get lastGapMs(): number | undefined {
    return this.#lastGapMs;
  }

  get observed(): UtscObserved | undefined {
    if (this.#observed === undefined) return undefined;
    const repeatPeriodUs = this.#statistics.medianIntervalUs();
    const { comparison } = this.#doubtful;
    return {
      ...this.#observed,
      ...(this.#resultsInFile === undefined ? {} : { maxResultsPerFile: this.#resultsInFile }),
      ...(repeatPeriodUs === undefined ? {} : { repeatPeriodUs }),
      ...(comparison === undefined ? {} : { comparison }),
    };
  }

  /** Length of this configuration's files, as soon as one was decoded; the last one of a run can hold fewer captures. */
  get fileSizeBytes(): number | undefined {
    // What SNMP gives has no header.
    return this.#resultsPerFile === 1 && !this.#isNewestBySnmp ? this.#observed?.fileSizeBytes : undefined;
  }

  /** Median time between captures, or the period that the CMTS accepted. */
  get periodMs(): number {
    const acceptedUs = this.#context?.accepted.repeatPeriodUs ?? 0;
    return Math.max(acceptedUs, this.#statistics.medianIntervalUs() ?? 0) / 1000;
  }

  /** Time between files: a file comes when all its captures are made. */
  get filePeriodMs(): number {
    const { freeRunDurationMs = 0 } = this.#context?.accepted ?? {};
    // 0 stands for all captures of a run in one file.
    return this.#resultsPerFile === 0
      ? Math.max(this.periodMs, freeRunDurationMs)
      : this.#resultsPerFile * this.periodMs;
  }

  get #resultsPerFile(): number {
    return this.#context?.accepted.maxResultsPerFile ?? 1;
  }

  framesPerSecond(nowMs: number): number {
    return this.#statistics.framesPerSecond(nowMs);
  }

  /** What files of this generation, which is the present one, are decoded with. */
  setContext(generation: number, context: CaptureContext): void {
    const wasReady = this.isReady;
    this.#context = context;
    this.#contexts.set(generation, context);
    for (const old of [...this.#contexts.keys()].slice(0, -KEPT_CONTEXTS)) this.#contexts.delete(old);
    if (!wasReady) this.#onReady();
  }

  /** Whether it is known how to decode files of this generation. */
  canDecode(generation: number): boolean {
    return this.#contexts.has(generation);
  }

  /** Files of earlier configurations are no longer wanted. */
  forgetEarlier(): void {
    this.#contexts.clear();
  }

  /** A new configuration: nothing that was observed before holds. Late files of the one before it still come. */
  reset(): void {
    this.#context = undefined;
    this.#observed = undefined;
    this.#resultsInFile = undefined;
    this.#doubtful.reset();
    this.#statistics.reset();
    this.markGap();
  }

  /** The next frame has a gap before it. */
  markGap(): void {
    this.#gapPending = this.#newestCapturedAtMs !== undefined;
  }

  /**
   * A run was started again; before its first capture lies a gap. Captures of the run before it may still be on
   * their way, at their period.
   *
   * @param outstandingFiles files of the run before that have not been seen, at most
   */
  markRearm(outstandingFiles: number): void {
    this.#rearmPending = this.#newestCapturedAtMs !== undefined;
    this.#outstanding = outstandingFiles * Math.max(1, this.#resultsPerFile);
  }

  /** Captures that give no frame. */
  drop(count = 1): void {
    if (count === 0) return;
    this.#dropped += count;
    this.markGap();
  }

  /** Whether files can be decoded: the row has been read since it was last written. */
  get isReady(): boolean {
    return this.#context !== undefined;
  }

  /**
   * The captures of a file in the order in which they were made. The name tells when the first one was; the
   * others follow by the repeat period. Between files of different generations lies a gap.
   *
   * @throws PnmLabError `UTSC_FILE_REFUSED` in the decoder's words; the file counts as dropped
   */
  take(file: IncomingFile, seenAtMs: number, generation: number): SpectrumFrame[] {
    const context = this.#contexts.get(generation)!;
    const captures = this.#decode(file, context);
    if (generation !== this.#newestGeneration) this.markGap();
    this.#newestGeneration = generation;
    this.#isNewestBySnmp = false;
    const periodMs = context.accepted.repeatPeriodUs / 1000;
    const lastsMs = (captures.length - 1) * periodMs;
    const firstAtMs = captureTimeMs(file.fileName, file.modifiedAt.getTime() - lastsMs);
    const frames = captures.map((capture, k) => this.#number(capture, firstAtMs + k * periodMs, seenAtMs));
    this.#resultsInFile = captures.length;
    this.origins.add(file, captures[0]?.reading, context, frames);
    this.#doubtful.take(file, captures, frames, context);
    return frames;
  }

  /**
   * The capture of the result table as a frame.
   *
   * @throws PnmLabError `UTSC_FILE_REFUSED` in the decoder's words
   */
  takeResult(result: SnmpResult, seenAtMs: number): SpectrumFrame {
    const [capture] = this.decodeResult(result);
    this.#isNewestBySnmp = true;
    this.#resultsInFile = undefined;
    this.#bySnmp += 1;
    const frame = { ...this.#number(capture!, result.capturedAtMs, seenAtMs), source: "snmp" as const };
    const file = { fileName: RESULT, bytes: result.bytes };
    this.origins.add(file, capture!.reading, this.#context!, [frame]);
    this.#doubtful.take(file, [capture!], [frame], this.#resultContext(result), "headerless");
    return frame;
  }

  /** The capture of the result table, without a number. @throws PnmLabError `UTSC_FILE_REFUSED` */
  decodeResult(result: SnmpResult): CaptureFrame[] {
    try {
      return decodeCaptures(result.bytes, RESULT, this.#resultContext(result), "headerless");
    } catch (error) {
      const message = `${RESULT} was refused: ${messageOf(error)}`;
      throw new PnmLabError("UTSC_FILE_REFUSED", message, { cause: error });
    }
  }

  #resultContext({ kHundredthsDb, sampleRateHz, resolutionBandwidthHz }: SnmpResult): CaptureContext {
    const { accepted, samples, ownWindow } = this.#context!;
    return { accepted, samples, ownWindow, kHundredthsDb, sampleRateHz, resolutionBandwidthHz };
  }

  get #acceptedPeriodMs(): number {
    return (this.#context?.accepted.repeatPeriodUs ?? 0) / 1000;
  }

  #number(
    { observed, reading: _, ...spectrum }: CaptureFrame,
    capturedAtMs: number,
    seenAtMs: number,
  ): SpectrumFrame {
    const intervalMs =
      this.#newestCapturedAtMs === undefined ? undefined : capturedAtMs - this.#newestCapturedAtMs;
    const isLate = intervalMs !== undefined && intervalMs > GAP_PERIODS * this.periodMs;
    const isFirstOfRun =
      this.#rearmPending &&
      intervalMs !== undefined &&
      (this.#outstanding <= 0 || !this.#isOnePeriod(intervalMs));
    if (intervalMs !== undefined && !this.#gapPending && !isFirstOfRun && !this.#isNewestBySnmp)
      this.#countMissing(intervalMs);
    const gapBefore = this.#gapPending || isFirstOfRun || isLate;
    this.#outstanding -= 1;
    if (isFirstOfRun) this.#rearmPending = false;
    const gapMs = intervalMs === undefined ? undefined : captureGapMs(intervalMs, this.periodMs, gapBefore);
    if (gapMs !== undefined) this.#lastGapMs = Math.round(gapMs);
    this.#gapPending = false;
    this.#observed = observed;
    this.#newestCapturedAtMs = capturedAtMs;
    this.#statistics.add(seenAtMs, capturedAtMs, gapBefore ? undefined : intervalMs);
    this.#sequence += 1;
    return {
      streamId: this.#streamId,
      sequence: this.#sequence,
      capturedAtMs,
      receivedAtMs: seenAtMs,
      ...spectrum,
      gapBefore,
      withheld: 0,
    };
  }

  #isOnePeriod(intervalMs: number): boolean {
    return Math.abs(intervalMs / this.#acceptedPeriodMs - 1) <= PERIOD_TOLERANCE;
  }

  /** Between two captures of a run lie as many others as periods have passed, but for one. */
  #countMissing(intervalMs: number): void {
    const periodMs = this.#acceptedPeriodMs;
    if (periodMs > 0) this.#missing += Math.max(0, Math.round(intervalMs / periodMs) - 1);
  }

  #decode(file: IncomingFile, context: CaptureContext): CaptureFrame[] {
    try {
      return decodeCaptures(file.bytes, file.fileName, context);
    } catch (error) {
      this.drop();
      throw new PnmLabError("UTSC_FILE_REFUSED", `${file.fileName} was refused: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}
