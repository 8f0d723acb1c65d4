import { createHash } from "node:crypto";
import type { AgentPollPlan, PollDevice } from "@pnmlab/protocol";
import { DeviceMemory } from "./device-memory.ts";

/** A device of a plan and when it is read next. */
export interface Turn {
  plan: AgentPollPlan;
  device: PollDevice;
  /** On the monotonic clock. */
  dueMs: number;
  state: "idle" | "timed" | "waiting" | "reading";
  memory: DeviceMemory;
  /** Of the first few alone: those are delivered at once. */
  readings: number;
}

/**
 * Whose turn comes when. Devices of a plan keep their places within its jitter, so that they are spread
 * over it and each is still read at even intervals.
 */
export class Schedule {
  #turns = new Map<string, Turn>();

  get size(): number {
    return this.#turns.size;
  }

  /** Takes the plans in place of those before; devices that stay as they were keep their turn. */
  replace(plans: readonly AgentPollPlan[], nowMs: number): void {
    const turns = new Map<string, Turn>();
    for (const plan of plans) {
      for (const device of plan.devices) {
        const key = `${plan.id}|${device.label}`;
        const known = this.#turns.get(key);
        const isSame = known && known.plan.version === plan.version;
        turns.set(
          key,
          isSame
            ? known
            : {
                plan,
                device,
                dueMs: nowMs + placeIn(plan.jitterMs, key),
                state: "idle",
                memory: new DeviceMemory(),
                readings: 0,
              },
        );
      }
    }
    this.#turns = turns;
  }

  /** Whether a turn still belongs to the plans of now. */
  has(turn: Turn): boolean {
    return this.#turns.get(`${turn.plan.id}|${turn.device.label}`) === turn;
  }

  /**
   * The turns that come before `untilMs`. One that is still under way when its next one comes has that
   * one skipped; `onSkipped` counts it.
   */
  dueBefore(untilMs: number, onSkipped: () => void): Turn[] {
    const due: Turn[] = [];
    for (const turn of this.#turns.values()) {
      if (turn.dueMs >= untilMs) continue;
      if (turn.state !== "idle") {
        turn.dueMs = nextAfter(turn, untilMs);
        onSkipped();
        continue;
      }
      due.push(turn);
    }
    return due;
  }
}

/** The turn after this one that is not past: a machine that slept does not catch up. */
export function nextAfter({ dueMs, plan: { intervalMs } }: Turn, nowMs: number): number {
  return dueMs + intervalMs * Math.max(1, Math.ceil((nowMs - dueMs) / intervalMs));
}

/** A place within `jitterMs` that only the name decides. */
function placeIn(jitterMs: number, key: string): number {
  const digest = createHash("sha256").update(key).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * jitterMs);
}
