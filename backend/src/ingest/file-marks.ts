/** What a file was when it was dealt with; another size or time under the same name is another file. */
export interface FileMark {
  sizeBytes: number;
  modifiedAtMs: number;
}

/** The files of the directory that have been dealt with, by name. */
export class FileMarks {
  readonly #marks = new Map<string, FileMark>();

  has(name: string): boolean {
    return this.#marks.has(name);
  }

  isDone(name: string, { sizeBytes, modifiedAtMs }: FileMark): boolean {
    const mark = this.#marks.get(name);
    return mark !== undefined && mark.sizeBytes === sizeBytes && mark.modifiedAtMs === modifiedAtMs;
  }

  markDone(name: string, mark: FileMark): void {
    this.#marks.set(name, { sizeBytes: mark.sizeBytes, modifiedAtMs: mark.modifiedAtMs });
  }

  forget(name: string): void {
    this.#marks.delete(name);
  }

  /** Forgets files that are no longer in the directory; free where none can be. */
  keepOnly(names: readonly string[]): void {
    if (this.#marks.size === 0) return;
    const present = new Set(names);
    for (const name of this.#marks.keys()) if (!present.has(name)) this.#marks.delete(name);
  }
}
