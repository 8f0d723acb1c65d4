import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConnectionState } from "../model/lab-state.ts";
import { ApiError } from "./api-error.ts";
import { LiveSocket } from "./live-socket.ts";
import type { SocketLike } from "./live-stage.ts";

/** A socket whose other end is the test. */
class TestSocket implements SocketLike {
  static readonly made: TestSocket[] = [];
  readyState = 0;
  onopen: SocketLike["onopen"] = null;
  onclose: SocketLike["onclose"] = null;
  onmessage: SocketLike["onmessage"] = null;
  readonly sent: string[] = [];

  constructor() {
    TestSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  break(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: "" });
  }
}

function connect(probe: () => Promise<void> = async () => {}) {
  const states: ConnectionState[] = [];
  const messages: unknown[] = [];
  const socket = new LiveSocket({
    url: "ws://lab/ws/live",
    listener: {
      onState: (state) => states.push(state),
      onMessage: (message) => messages.push(message),
    },
    probe,
    open: () => new TestSocket(),
    delayMs: (attempt) => 100 * 2 ** attempt,
    idleMs: 1000,
  });
  return { socket, states, messages };
}

const newest = () => TestSocket.made.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  TestSocket.made.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test("it watches again after every reconnect, what was asked before and meanwhile", async () => {
  const { socket, states } = connect();
  socket.watch("a");
  newest().accept();
  expect(newest().sent).toEqual(['{"type":"watch","sessionId":"a"}']);
  newest().break();
  await vi.advanceTimersByTimeAsync(0);
  socket.watch("b");
  socket.unwatch("a");
  await vi.advanceTimersByTimeAsync(100);
  expect(TestSocket.made).toHaveLength(2);
  newest().accept();
  expect(newest().sent).toEqual(['{"type":"watch","sessionId":"b"}']);
  expect(states.map((state) => state.status)).toEqual(["connecting", "open", "lost", "open"]);
  socket.close();
});

test("it waits longer after every failure, says since when, and tries at once when asked", async () => {
  const { socket, states } = connect();
  newest().break();
  await vi.advanceTimersByTimeAsync(100);
  newest().break();
  await vi.advanceTimersByTimeAsync(199);
  expect(TestSocket.made).toHaveLength(2);
  socket.retryNow();
  expect(TestSocket.made).toHaveLength(3);
  const lost = states.filter((state) => state.status === "lost");
  expect(lost.map((state) => state.attempt)).toEqual([1, 2]);
  expect(new Set(lost.map((state) => state.sinceMs)).size).toBe(1);
  socket.close();
});

test("a browser that is not signed in stops trying", async () => {
  const { states } = connect(() => Promise.reject(new ApiError("NOT_SIGNED_IN", "sign in first", 401)));
  newest().break();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(states.at(-1)).toEqual({ status: "signedOut" });
  expect(TestSocket.made).toHaveLength(1);
});

test("silence with no answer to a request is a lost link", async () => {
  const { socket, states } = connect(() => Promise.reject(new ApiError("UNREACHABLE", "no answer", 0)));
  newest().accept();
  await vi.advanceTimersByTimeAsync(1000);
  expect(states.at(-1)).toMatchObject({ status: "lost" });
  socket.close();
});

test("silence with an answer is a quiet lab", async () => {
  const { socket, states } = connect();
  newest().accept();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(states.at(-1)!.status).toBe("open");
  socket.close();
});

test("a message that cannot be read is told, and does not end the stream of the others", () => {
  const { socket, messages } = connect();
  newest().accept();
  newest().onmessage?.({ data: "not json" });
  newest().onmessage?.({ data: '{"type":"viewers","sessionId":"a","count":2}' });
  expect(messages).toMatchObject([
    { type: "error", error: { code: "INVALID_MESSAGE" } },
    { type: "viewers", sessionId: "a", count: 2 },
  ]);
  socket.close();
});
