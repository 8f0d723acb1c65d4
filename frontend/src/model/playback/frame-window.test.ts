import { encodeSpectrumFrame } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import { readFrameStream } from "../frame-stream.ts";
import { FrameWindow } from "./frame-window.ts";
import { FRAME_MS, fakeRecording } from "./testing.ts";

test("memory stays within its bound however far is read, on and back", async () => {
  const recording = fakeRecording(20_000);
  const frameBytes = recording.frames[0]!.bytes.byteLength;
  const window = new FrameWindow(recording.read, frameBytes * 500);
  await window.cover(0, 1000);
  for (let chunk = 0; chunk < 60; chunk += 1) {
    await window.readAhead(window.frames.at(-1)!.frame.capturedAtMs);
    expect(window.frames.length).toBeLessThanOrEqual(500);
  }
  expect(window.frames.at(-1)!.frame.sequence).toBe(200 * 61);
  for (let chunk = 0; chunk < 20; chunk += 1) {
    await window.readBack(0);
    expect(window.frames.length).toBeLessThanOrEqual(500);
  }
  const held = window.frames.map(({ frame }) => frame.sequence);
  expect(held).toEqual(held.map((_, index) => held[0]! + index));
});

test("what is held already is not read again", async () => {
  const recording = fakeRecording(1000);
  const window = new FrameWindow(recording.read);
  await window.cover(0, 15_000);
  const { reads } = recording;
  await window.cover(5000, 14_000);
  expect(recording.reads).toBe(reads);
  await window.cover(80_000, 81_000);
  expect(window.frames[0]!.frame.capturedAtMs).toBe(80_000);
});

test("frames in front of a gap of hours are found", async () => {
  const recording = fakeRecording(100, { gapAfter: 50, gapMs: 36_000_000 });
  const window = new FrameWindow(recording.read);
  await window.startAtSequence(51);
  expect(await window.readBack(0)).toBe(true);
  expect(window.frames.some(({ frame }) => frame.sequence === 50)).toBe(true);
  expect(window.indexAt(FRAME_MS * 49 + 1000)).toBe(window.indexOfSequence(50));
});

test("a stream that ends within a frame is refused", () => {
  const bytes = encodeSpectrumFrame(fakeRecording(1).frames[0]!.frame);
  const stream = new Uint8Array(bytes.length + 4);
  new DataView(stream.buffer).setUint32(0, bytes.length, true);
  stream.set(bytes, 4);
  expect(readFrameStream(stream.buffer)).toHaveLength(1);
  expect(() => readFrameStream(stream.slice(0, -1).buffer)).toThrow(/ends within frame 1/);
});
