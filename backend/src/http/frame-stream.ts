import { Readable } from "node:stream";

/**
 * Frames as a stream of u32 length and bytes. The first is read before the answer begins, so that what cannot be
 * read is refused with its reason. Where the caller leaves, also before anything was sent, the frames are closed.
 */
export async function frameStream(frames: AsyncGenerator<Uint8Array<ArrayBuffer>>): Promise<Readable> {
  let next: ReturnType<typeof frames.next> | undefined = Promise.resolve(await frames.next());
  // A generator that was not begun would not come to its end where the stream is destroyed.
  const parts: AsyncIterableIterator<Buffer> = {
    [Symbol.asyncIterator]: () => parts,
    next: async () => {
      const { done, value } = await (next ?? frames.next());
      next = undefined;
      if (done) return { done: true, value: undefined };
      const part = Buffer.allocUnsafe(4 + value.length);
      part.writeUInt32LE(value.length);
      part.set(value, 4);
      return { done: false, value: part };
    },
    return: async () => {
      await frames.return(undefined);
      return { done: true, value: undefined };
    },
  };
  return Readable.from(parts, { objectMode: false });
}
