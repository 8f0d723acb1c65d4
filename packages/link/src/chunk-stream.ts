import { STREAM_WINDOW } from "@pnmlab/protocol";

export interface ChunkStreamOptions {
  /** The consumer has taken this many chunks since the last call. */
  onTaken: (chunks: number) => void;
  /** The consumer has left before the end. */
  onLeft: () => void;
}

/** Chunks between two words to the sender: half of what it may be ahead, so that it never runs dry. */
const TELL_EVERY = STREAM_WINDOW / 2;

interface Taker<T> {
  resolve: (result: IteratorResult<T>) => void;
  reject: (reason: unknown) => void;
}

/** Chunks that arrive by themselves, for one consumer that takes them in its own pace. */
export class ChunkStream<T> implements AsyncIterableIterator<T> {
  readonly #options: ChunkStreamOptions;
  readonly #chunks: T[] = [];
  readonly #takers: Taker<T>[] = [];
  #end: { error?: unknown } | undefined;
  #taken = 0;

  constructor(options: ChunkStreamOptions) {
    this.#options = options;
  }

  push(chunk: T): void {
    if (this.#end) return;
    const taker = this.#takers.shift();
    if (!taker) {
      this.#chunks.push(chunk);
      return;
    }
    this.#noteTaken();
    taker.resolve({ done: false, value: chunk });
  }

  /** No further chunks come. */
  end(): void {
    this.#finish({});
  }

  /** The stream broke; the consumer hears of it after the chunks that came before. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#chunks.length > 0) {
      this.#noteTaken();
      return Promise.resolve({ done: false, value: this.#chunks.shift()! });
    }
    if (this.#end) return outcome(this.#end);
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T>> {
    this.#chunks.length = 0;
    if (!this.#end) {
      this.#finish({});
      this.#options.onLeft();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(end: { error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    for (const taker of this.#takers.splice(0)) outcome<T>(end).then(taker.resolve, taker.reject);
  }

  #noteTaken(): void {
    this.#taken += 1;
    if (this.#taken < TELL_EVERY || this.#end) return;
    this.#options.onTaken(this.#taken);
    this.#taken = 0;
  }
}

function outcome<T>(end: { error?: unknown }): Promise<IteratorResult<T>> {
  return "error" in end ? Promise.reject(end.error) : Promise.resolve({ done: true, value: undefined });
}
