import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { decodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { FrameMessages, withWithheld } from "./frame-message.ts";

function frameOf(bins: number, levelDbmv: number): SpectrumFrame {
  return {
    streamId: 1,
    sequence: 7,
    capturedAtMs: 1,
    receivedAtMs: 2,
    firstBinHz: 5e6,
    binSpacingHz: 1000,
    resolutionBandwidthHz: 2000,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: new Int16Array(bins).fill(levelDbmv * 100),
  };
}

test.each([1, 16, 1600, 32_768, 65_535])("a frame of %i bins arrives as one binary message", async (bins) => {
  using stack = new DisposableStack();
  const server = stack.adopt(new WebSocketServer({ port: 0, host: "127.0.0.1" }), (one) => one.close());
  await once(server, "listening");
  const browser = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  stack.defer(() => browser.terminate());
  browser.binaryType = "arraybuffer";
  const [, request] = await once(server, "connection");
  const frame = frameOf(bins, -20);
  const received = once(browser, "message");
  request.socket.write(withWithheld(new FrameMessages().make(frame).bytes, 3));
  const [bytes, isBinary] = await received;
  expect(isBinary).toBe(true);
  expect(decodeSpectrumFrame(bytes)).toEqual({ ...frame, withheld: 3 });
});

test("memory is used again only when nobody uses the message any more, and only for frames of its size", () => {
  const messages = new FrameMessages();
  const first = messages.make(frameOf(16, -20));
  first.use();
  first.release();
  const second = messages.make(frameOf(16, -30));
  expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
  first.release();
  const third = messages.make(frameOf(16, -40));
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  expect(decodeSpectrumFrame(third.bytes.slice(2).buffer).levelsHundredthsDbmv[0]).toBe(-4000);
  third.release();
  const longer = messages.make(frameOf(17, -20));
  expect(longer.bytes.byteLength).toBe(third.bytes.byteLength + 2);
  expect(messages.make(frameOf(16, -20)).bytes.buffer).toBe(third.bytes.buffer);
});
