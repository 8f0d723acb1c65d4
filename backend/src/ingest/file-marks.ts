import { baseNameOf, folderOf, inFolder } from "./names.ts";

/** What a file was when it was dealt with; another size or time under the same name is another file. */
export interface FileMark {
  sizeBytes: number;
  modifiedAtMs: number;
}

/** Files dealt with last: those are the likeliest to be written anew under their name. */
const MAX_RECENT = 128;

interface Folder {
  marks: Map<string, FileMark & { listing: number }>;
  listing: number;
}

export function isSameMark(a: FileMark, b: FileMark): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedAtMs === b.modifiedAtMs;
}

/** The files below the TFTP directory that have been dealt with, by path. */
export class FileMarks {
  readonly #folders = new Map<string, Folder>();
  readonly #recent = new Set<string>();
  #rotation: Iterator<string> | undefined;

  isDone(name: string, mark: FileMark): boolean {
    const done = this.#folders.get(folderOf(name))?.marks.get(baseNameOf(name));
    return done !== undefined && isSameMark(done, mark);
  }

  markDone(name: string, { sizeBytes, modifiedAtMs }: FileMark): void {
    const folder = this.#folder(folderOf(name));
    folder.marks.set(baseNameOf(name), { sizeBytes, modifiedAtMs, listing: folder.listing });
    this.#recent.delete(name);
    this.#recent.add(name);
    if (this.#recent.size <= MAX_RECENT) return;
    const [oldest] = this.#recent;
    this.#recent.delete(oldest!);
  }

  forget(name: string): void {
    this.#folders.get(folderOf(name))?.marks.delete(baseNameOf(name));
    this.#recent.delete(name);
  }

  /** A folder is gone with everything in it. */
  forgetFolder(folder: string): void {
    this.#folders.delete(folder);
  }

  /** A folder is about to be listed; every name in it is passed to `isListed` until `endListing`. */
  beginListing(folder: string): void {
    this.#folder(folder).listing += 1;
  }

  /** Whether a name that the listing shows has been dealt with. */
  isListed(folder: string, base: string): boolean {
    const { marks, listing } = this.#folder(folder);
    const mark = marks.get(base);
    if (mark === undefined) return false;
    mark.listing = listing;
    return true;
  }

  /** Forgets the files that the listing did not show. */
  endListing(folder: string): void {
    const { marks, listing } = this.#folder(folder);
    for (const [base, mark] of marks) if (mark.listing !== listing) marks.delete(base);
  }

  /** Files to look at again: those dealt with last, and `count` of all others in turn. */
  toReview(count: number): string[] {
    const names = new Set(this.#recent);
    for (let left = count; left > 0; left -= 1) {
      this.#rotation ??= this.#all();
      const next = this.#rotation.next();
      if (next.done) {
        this.#rotation = undefined;
        break;
      }
      names.add(next.value);
    }
    return [...names];
  }

  *#all(): Generator<string, void, undefined> {
    for (const [folder, { marks }] of this.#folders) {
      for (const base of marks.keys()) yield inFolder(folder, base);
    }
  }

  #folder(folder: string): Folder {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const created = { marks: new Map(), listing: 0 };
    this.#folders.set(folder, created);
    return created;
  }
}
