import type { PortLevels } from "@pnmlab/protocol";
import type { StreamLevels } from "./worker-messages.ts";

/** As long as the ring of a capture that was stopped. */
const KEPT_MS = 86_400_000;

export type LevelsPort = Pick<PortLevels, "cmtsId" | "rfPortIfIndex" | "rfPortName">;

/** How the levels of ports stood when their last capture ended: a wrong calibration is not mended by that. */
export class PortLevelsBook {
  readonly #now: () => number;
  readonly #ended = new Map<string, { levels: PortLevels; atMs: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param capturedAtMs of the last frame */
  keep(port: LevelsPort, levels: StreamLevels, capturedAtMs: number): void {
    this.#ended.set(keyOf(port), { levels: portLevelsOf(port, levels, capturedAtMs), atMs: this.#now() });
  }

  /** A capture tells it anew. */
  forget(port: LevelsPort): void {
    this.#ended.delete(keyOf(port));
  }

  ended(): PortLevels[] {
    const nowMs = this.#now();
    for (const [key, { atMs }] of this.#ended) if (nowMs - atMs > KEPT_MS) this.#ended.delete(key);
    return [...this.#ended.values()].map(({ levels }) => levels);
  }
}

export function portLevelsOf(
  { cmtsId, rfPortIfIndex, rfPortName }: LevelsPort,
  levels: StreamLevels,
  endedMs: number | null,
): PortLevels {
  return { cmtsId, rfPortIfIndex, rfPortName, endedMs, ...levels };
}

function keyOf({ cmtsId, rfPortIfIndex }: LevelsPort): string {
  return `${cmtsId}:${rfPortIfIndex}`;
}
