import { Emitter } from "@pnmlab/kit";
import type {
  Agent,
  BuildInfo,
  Capture,
  Cmts,
  Health,
  LabMask,
  PlantEvent,
  RfPort,
  SignedIn,
  UtscSession,
} from "@pnmlab/protocol";

/** The browser's link to the backend. */
export type ConnectionState =
  | { status: "connecting" }
  | { status: "open"; sinceMs: number }
  | { status: "lost"; sinceMs: number; reason: string; attempt: number; nextTryAtMs: number }
  | { status: "signedOut" };

/** A list that may not have come yet, or could not be read. */
export type Loadable<T> =
  | { status: "loading"; sinceMs: number }
  | { status: "ready"; value: T; atMs: number }
  | { status: "failed"; code: string; message: string; atMs: number };

/** Everything the page knows of the lab, apart from the spectra. Replaced as a whole on every change. */
export interface LabSnapshot {
  connection: ConnectionState;
  signedIn: SignedIn | null;
  backendBuild: BuildInfo | null;
  /** Backend clock minus browser clock. */
  clockOffsetMs: number;
  roundTripMs: number | null;
  agents: readonly Agent[] | null;
  cmts: Loadable<readonly Cmts[]>;
  rfPorts: ReadonlyMap<string, Loadable<readonly RfPort[]>>;
  sessions: readonly UtscSession[] | null;
  viewers: ReadonlyMap<string, number>;
  captures: Loadable<readonly Capture[]>;
  /** Where the list of captures goes on; null where all are on the page. */
  capturesNextBefore: string | null;
  health: Health | null;
  /** Events that this page has read or heard of, newest first. */
  events: Loadable<readonly PlantEvent[]>;
  /** Masks that the lab watches, of the ports whose masks were asked for; see `labMasksKey`. */
  labMasks: ReadonlyMap<string, Loadable<readonly LabMask[]>>;
  /** The last thing that the backend could not do for this page. */
  notice: { code: string; message: string; atMs: number } | null;
}

export function emptySnapshot(nowMs: number): LabSnapshot {
  return {
    connection: { status: "connecting" },
    signedIn: null,
    backendBuild: null,
    clockOffsetMs: 0,
    roundTripMs: null,
    agents: null,
    cmts: { status: "loading", sinceMs: nowMs },
    rfPorts: new Map(),
    sessions: null,
    viewers: new Map(),
    captures: { status: "loading", sinceMs: nowMs },
    capturesNextBefore: null,
    health: null,
    events: { status: "loading", sinceMs: nowMs },
    labMasks: new Map(),
    notice: null,
  };
}

/** The place of a port in `labMasks`. */
export function labMasksKey({ cmtsId, rfPortIfIndex }: Pick<LabMask, "cmtsId" | "rfPortIfIndex">): string {
  return `${cmtsId}:${rfPortIfIndex}`;
}

/** Holds the newest snapshot and tells listeners when it was replaced. */
export class LabState {
  readonly changes = new Emitter<{ change: LabSnapshot }>();
  #snapshot = emptySnapshot(Date.now());

  get snapshot(): LabSnapshot {
    return this.#snapshot;
  }

  update(part: Partial<LabSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...part };
    this.changes.emit("change", this.#snapshot);
  }
}

/** The list with one member replaced, or added at the end. */
export function replaceById<T extends { id: string }>(list: readonly T[] | null, member: T): T[] {
  const known = list ?? [];
  return known.some((item) => item.id === member.id)
    ? known.map((item) => (item.id === member.id ? member : item))
    : [...known, member];
}

/** The value of a list that has come; an empty list otherwise. */
export function readyOr<T>(loadable: Loadable<readonly T[]> | undefined): readonly T[] {
  return loadable?.status === "ready" ? loadable.value : [];
}
