import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { encodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol/frame";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import type { SocketLike } from "../api/live-stage.ts";
import { spectrumFrame } from "../testing/spectrum-frame.ts";
import { LiveFeed } from "./live-feed.ts";
import { PageFeed } from "./page-feed.ts";

let stack: DisposableStack;
beforeEach(() => {
  stack = new DisposableStack();
});
afterEach(() => stack[Symbol.dispose]());

/** A page, the thread that draws for it, and a backend that says what the test says. */
async function connected() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const accepted = once(server, "connection");
  const drawn: SpectrumFrame[] = [];
  const feed = new LiveFeed({
    onFrame: (frame) => drawn.push(frame),
    report: (report) => page.take(structuredClone(report)),
  });
  const page: PageFeed = new PageFeed((command) => feed.handle(structuredClone(command)));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const socket = page.openSocket(url);
  const texts: string[] = [];
  const opened = new Promise<void>((resolve) => {
    socket.onopen = resolve;
  });
  socket.onmessage = ({ data }) => texts.push(data);
  const [backend] = await accepted;
  await opened;
  stack.defer(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { page, socket, backend: backend as import("ws").WebSocket, drawn, texts, url };
}

const closed = (socket: SocketLike) =>
  new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = resolve;
  });
const bytesOf = (sequence: number, streamId = 1) =>
  encodeSpectrumFrame(spectrumFrame(sequence, [-20, -30], { streamId }));

test("frames go to the pictures, texts to the page, and what the page says to the backend", async () => {
  const { socket, backend, drawn, texts } = await connected();
  backend.send("hello");
  backend.send(bytesOf(7));
  await vi.waitFor(() => expect(drawn.map(({ sequence }) => sequence)).toEqual([7]));
  expect(texts).toEqual(["hello"]);
  const heard = once(backend, "message");
  socket.send("watch");
  expect(String((await heard)[0])).toBe("watch");
  socket.close();
});

test("a tap hands the page the frames of its stream, and no others, until it ends", async () => {
  const { page, socket, backend, drawn } = await connected();
  const tapped: number[] = [];
  const end = page.tap(2, ({ sequence }) => tapped.push(sequence));
  backend.send(bytesOf(1, 1));
  backend.send(bytesOf(2, 2));
  await vi.waitFor(() => expect(drawn).toHaveLength(2));
  end();
  backend.send(bytesOf(3, 2));
  await vi.waitFor(() => expect(drawn).toHaveLength(3));
  expect(tapped).toEqual([2]);
  socket.close();
});

test("a frame that cannot be read is told in a text, and the next one is shown", async () => {
  const { socket, backend, drawn, texts } = await connected();
  backend.send(new Uint8Array(3));
  backend.send(bytesOf(8));
  await vi.waitFor(() => expect(drawn).toHaveLength(1));
  expect(JSON.parse(texts[0]!)).toMatchObject({ type: "error", error: { code: "FRAME_INVALID" } });
  socket.close();
});

test("the page learns why the other end closed, and an address that is none closes too", async () => {
  const { page, socket, backend } = await connected();
  const end = closed(socket);
  backend.close(1001, "the backend is stopping");
  expect(await end).toMatchObject({ code: 1001, reason: "the backend is stopping" });
  const broken = page.openSocket("nowhere://");
  expect(await closed(broken)).toMatchObject({ code: 1006 });
});

test("where the thread is lost its sockets close, and taps are made again", async () => {
  const commands: string[] = [];
  const page = new PageFeed(({ type }) => commands.push(type));
  page.tap(1, () => {});
  const socket = page.openSocket("ws://lab");
  const end = closed(socket);
  page.lose("the drawing worker ended");
  expect(await end).toEqual({ code: 1006, reason: "the drawing worker ended" });
  expect(commands).toEqual(["tap", "openSocket", "tap"]);
});
