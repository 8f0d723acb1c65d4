import { PnmLabError } from "@pnmlab/kit";
import type { MaskState } from "@pnmlab/pnm-analysis";
import {
  type LabMask,
  MOST_LAB_MASK_POINTS_OF_ALL,
  MOST_LAB_MASKS,
  MOST_LAB_MASKS_OF_ALL,
  type PutLabMask,
  type UpstreamChannel,
} from "@pnmlab/protocol";
import type { LabMaskStore, StoredMask } from "../storage/index.ts";
import { IDLE, WAITING, watchOf } from "./watch-words.ts";

/** The port that a mask is watched on. */
export type MaskPort = Pick<StoredMask, "cmtsId" | "rfPortIfIndex">;

interface SomePorts {
  cmtsId?: string | undefined;
  rfPortIfIndex?: number | undefined;
}

/** What the detectors say of the masks of a port: nothing before their first frame. */
export interface PortWatch {
  states: readonly MaskState[];
  channels: readonly Pick<UpstreamChannel, "ifIndex" | "name">[];
}

export interface LabMasksOptions {
  store: LabMaskStore;
  hasCmts: (cmtsId: string) => boolean;
  /** Something of the masks of a port has changed, also how they stand. */
  publish: (port: MaskPort) => void;
  now: () => number;
}

/** Masks that were handed to the lab: which there are on each port, and how they stand. */
export class LabMasks {
  readonly #options: LabMasksOptions;
  readonly #masks: Map<string, StoredMask>;
  readonly #watches = new Map<string, PortWatch>();
  /** Told after each change, before browsers are. */
  onChange: ((port: MaskPort) => void) | undefined;

  constructor(options: LabMasksOptions) {
    this.#options = options;
    this.#masks = new Map(options.store.list().map((mask) => [mask.id, mask]));
  }

  /** Masks of a port, or of all of them, as they stand. */
  list(port: SomePorts = {}): LabMask[] {
    return [...this.#masks.values()].filter((mask) => isOn(mask, port)).map((mask) => this.#withWatch(mask));
  }

  /** What the detectors judge on a port. */
  of(port: MaskPort): StoredMask[] {
    return [...this.#masks.values()].filter((mask) => isOn(mask, port));
  }

  /**
   * Adds a mask, or puts another in its place.
   *
   * @throws PnmLabError `CMTS_UNKNOWN`; `MASK_CONFLICT` where its name is taken on the port, or its id on another;
   *   `MASK_INVALID` where there are too many
   */
  put(id: string, wanted: PutLabMask, user: string): LabMask {
    const { store, hasCmts, now } = this.#options;
    const known = this.#masks.get(id);
    if (!hasCmts(wanted.cmtsId)) {
      throw new PnmLabError("CMTS_UNKNOWN", `${wanted.cmtsId} is not in PNMLAB_CMTS`);
    }
    if (known && !isOn(known, wanted)) {
      throw new PnmLabError("MASK_CONFLICT", `mask ${id} is one of another port`);
    }
    const others = this.of(wanted).filter((mask) => mask.id !== id);
    if (others.some(({ name }) => name === wanted.name)) {
      throw new PnmLabError("MASK_CONFLICT", `the lab watches another mask “${wanted.name}” on this port`);
    }
    if (others.length >= MOST_LAB_MASKS) {
      throw new PnmLabError("MASK_INVALID", `the lab watches ${MOST_LAB_MASKS} masks on a port at most`);
    }
    if (!known && this.#masks.size >= MOST_LAB_MASKS_OF_ALL) {
      throw new PnmLabError("MASK_INVALID", `the lab watches ${MOST_LAB_MASKS_OF_ALL} masks at most`);
    }
    const points = [...this.#masks.values()].reduce(
      (sum, mask) => (mask.id === id ? sum : sum + pointsOf(mask)),
      pointsOf(wanted),
    );
    if (points > MOST_LAB_MASK_POINTS_OF_ALL) {
      throw new PnmLabError(
        "MASK_INVALID",
        `the masks that the lab watches would have ${points} points together; ${MOST_LAB_MASK_POINTS_OF_ALL} is the most`,
      );
    }
    const mask = { ...wanted, id, updatedBy: user, updatedAt: new Date(now()).toISOString() };
    store.save(mask);
    this.#masks.set(id, mask);
    this.#changed(mask);
    return this.#withWatch(mask);
  }

  /** @throws PnmLabError `MASK_UNKNOWN` */
  remove(id: string): LabMask {
    const mask = this.#masks.get(id);
    if (!mask) throw new PnmLabError("MASK_UNKNOWN", `the lab watches no mask ${id}`);
    const before = this.#withWatch(mask);
    this.#options.store.remove(id);
    this.#masks.delete(id);
    this.#changed(mask);
    return before;
  }

  /** Takes what the detectors say of a port; undefined where nothing is captured there any more. */
  tell(port: MaskPort, watch: PortWatch | undefined): void {
    const key = keyOf(port);
    if (watch === undefined) this.#watches.delete(key);
    else this.#watches.set(key, watch);
    if (this.of(port).length > 0) this.#options.publish(port);
  }

  #changed(port: MaskPort): void {
    this.onChange?.(port);
    this.#options.publish(port);
  }

  #withWatch(mask: StoredMask): LabMask {
    const told = this.#watches.get(keyOf(mask));
    const state = told?.states.find(({ id }) => id === mask.id);
    return { ...mask, watch: state ? watchOf(state, told!.channels) : told ? WAITING : IDLE };
  }
}

function pointsOf({ source }: Pick<PutLabMask, "source">): number {
  if (source.from === "plan") return source.measured.length;
  return source.from === "points" ? source.points.length : source.line.length;
}

function isOn(
  mask: MaskPort,
  { cmtsId = mask.cmtsId, rfPortIfIndex = mask.rfPortIfIndex }: SomePorts,
): boolean {
  return mask.cmtsId === cmtsId && mask.rfPortIfIndex === rfPortIfIndex;
}

function keyOf({ cmtsId, rfPortIfIndex }: MaskPort): string {
  return `${cmtsId}:${rfPortIfIndex}`;
}
