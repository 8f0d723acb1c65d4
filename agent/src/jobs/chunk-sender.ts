import { STREAM_WINDOW } from "@pnmlab/protocol";

/** Longest that items wait for others to fill their chunk. */
const MAX_DELAY_MS = 50;

export interface ChunkSenderOptions<Chunk> {
  send: (chunk: Chunk) => void;
  signal: AbortSignal;
  newChunk: () => Chunk;
  /** Whether it is large enough to go. */
  isFull: (chunk: Chunk) => boolean;
}

/**
 * Gathers items into chunks and sends them, at most `STREAM_WINDOW` ahead of the receiver: memory and socket
 * hold that much of a stream, however long it is and however slow its receiver.
 */
export class ChunkSender<Chunk extends unknown[]> implements Disposable {
  readonly #options: ChunkSenderOptions<Chunk>;
  #chunk: Chunk;
  #ahead = 0;
  #timer: NodeJS.Timeout | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(options: ChunkSenderOptions<Chunk>) {
    this.#options = options;
    this.#chunk = options.newChunk();
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Lets `write` append to the chunk. A promise, where the sender must wait for the receiver. */
  add(write: (chunk: Chunk) => void): Promise<void> | undefined {
    write(this.#chunk);
    if (this.#ahead < STREAM_WINDOW) {
      if (this.#options.isFull(this.#chunk)) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flushLate(), MAX_DELAY_MS);
      return undefined;
    }
    if (!this.#options.isFull(this.#chunk)) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** The receiver has taken chunks. */
  consumed(chunks: number): void {
    this.#ahead = Math.max(0, this.#ahead - chunks);
    if (this.#chunk.length > 0 && (this.#room || this.#options.isFull(this.#chunk))) this.#flush();
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** Sends what is left. */
  end(): void {
    this.#flush();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => {
    this.#room?.promise.catch(() => {});
    this.#room?.reject(this.#options.signal.reason);
    this.#room = undefined;
  };

  #flushLate(): void {
    this.#timer = undefined;
    if (this.#ahead < STREAM_WINDOW) this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#chunk.length === 0 || this.#options.signal.aborted) return;
    const chunk = this.#chunk;
    this.#chunk = this.#options.newChunk();
    this.#ahead += 1;
    this.#options.send(chunk);
  }
}
