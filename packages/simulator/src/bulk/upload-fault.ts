/** What goes wrong with an upload. */
export type UploadBehaviour =
  /** The server answers nothing: the upload fails after its repeats, and the file stays on the CMTS. */
  | { kind: "unreachable" }
  /** The upload begins later. */
  | { kind: "late"; delayMs: number }
  /** So many octets per second. */
  | { kind: "slow"; octetsPerS: number }
  /** The CMTS falls silent when this share of the file has been acknowledged. */
  | { kind: "broken"; share: number }
  /** The upload ends in good order after this share of the file. */
  | { kind: "truncated"; share: number }
  /** The octets of each sample come in the other order, as of a CMTS that writes little-endian. */
  | { kind: "otherByteOrder" }
  /** A file of 0 octets arrives. */
  | { kind: "empty" }
  /** The file is sent again, after this time. */
  | { kind: "duplicate"; delayMs: number }
  /** The file arrives under this name; `*` in it stands for the right one. */
  | { kind: "wrongName"; name: string }
  /** The file is never sent and counts as sent. */
  | { kind: "lost" };

export interface UploadFault {
  behaviour: UploadBehaviour;
  /** Files of this RF port alone. */
  rfPortIfIndex?: number;
  /** Ends by itself after so many files. */
  times?: number;
}

/** Faults of uploads, the newest first. */
export class UploadFaults {
  readonly #stack: (UploadFault & { left: number })[] = [];

  /** Puts a fault on top. The answer takes it off again. */
  add(fault: UploadFault): () => void {
    const active = { ...fault, left: fault.times ?? Infinity };
    this.#stack.unshift(active);
    return () => {
      const at = this.#stack.indexOf(active);
      if (at >= 0) this.#stack.splice(at, 1);
    };
  }

  clear(): void {
    this.#stack.length = 0;
  }

  /** What happens to a file of this port, counted as one use. */
  take(rfPortIfIndex: number): UploadBehaviour | undefined {
    const fault = this.#stack.find(
      (candidate) => candidate.left > 0 && (candidate.rfPortIfIndex ?? rfPortIfIndex) === rfPortIfIndex,
    );
    if (fault) fault.left -= 1;
    return fault?.behaviour;
  }
}
