import type { Socket } from "node:net";
import {
  backendToBrowserSchema,
  type Capture,
  decodeSpectrumFrame,
  type SpectrumFrame,
} from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { exampleSession, openTestBackend, type TestBackend, TestBrowser, waitFor } from "../_test/support.ts";

function frame(sequence: number, bins = 1600): SpectrumFrame {
  return {
    streamId: 1,
    sequence,
    capturedAtMs: 1000,
    receivedAtMs: 1001,
    firstBinHz: 0,
    binSpacingHz: 50_000,
    resolutionBandwidthHz: 75_000,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: new Int16Array(bins).fill(-3000),
  };
}

/** Stops a client from reading, as a browser tab does that hangs: the kernel's buffers fill, then ours. */
function stall(browser: TestBrowser): Socket {
  const { _socket: socket } = browser.socket as unknown as { _socket: Socket };
  socket.pause();
  return socket;
}

function exampleCapture(title: string): Capture {
  return {
    id: "c-1",
    fileName: "file",
    sizeBytes: 1,
    sha256: "00",
    receivedAt: "2026-01-01T00:00:00.000Z",
    status: "decoded",
    kind: "utsc",
    title,
    refusal: null,
  };
}

async function watch(backend: TestBackend, browser: TestBrowser, sessionId: string): Promise<void> {
  const before = backend.hub.viewers(sessionId);
  browser.socket.send(JSON.stringify({ type: "watch", sessionId }));
  await waitFor(() => backend.hub.viewers(sessionId) === before + 1);
}

test("a browser is told hello and the whole state first, in messages that fit the protocol", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  expect(browser.messages.map((message) => message.type)).toEqual(["hello", "agents", "sessions", "health"]);
  for (const message of browser.messages) backendToBrowserSchema.parse(message);
});

test("frames go to those who watch, and viewers are counted for everybody", async () => {
  const backend = await openTestBackend();
  const [first, second, third] = await Promise.all([
    TestBrowser.open(backend),
    TestBrowser.open(backend),
    TestBrowser.open(backend),
  ]);
  await watch(backend, first, "s-1");
  await watch(backend, second, "s-1");
  await waitFor(() => third.last("viewers")?.count === 2);
  await watch(backend, third, "s-2");

  backend.hub.publishFrame("s-1", frame(7));
  await waitFor(() => first.frames.length === 1 && second.frames.length === 1);
  expect(decodeSpectrumFrame(first.frames[0]!)).toMatchObject({ sequence: 7, withheld: 0 });

  first.socket.send(JSON.stringify({ type: "unwatch", sessionId: "s-1" }));
  await waitFor(() => third.last("viewers")?.count === 1);
  second.socket.close();
  await waitFor(() => third.last("viewers")?.count === 0);
  backend.hub.publishFrame("s-1", frame(8));
  backend.hub.publishFrame("s-2", frame(9));
  await waitFor(() => third.frames.length === 1);
  expect(decodeSpectrumFrame(third.frames[0]!).sequence).toBe(9);
  expect(first.frames).toHaveLength(1);
});

test("a browser that comes later learns who watches what", async () => {
  const backend = await openTestBackend();
  await watch(backend, await TestBrowser.open(backend), "s-2");
  const late = await TestBrowser.open(backend);
  await waitFor(() => late.last("viewers") !== undefined);
  expect(late.last("viewers")).toEqual({ type: "viewers", sessionId: "s-2", count: 1 });
});

test("a session that does not exist cannot be watched", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  browser.socket.send(JSON.stringify({ type: "watch", sessionId: "none" }));
  await waitFor(() => browser.last("error") !== undefined);
  expect(browser.last("error")?.error.code).toBe("SESSION_UNKNOWN");
});

test.each([
  ["no JSON", "}{"],
  ["an unknown message", JSON.stringify({ type: "dance" })],
  ["a message that is too long", JSON.stringify({ type: "watch", sessionId: "x".repeat(5000) })],
])("a browser that sends %s is cut off", async (_what, text) => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  browser.socket.send(text);
  await waitFor(() => browser.socket.readyState === browser.socket.CLOSED);
});

test("a client that stops reading gets the newest frame next when it reads again, and learns how many gave way", async () => {
  const backend = await openTestBackend();
  const slow = await TestBrowser.open(backend);
  const quick = await TestBrowser.open(backend);
  await watch(backend, slow, "s-1");
  await watch(backend, quick, "s-1");
  let sequence = 0;
  const publish = async () => {
    sequence += 1;
    backend.hub.publishFrame("s-1", frame(sequence));
    await waitFor(() => quick.frames.length === sequence);
  };
  // Its answers have told how long the way is before it stalls.
  while (sequence < 10) await publish();
  await waitFor(() => slow.frames.length === sequence);

  const socket = stall(slow);
  const total = 150;
  while (sequence < total) await publish();
  socket.resume();
  await waitFor(() => decodeSpectrumFrame(slow.frames.at(-1)!).sequence === total);
  await publish();
  await waitFor(() => decodeSpectrumFrame(slow.frames.at(-1)!).sequence === total + 1);

  const received = slow.frames.map(decodeSpectrumFrame);
  const jump = received.findIndex(({ withheld }) => withheld > 0);
  expect(received[jump]!.sequence).toBe(total);
  // Far below what the buffers of the operating system would have taken: all of them.
  expect(jump).toBeLessThan(total / 2);
  let expectedSequence = 0;
  for (const { sequence: number, withheld } of received) {
    expectedSequence += withheld + 1;
    expect(number).toBe(expectedSequence);
  }
  expect(quick.frames).toHaveLength(total + 1);
  expect(quick.frames.every((bytes) => decodeSpectrumFrame(bytes).withheld === 0)).toBe(true);
});

test("a client whose socket is full holds one frame of each session, whatever comes", async () => {
  const backend = await openTestBackend({ liveLimits: { patienceMs: 60_000 } });
  const slow = await TestBrowser.open(backend);
  await watch(backend, slow, "s-1");
  await watch(backend, slow, "s-2");
  const socket = stall(slow);
  const total = 150;
  for (let sequence = 1; sequence <= total; sequence += 1) {
    for (const sessionId of ["s-1", "s-2"]) {
      backend.hub.publishFrame(sessionId, {
        ...frame(sequence, 65_535),
        streamId: Number(sessionId.slice(2)),
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.resume();
  const of = (streamId: number) =>
    slow.frames.map(decodeSpectrumFrame).filter((one) => one.streamId === streamId);
  await waitFor(() => [1, 2].every((streamId) => of(streamId).at(-1)?.sequence === total));
  for (const streamId of [1, 2]) {
    expect(of(streamId).at(-1)!.withheld).toBeGreaterThan(0);
    expect(of(streamId).reduce((sum, { withheld }) => sum + withheld + 1, 0)).toBe(total);
  }
});

test("a client that owes too much is cut off, and the others go on", async () => {
  const backend = await openTestBackend({ liveLimits: { maxBufferedBytes: 256 * 1024 } });
  const stalled = await TestBrowser.open(backend);
  const other = await TestBrowser.open(backend);
  await watch(backend, stalled, "s-1");
  const socket = stall(stalled);
  const session = exampleSession("s-1");
  const capture = exampleCapture("x".repeat(100_000));
  for (let round = 0; round < 1000 && backend.hub.viewers("s-1") > 0; round += 1) {
    backend.hub.publishCapture(capture);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await waitFor(() => backend.hub.viewers("s-1") === 0);
  socket.resume();
  backend.hub.publishSession({ ...session, sentence: "still here" });
  await waitFor(() => other.last("session")?.session.sentence === "still here");
});

test("a session that changes with every frame is told to who watches at most four times a second, its newest state last", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  await watch(backend, browser, "s-1");
  const startedAtMs = performance.now();
  let sequence = 0;
  while (performance.now() - startedAtMs < 1000) {
    sequence += 1;
    backend.hub.publishSession({ ...exampleSession("s-1"), framesReceived: sequence });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await waitFor(() => browser.last("session")?.session.framesReceived === sequence);
  const told = browser.messages.filter((message) => message.type === "session");
  expect(told.length).toBeGreaterThan(2);
  expect(told.length).toBeLessThanOrEqual(2 + Math.floor((performance.now() - startedAtMs) / 250));
});

test("who does not watch a session is told of its counts once a second, and of everything else at once", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  const startedAtMs = performance.now();
  let framesReceived = 0;
  while (performance.now() - startedAtMs < 1500) {
    framesReceived += 1;
    backend.hub.publishSession({ ...exampleSession("s-1"), framesReceived });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const told = () => browser.messages.filter((message) => message.type === "session");
  expect(told().length).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - startedAtMs) / 1000));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const sayings = ["first", "second", "third"];
  const saidAtMs = performance.now();
  for (const sentence of sayings) {
    framesReceived += 1;
    backend.hub.publishSession({ ...exampleSession("s-1"), framesReceived, sentence });
    await waitFor(() => browser.last("session")?.session.sentence === sentence);
  }
  // Three in less time than the counts take twice.
  expect(performance.now() - saidAtMs).toBeLessThan(2000);
  await waitFor(() => browser.last("session")?.session.framesReceived === framesReceived);
});

test("a browser that begins to watch learns the session as it is now", async () => {
  const backend = await openTestBackend();
  const browser = await TestBrowser.open(backend);
  await watch(backend, browser, "s-1");
  await waitFor(() => browser.last("session")?.session.id === "s-1");
});

test("a browser whose machine went away without a word is noticed by its missing answers", async () => {
  const backend = await openTestBackend({ liveLimits: { pingMs: 40 } });
  const alive = await TestBrowser.open(backend);
  const gone = await TestBrowser.open(backend);
  await watch(backend, gone, "s-1");
  await watch(backend, alive, "s-1");
  stall(gone);
  await waitFor(() => backend.hub.viewers("s-1") === 1);
  expect(alive.socket.readyState).toBe(alive.socket.OPEN);
});
