import { PnmLabError } from "@pnmlab/kit";
import type { DetectorThread } from "./detector-thread.ts";
import type { FromDetectors, JudgeOptions, TrialResult } from "./worker-messages.ts";

/** Frames that go to the thread together: live frames wait for no more than these. */
const BATCH_FRAMES = 32;
const BATCH_BYTES = 256 * 1024;
/** A trial takes what live frames leave of the thread; many at a time would only take longer each. */
const MOST_TRIALS = 4;

/** A frame of a recording; options where they change before it. */
export interface TrialFrame {
  bytes: Uint8Array<ArrayBuffer>;
  options?: JudgeOptions | undefined;
}

interface Pending {
  resolve: (result: TrialResult | undefined) => void;
  reject: (error: PnmLabError) => void;
}

/** Runs detectors over recordings in the thread of the live ones, which go first. */
export class TrialRunner {
  readonly #thread: DetectorThread;
  readonly #pending = new Map<number, Pending>();
  #running = 0;
  #lastTrial = 0;

  constructor(thread: DetectorThread) {
    this.#thread = thread;
  }

  /**
   * Holds one batch at a time, however long the recording.
   *
   * @param wantedKind kind of the events to give back; all unless given
   * @throws PnmLabError `DETECTORS_BUSY`, `DETECTORS_UNAVAILABLE`, `FRAME_INVALID`; the reason of `signal`
   */
  async run(
    options: JudgeOptions,
    frames: AsyncIterable<TrialFrame>,
    { wantedKind, signal }: { wantedKind?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<TrialResult> {
    if (this.#running >= MOST_TRIALS) {
      throw new PnmLabError("DETECTORS_BUSY", `${MOST_TRIALS} recordings are being gone through already`, {
        retryable: true,
      });
    }
    if (!this.#thread.isRunning) throw gone("their thread is being started");
    this.#running += 1;
    this.#lastTrial += 1;
    const trial = this.#lastTrial;
    try {
      this.#thread.send({ type: "openTrial", trial, options, wantedKind });
      for await (const batch of batches(frames)) {
        signal?.throwIfAborted();
        const buffers = batch.frames.map(({ buffer }) => buffer);
        await this.#answer(trial, () =>
          this.#thread.send(
            {
              type: "tryFrames",
              trial,
              frames: buffers,
              ...(batch.options === undefined ? {} : { options: batch.options }),
            },
            buffers,
          ),
        );
      }
      signal?.throwIfAborted();
      const result = await this.#answer(trial, () =>
        this.#thread.send({ type: "endTrial", trial, isWanted: true }),
      );
      return result!;
    } catch (error) {
      this.#thread.send({ type: "endTrial", trial, isWanted: false });
      throw error;
    } finally {
      this.#running -= 1;
    }
  }

  /** Takes what the thread says of trials. */
  take(message: Extract<FromDetectors, { trial: number }>): void {
    const pending = this.#pending.get(message.trial);
    this.#pending.delete(message.trial);
    if (message.type === "tried") pending?.resolve(undefined);
    else if (message.type === "trialResult") pending?.resolve(message.result);
    else pending?.reject(new PnmLabError("FRAME_INVALID", message.message));
  }

  /** The thread is lost. */
  fail(reason: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(gone(reason));
  }

  #answer(trial: number, ask: () => void): Promise<TrialResult | undefined> {
    if (!this.#thread.isRunning) return Promise.reject(gone("their thread is being started"));
    return new Promise((resolve, reject) => {
      this.#pending.set(trial, { resolve, reject });
      ask();
    });
  }
}

async function* batches(
  frames: AsyncIterable<TrialFrame>,
): AsyncGenerator<{ frames: Uint8Array<ArrayBuffer>[]; options: JudgeOptions | undefined }> {
  let batch: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  let options: JudgeOptions | undefined;
  for await (const frame of frames) {
    const isFull = batch.length >= BATCH_FRAMES || bytes >= BATCH_BYTES;
    if (batch.length > 0 && (isFull || frame.options !== undefined)) {
      yield { frames: batch, options };
      batch = [];
      bytes = 0;
      options = undefined;
    }
    options = frame.options ?? options;
    batch.push(frame.bytes);
    bytes += frame.bytes.length;
  }
  if (batch.length > 0) yield { frames: batch, options };
}

function gone(reason: string): PnmLabError {
  return new PnmLabError("DETECTORS_UNAVAILABLE", `the detectors do not run now: ${reason}`, {
    retryable: true,
  });
}
