import type { ConsumedFileStore } from "../contracts.ts";
import { parseOwnFileName, baseNameOf as sessionBaseNameOf } from "../utsc/file-name.ts";
import { baseNameOf } from "./names.ts";

const SAVE_EVERY_MS = 1000;

/**
 * Remembers over a restart how far kept files have been consumed: they lie in the directory for good, and
 * would be taken for new ones. What is not saved yet when the program dies is consumed a second time.
 */
export class ConsumedFiles implements AsyncDisposable {
  readonly #store: ConsumedFileStore;
  /** As the program before this one left it: a straggler of this run is no old file. */
  readonly #before: ReadonlyMap<string, string>;
  readonly #newest: Map<string, string>;
  readonly #unsaved = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(store: ConsumedFileStore) {
    this.#store = store;
    this.#before = store.list();
    this.#newest = new Map(this.#before);
    this.#timer = setInterval(() => this.#save(), SAVE_EVERY_MS);
  }

  /** Whether a file of this path was consumed before this program started. */
  has(name: string): boolean {
    const key = keyOf(name);
    const newest = key === undefined ? undefined : this.#before.get(key);
    return newest !== undefined && baseNameOf(name) <= newest;
  }

  note(name: string): void {
    const key = keyOf(name);
    if (key === undefined || baseNameOf(name) <= (this.#newest.get(key) ?? "")) return;
    this.#newest.set(key, baseNameOf(name));
    this.#unsaved.add(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#save();
  }

  #save(): void {
    for (const key of this.#unsaved) this.#store.save(key, this.#newest.get(key)!);
    this.#unsaved.clear();
  }
}

function keyOf(name: string): string | undefined {
  const parsed = parseOwnFileName(name);
  return parsed && sessionBaseNameOf(parsed);
}
