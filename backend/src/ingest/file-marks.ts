/** What a file was when it was dealt with; another size or time under the same name is another file. */
export interface FileMark {
  sizeBytes: number;
  modifiedAtMs: number;
}

/** The files of the directory that have been dealt with, by name. */
export class FileMarks {
  readonly #marks = new Map<string, FileMark & { listing: number }>();
  #listing = 0;

  isDone(name: string, { sizeBytes, modifiedAtMs }: FileMark): boolean {
    const mark = this.#marks.get(name);
    return mark !== undefined && mark.sizeBytes === sizeBytes && mark.modifiedAtMs === modifiedAtMs;
  }

  markDone(name: string, { sizeBytes, modifiedAtMs }: FileMark): void {
    this.#marks.set(name, { sizeBytes, modifiedAtMs, listing: this.#listing });
  }

  forget(name: string): void {
    this.#marks.delete(name);
  }

  /** The directory is about to be listed; every name in it is passed to `isListed` until `endListing`. */
  beginListing(): void {
    this.#listing += 1;
  }

  /** Whether a name that the listing shows has been dealt with. */
  isListed(name: string): boolean {
    const mark = this.#marks.get(name);
    if (mark === undefined) return false;
    mark.listing = this.#listing;
    return true;
  }

  /** Forgets the files that the listing did not show. */
  endListing(): void {
    for (const [name, { listing }] of this.#marks) if (listing !== this.#listing) this.#marks.delete(name);
  }
}
