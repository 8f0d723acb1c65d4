import { type DownstreamCarrier, type MainsHz, MainsWatch, type MaskState } from "@pnmlab/pnm-analysis";
import { encodeSpectrumFrame, type SpectrumFrame, type UpstreamChannel } from "@pnmlab/protocol";
import type { DetectorThread } from "./detector-thread.ts";
import type { BookedSource } from "./event-book.ts";
import type { JudgeOptions, StreamLevels } from "./worker-messages.ts";

/** What may wait for the thread of each session: a file of a long run brings hundreds of frames at once. */
const MOST_WAITING_FRAMES = 1200;
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** A stream of the thread, and the source under which its events are booked. */
export interface OpenStream {
  stream: number;
  source: BookedSource;
  /** Options as text, to see whether they change. */
  key: string;
  /** Hour of captures whose baseline of the noise the thread was told. */
  baselineHour: number;
}

/** Frames of one session on their way to the thread, with what is counted of them. */
export class SessionStream {
  readonly #thread: DetectorThread;
  open: OpenStream | undefined;
  channels: readonly UpstreamChannel[] | undefined;
  downstream: readonly DownstreamCarrier[] = [];
  /** When the channels were last asked for, on the clock of the service; and whether that goes on. */
  askedAtMs = Number.NEGATIVE_INFINITY;
  isAsking = false;
  /** Before this time no stream is opened: the one before came upon an error. */
  notBeforeMs = Number.NEGATIVE_INFINITY;
  isUncalibrated = false;
  /** Capture time of the newest frame. */
  capturedAtMs = 0;
  /** How the masks of its port stand; undefined before the first frame. */
  maskStates: readonly MaskState[] | undefined;
  /**
   * How the levels of its channels stood when that was told last: judging anew does not mend a calibration. Undefined
   * until enough frames tell it.
   */
  levels: StreamLevels | undefined;
  analysed = 0;
  skipped = 0;
  #cpuUs = 0;
  readonly #mains = new MainsWatch();
  /** Sizes of the frames that the thread has, oldest first. */
  #sent: number[] = [];
  /** Frames that no stream is open for yet. */
  #unsent: ArrayBuffer[] = [];
  #waitingBytes = 0;

  constructor(thread: DetectorThread) {
    this.#thread = thread;
  }

  /** Hour of its newest capture since 1970, UTC. */
  get hour(): number {
    return Math.floor(this.capturedAtMs / 3_600_000);
  }

  /** Mains rhythms that the times of its frames hide; null before there are enough. */
  get hiddenMainsHz(): MainsHz[] | null {
    return this.#mains.hidden ?? null;
  }

  get waiting(): number {
    return this.#sent.length + this.#unsent.length;
  }

  get cpuMsPerFrame(): number | null {
    return this.analysed === 0 ? null : this.#cpuUs / 1000 / this.analysed;
  }

  /** Skips the frame where too many wait. */
  push(frame: SpectrumFrame): void {
    this.#mains.add(frame.capturedAtMs / 1000);
    const { buffer } = encodeSpectrumFrame(frame);
    const isFull =
      this.waiting >= MOST_WAITING_FRAMES || this.#waitingBytes + buffer.byteLength > MOST_WAITING_BYTES;
    if (isFull && this.waiting > 0) {
      this.skipped += 1;
      return;
    }
    this.#waitingBytes += buffer.byteLength;
    if (this.open && this.#thread.isRunning) this.#send(this.open.stream, buffer);
    else this.#unsent.push(buffer);
  }

  /** A stream for all that comes and has waited. */
  begin(stream: number, options: JudgeOptions, source: BookedSource, key: string): void {
    this.open = { stream, source, key, baselineHour: this.hour };
    if (this.isUncalibrated) this.levels = undefined;
    this.#thread.send({ type: "open", stream, options });
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const buffer of unsent) this.#send(stream, buffer);
  }

  /** What is on its way goes through first. */
  end(): void {
    if (this.open) this.#thread.send({ type: "close", stream: this.open.stream });
    this.open = undefined;
  }

  through(frames: number, cpuUs: number): void {
    this.analysed += frames;
    this.#cpuUs += cpuUs;
    for (const bytes of this.#sent.splice(0, frames)) this.#waitingBytes -= bytes;
  }

  /** The thread is lost with the frames that it had. */
  lost(): void {
    this.skipped += this.#sent.length;
    for (const bytes of this.#sent) this.#waitingBytes -= bytes;
    this.#sent = [];
    this.open = undefined;
    this.maskStates = undefined;
  }

  #send(stream: number, buffer: ArrayBuffer): void {
    this.#sent.push(buffer.byteLength);
    this.#thread.send({ type: "frame", stream, bytes: buffer }, [buffer]);
  }
}
