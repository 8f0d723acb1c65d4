import { PnmDecodeError } from "../errors.ts";
import { type Inflated, type InflateOptions, inflate } from "./inflate.ts";

// In every browser and in Node; the types of neither are part of this package.
declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** How much is unpacked before other work gets a turn. */
const TURN_BYTES = 4 * 1024 * 1024;

/** What may still be unpacked, in one file and in all of them. */
export class Budget {
  readonly #memberBytes: number;
  #remainingBytes: number;

  constructor(memberBytes: number, totalBytes: number) {
    this.#memberBytes = memberBytes;
    this.#remainingBytes = totalBytes;
  }

  /** Most bytes a file may have of which some are there already. */
  allowance(bytesSoFar = 0): number {
    return Math.max(0, Math.min(this.#memberBytes - bytesSoFar, this.#remainingBytes));
  }

  spend(bytes: number): void {
    this.#remainingBytes -= bytes;
  }
}

/**
 * Runs the decompression of one stream, letting other work go on between its blocks.
 *
 * @throws PnmDecodeError as `inflate`
 */
export async function inflateInTurns(
  bytes: Uint8Array,
  options: Omit<InflateOptions, "maximumBytes">,
  budget: Budget,
  bytesSoFar = 0,
): Promise<Inflated> {
  const steps = inflate(bytes, { ...options, maximumBytes: budget.allowance(bytesSoFar) });
  let spent = 0;
  try {
    for (let turnEnd = TURN_BYTES; ; ) {
      const step = steps.next();
      if (step.done === true) {
        spent = step.value.bytes.length;
        return step.value;
      }
      spent = step.value;
      if (spent < turnEnd) continue;
      turnEnd = spent + TURN_BYTES;
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
    }
  } finally {
    budget.spend(spent);
  }
}

/** The refusal of a check sum. */
export function badChecksum(found: number, expected: number, offset: number): PnmDecodeError {
  return new PnmDecodeError("BAD_CHECKSUM", "the unpacked data does not have the CRC-32 stored with it", {
    offset,
    expected: hex32(expected),
    found: hex32(found),
  });
}

function hex32(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
