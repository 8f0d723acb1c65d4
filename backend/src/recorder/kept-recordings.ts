import { copyFile, link, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { Recording, RecordingSettings } from "@pnmlab/protocol";
import type { SummaryHead } from "@pnmlab/recording";
import type { RecordingStore, StoredRecording } from "../storage/recordings.ts";
import { readSegment } from "./read-frames.ts";
import { readSegmentHead, SegmentFolder } from "./segment-folder.ts";
import { SegmentWriter } from "./segment-writer.ts";

/** Folders of closed recordings that stay read. */
const OPEN_FOLDERS = 4;

/** Ending of a folder that is being removed. */
const REMOVED = ".removed";
/** File in a folder that is not whole yet. */
const UNFINISHED = "unfinished";
/** A day is thousands of segments: their figures are not stored after each. */
const SAVE_EVERY = 200;

/** What of a recording its segments tell. */
export type RecordingFigures = Pick<
  Recording,
  "firstMs" | "lastMs" | "firstSequence" | "frames" | "gaps" | "sizeBytes"
>;

export function figuresOf(segments: readonly SummaryHead[]): RecordingFigures {
  const figures: RecordingFigures = {
    firstMs: segments[0]?.firstMs ?? null,
    lastMs: null,
    firstSequence: segments[0]?.firstSequence ?? 0,
    frames: 0,
    gaps: 0,
    sizeBytes: 0,
  };
  for (const { lastMs, frames, gaps, sizeBytes } of segments) {
    figures.lastMs = Math.max(figures.lastMs ?? lastMs, lastMs);
    figures.frames += frames;
    figures.gaps += gaps;
    figures.sizeBytes += sizeBytes;
  }
  return figures;
}

/** The settings that held in a recording, each with where it begins. */
export async function settingsOf(
  segments: readonly SummaryHead[],
  fileOf: (segment: SummaryHead) => string,
): Promise<RecordingSettings[]> {
  const settings: RecordingSettings[] = [];
  for (const [at, segment] of segments.entries()) {
    if (at > 0 && segment.settingsKey === segments[at - 1]!.settingsKey) continue;
    const head = await readSegmentHead(fileOf(segment)).catch(() => undefined);
    const { firstMs: fromMs, firstSequence } = segment;
    if (head) settings.push({ ...head.settings, fromMs, firstSequence });
  }
  return settings;
}

/** Recordings that stay until they are removed: a row in the database and a folder of segments each. */
export class KeptRecordings {
  readonly #path: string;
  readonly #store: RecordingStore["recordings"];
  readonly #log: Logger;
  readonly #folders = new Map<string, Promise<SegmentFolder>>();
  readonly #work = new Map<string, Promise<void>>();
  #keptBytes: number;

  constructor(path: string, store: RecordingStore["recordings"], log: Logger) {
    this.#path = path;
    this.#store = store;
    this.#log = log;
    this.#keptBytes = store.list().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Room that they take; segments that two of them share count twice. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  list(): StoredRecording[] {
    return this.#store.list();
  }

  get(id: string): StoredRecording | undefined {
    return this.#store.get(id);
  }

  save(recording: StoredRecording): void {
    const before = this.#store.get(recording.id)?.sizeBytes ?? 0;
    this.#store.save(recording);
    this.#keptBytes += recording.sizeBytes - before;
  }

  /**
   * Finishes what was being removed, drops files that were half taken in, and takes folders that no row tells of,
   * as after an older database was put back, as recordings again.
   */
  async pickUp(): Promise<void> {
    const entries = await readdir(this.#path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (this.#store.get(entry.name)) continue;
      try {
        if (entry.isDirectory()) await this.#pickUpOne(entry.name);
        else this.#log.warn(`${entry.name} among the kept recordings is none of them`);
      } catch (error) {
        this.#log.warn(`what lies in ${entry.name} is no recording that can be read: ${messageOf(error)}`);
      }
    }
  }

  async #pickUpOne(name: string): Promise<void> {
    const path = join(this.#path, name);
    const names = await readdir(path);
    if (name.endsWith(REMOVED) || names.includes(UNFINISHED)) {
      await rm(path, { recursive: true, force: true });
      return;
    }
    const folder = await SegmentFolder.open(path);
    const { segments } = folder;
    if (segments[0] === undefined) return;
    const { settings, label, ...head } = await readSegmentHead(folder.fileOf(segments[0]));
    const found = {
      id: name,
      kind: "kept" as const,
      label: label || "found again",
      isOpen: false,
      eventId: null,
    };
    const createdAt = new Date(segments[0].firstMs).toISOString();
    const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    this.save({ ...head, ...found, ...span, createdAt, ...figuresOf(segments) });
    this.#log.warn(`recording ${name} was found without its entry, and is listed again`);
  }

  /** Marks a folder that is being filled from outside; until `finished`, `pickUp` drops it. */
  async unfinished(id: string): Promise<SegmentFolder> {
    const folder = await this.folder(id);
    await writeFile(join(folder.path, UNFINISHED), "");
    return folder;
  }

  async finished(id: string): Promise<void> {
    await rm(join(this.#path, id, UNFINISHED), { force: true });
  }

  folder(id: string): Promise<SegmentFolder> {
    const known = this.#folders.get(id);
    if (known) {
      this.#folders.delete(id);
      this.#folders.set(id, known);
      return known;
    }
    const opening = SegmentFolder.open(join(this.#path, id));
    this.#folders.set(id, opening);
    opening.catch(() => this.#folders.delete(id));
    for (const oldest of [...this.#folders.keys()].slice(0, -OPEN_FOLDERS)) {
      if (this.#work.has(oldest) || this.#store.get(oldest)?.isOpen) continue;
      this.#folders.delete(oldest);
    }
    return opening;
  }

  /**
   * Adds what of closed segments lies in the recording; returns when they and all before them are in. What cannot be
   * added or told to the database is logged: the recording goes on.
   */
  add(id: string, segments: readonly SummaryHead[], fileOf: (segment: SummaryHead) => string): Promise<void> {
    const done = (this.#work.get(id) ?? Promise.resolve()).then(async () => {
      let added = 0;
      for (const segment of segments) {
        if (!(await this.#addOne(id, segment, fileOf(segment)))) continue;
        added += 1;
        if (added % SAVE_EVERY === 0) await this.#saveFigures(id);
      }
      if (added > 0) await this.#saveFigures(id);
      if (this.#work.get(id) === done) this.#work.delete(id);
    });
    this.#work.set(id, done);
    return done;
  }

  /** Waits for everything that was added. */
  async settled(id: string): Promise<void> {
    await this.#work.get(id);
  }

  async #addOne(id: string, segment: SummaryHead, file: string): Promise<boolean> {
    try {
      const recording = this.#store.get(id);
      if (!recording || segment.lastMs < recording.fromMs || segment.firstMs > recording.toMs) return false;
      const folder = await this.folder(id);
      const isWhole = segment.firstMs >= recording.fromMs && segment.lastMs <= recording.toMs;
      const added = await (isWhole ? take(folder, segment, file) : cut(folder, recording, file));
      if (added) await folder.adopt(added);
      return added !== undefined;
    } catch (error) {
      this.#log.warn(`recording ${id} lacks what was recorded in ${file}: ${messageOf(error)}`);
      return false;
    }
  }

  async #saveFigures(id: string): Promise<void> {
    try {
      const { segments } = await this.folder(id);
      const recording = this.#store.get(id);
      if (recording) this.save({ ...recording, ...figuresOf(segments) });
    } catch (error) {
      this.#log.warn(`the figures of recording ${id} could not be stored: ${messageOf(error)}`);
    }
  }

  async remove(id: string): Promise<void> {
    this.#keptBytes -= this.#store.get(id)?.sizeBytes ?? 0;
    this.#store.remove(id);
    await this.settled(id);
    this.#folders.delete(id);
    const path = join(this.#path, id);
    await rename(path, `${path}${REMOVED}`).catch(() => undefined);
    await rm(`${path}${REMOVED}`, { recursive: true, force: true });
  }
}

/** Links a segment into a folder; copies it where links are refused. Undefined where it is there, or gone. */
async function take(
  folder: SegmentFolder,
  segment: SummaryHead,
  file: string,
): Promise<SummaryHead | undefined> {
  const target = folder.fileOf(segment);
  if (folder.has(segment)) return undefined;
  try {
    await link(file, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code !== "EEXIST") await copyFile(file, target);
  }
  return segment;
}

/** Writes the frames of a segment that lie in a recording as a segment of its own. */
async function cut(
  folder: SegmentFolder,
  { fromMs, toMs }: StoredRecording,
  file: string,
): Promise<SummaryHead | undefined> {
  let writer: SegmentWriter | undefined;
  let lastSequence: number | undefined;
  try {
    for await (const { frame, origin } of readSegment(file)) {
      if (frame.capturedAtMs < fromMs || frame.capturedAtMs > toMs) continue;
      if (writer === undefined) {
        const first = { firstMs: frame.capturedAtMs, firstSequence: frame.sequence };
        if (folder.has(first)) return undefined;
        writer = new SegmentWriter(folder.fileOf(first), await readSegmentHead(file), frame);
      }
      const isJump = lastSequence !== undefined && frame.sequence !== lastSequence + 1;
      writer.append(frame, frame.gapBefore || isJump, origin);
      lastSequence = frame.sequence;
    }
  } catch (error) {
    await writer?.abandon();
    throw error;
  }
  return writer?.close();
}
