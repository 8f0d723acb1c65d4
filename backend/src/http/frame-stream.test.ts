import { once } from "node:events";
import { expect, test } from "vitest";
import { frameStream } from "./frame-stream.ts";

function open() {
  const state = { given: 0, isClosed: false };
  async function* frames() {
    try {
      for (;;) {
        state.given += 1;
        yield Uint8Array.of(state.given, 7);
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, frames: frames() };
}

test("each frame is told with its length", async () => {
  async function* two() {
    yield Uint8Array.of(1, 2);
    yield Uint8Array.of(3);
  }
  const parts: Buffer[] = [];
  for await (const part of await frameStream(two())) parts.push(part as Buffer);
  expect([...Buffer.concat(parts)]).toEqual([2, 0, 0, 0, 1, 2, 1, 0, 0, 0, 3]);
});

test("the frames are closed where the caller leaves before the first byte, and in the midst", async () => {
  const early = open();
  const unread = await frameStream(early.frames);
  unread.destroy();
  await once(unread, "close");
  expect(early.state).toEqual({ given: 1, isClosed: true });

  const late = open();
  const read = await frameStream(late.frames);
  for await (const part of read) {
    expect(part).toHaveLength(6);
    break;
  }
  expect(late.state.isClosed).toBe(true);
});

test("what cannot be read is refused before the answer begins", async () => {
  // biome-ignore lint/correctness/useYield: it fails before
  async function* broken(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    throw new Error("there is no recording");
  }
  await expect(frameStream(broken())).rejects.toThrow("there is no recording");
});
