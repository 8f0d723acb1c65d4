import { expect, test } from "vitest";
import {
  acceptedEvents,
  backoffDelayMs,
  durationText,
  Emitter,
  nearestWord,
  sleep,
  type TransitionTable,
  transition,
  withDeadline,
} from "./index.ts";

const door: TransitionTable<"open" | "shut", "close" | "open"> = {
  open: { close: "shut" },
  shut: { open: "open" },
};

test("a transition table answers the next state and refuses what it does not list", () => {
  expect(transition(door, "open", "close")).toBe("shut");
  expect(transition(door, "open", "open")).toBeUndefined();
  expect(acceptedEvents(door, "shut")).toEqual(["open"]);
});

test("backoff grows, stays under its cap and keeps half of its delay fixed", () => {
  const options = { baseMs: 100, maxMs: 1000, random: () => 0 };
  expect([0, 1, 2, 10, 1000].map((n) => backoffDelayMs(n, options))).toEqual([50, 100, 200, 500, 500]);
  expect(backoffDelayMs(10, { ...options, random: () => 0.999 })).toBeLessThan(1000);
});

test("a deadline names what did not finish", async () => {
  await expect(withDeadline(new Promise(() => {}), 5, "GET sysDescr.0")).rejects.toMatchObject({
    code: "DEADLINE",
    message: "GET sysDescr.0 did not finish within 5 ms",
  });
  await expect(withDeadline(Promise.resolve(3), 1000, "it")).resolves.toBe(3);
});

test("sleep ends at once when its signal aborts", async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort(new Error("stopped"));
  await expect(sleeping).rejects.toThrow("stopped");
});

test("an emitter calls its listeners until they are removed", () => {
  const emitter = new Emitter<{ tick: number }>();
  const seen: number[] = [];
  const off = emitter.on("tick", (value) => seen.push(value));
  emitter.emit("tick", 1);
  off();
  emitter.emit("tick", 2);
  expect(seen).toEqual([1]);
});

test("the nearest word is offered only when it is near", () => {
  expect(nearestWord("PNMLAB_HTP_PORT", ["PNMLAB_HTTP_PORT", "PNMLAB_DATA_DIR"])).toBe("PNMLAB_HTTP_PORT");
  expect(nearestWord("COMPLETELY_ELSE", ["PNMLAB_HTTP_PORT"])).toBeUndefined();
});

test("durations read as the field reads them", () => {
  expect(durationText(430)).toBe("0.4 s");
  expect(durationText(48_000)).toBe("48 s");
  expect(durationText(372_000)).toBe("6 min 12 s");
  expect(durationText(11_100_000)).toBe("3 h 05 min");
});
