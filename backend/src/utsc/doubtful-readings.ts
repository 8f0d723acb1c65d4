import type { SpectrumFrame, UtscReadingComparison } from "@pnmlab/protocol";
import type { IncomingFile } from "../contracts.ts";
import type { CaptureContext, CaptureFrame } from "./capture-frame.ts";
import { compareReadings } from "./reading-comparison.ts";

/** A capture is read in the other ways as well this often: that costs as much as reading it again. */
const EVERY_MS = 2000;

/** Reads, now and then, a capture of a session in the other ways too that its mismatches leave open. */
export class DoubtfulReadings {
  #kinds = "";
  #seenAtMs = 0;
  #comparison: UtscReadingComparison | undefined;

  /** Of a capture of the last two seconds; undefined while files are as expected. */
  get comparison(): UtscReadingComparison | undefined {
    return this.#comparison;
  }

  reset(): void {
    this.#comparison = undefined;
  }

  /**
   * Takes the captures of a file and the frames that were made of them.
   *
   * @param layout layout that needed no finding
   */
  take(
    { fileName, bytes }: Pick<IncomingFile, "fileName" | "bytes">,
    captures: readonly CaptureFrame[],
    frames: readonly SpectrumFrame[],
    context: CaptureContext,
    layout?: "headerless",
  ): void {
    const place = captures.findIndex(({ observed }) => observed.mismatches !== undefined);
    const mismatches = captures[place]?.observed.mismatches;
    const frame = frames[place];
    if (mismatches === undefined || frame === undefined) {
      this.reset();
      return;
    }
    const kinds = mismatches.map(({ what }) => what).join();
    const sinceMs = frame.receivedAtMs - this.#seenAtMs;
    const isRecent = sinceMs >= 0 && sinceMs < EVERY_MS;
    if (this.#comparison !== undefined && this.#kinds === kinds && isRecent) return;
    this.#kinds = kinds;
    this.#seenAtMs = frame.receivedAtMs;
    this.#comparison = {
      sequence: frame.sequence,
      capturedAt: new Date(frame.capturedAtMs).toISOString(),
      ...compareReadings({ bytes, fileName, place, mismatches, layout }, context),
    };
  }
}
