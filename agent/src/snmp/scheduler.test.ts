import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Priority } from "./exchange.ts";
import { Scheduler, type Turn } from "./scheduler.ts";

const request = (key: string, priority: Priority = "interactive", maxOutstanding = 1) => ({
  key,
  maxOutstanding,
  priority,
  maxWaitMs: 10_000,
});

/** Takes turns as `request` says and notes their order; each ends when `end` is called. */
function takerOf(scheduler: Scheduler) {
  const order: string[] = [];
  const turns: Turn[] = [];
  return {
    order,
    async take(name: string, of: Parameters<Scheduler["turn"]>[0]): Promise<void> {
      const turn = await scheduler.turn(of);
      order.push(turn ? name : `${name} too late`);
      if (turn) turns.push(turn);
    },
    async end(): Promise<void> {
      turns.shift()?.release();
      await delay(0);
    },
  };
}

it("gives one device one turn at a time, or as many as it may have, and others theirs", async () => {
  const scheduler = new Scheduler();
  const { order, take, end } = takerOf(scheduler);
  void take("a1", request("a"));
  void take("a2", request("a"));
  void take("b1", request("b", "interactive", 2));
  void take("b2", request("b", "interactive", 2));
  void take("b3", request("b", "interactive", 2));
  await delay(0);
  expect(order).toEqual(["a1", "b1", "b2"]);
  await end();
  await end();
  expect(order).toEqual(["a1", "b1", "b2", "a2", "b3"]);
});

it("lets interactive requests go first and batch ones have every eighth turn", async () => {
  const scheduler = new Scheduler();
  const { order, take, end } = takerOf(scheduler);
  void take("first", request("a"));
  for (let number = 0; number < 3; number += 1) void take("batch", request("a", "batch"));
  for (let number = 0; number < 20; number += 1) void take("interactive", request("a"));
  for (let turn = 0; turn < 24; turn += 1) await end();
  await expect.poll(() => order).toHaveLength(24);
  expect(order.indexOf("batch")).toBeLessThanOrEqual(9);
  expect(order.slice(1, 20).filter((name) => name === "batch").length).toBeLessThanOrEqual(3);
});

it("keeps places of the agent for interactive requests, however many batch ones there are", async () => {
  const scheduler = new Scheduler({ maxTotal: 4 });
  const { order, take } = takerOf(scheduler);
  for (let device = 0; device < 8; device += 1) void take("batch", request(`modem ${device}`, "batch"));
  await delay(0);
  expect(order).toEqual(["batch", "batch", "batch"]);
  await take("interactive", request("cmts"));
  expect(order.at(-1)).toBe("interactive");
});

it("does not let devices that are silent hold up the others", async () => {
  const scheduler = new Scheduler({ maxTotal: 2 });
  const { order, take } = takerOf(scheduler);
  for (const device of ["dead 1", "dead 2", "alive 1", "alive 2"]) void take(device, request(device));
  await delay(200);
  expect(order).toEqual(["dead 1", "dead 2", "alive 1", "alive 2"]);
  expect(scheduler.load).toEqual({ running: 4, waiting: 0 });
});

it("takes a request out of the queue at once when it is cancelled or too late", async () => {
  const scheduler = new Scheduler();
  const { order, take, end } = takerOf(scheduler);
  void take("first", request("a"));
  const cancel = new AbortController();
  const cancelled = scheduler.turn({ ...request("a"), signal: cancel.signal });
  void take("impatient", { ...request("a"), maxWaitMs: 5 });
  cancel.abort(new Error("not wanted any more"));
  await expect(cancelled).rejects.toThrow("not wanted any more");
  await delay(50);
  expect(order).toEqual(["first", "impatient too late"]);
  expect(scheduler.load).toEqual({ running: 1, waiting: 0 });
  await end();
  await take("last", request("a"));
  expect(order.at(-1)).toBe("last");
});

it("lets what ends a test pass every queue", async () => {
  const scheduler = new Scheduler({ maxTotal: 1 });
  const { order, take } = takerOf(scheduler);
  await take("first", request("a"));
  await take("abort", request("a", "urgent"));
  expect(order).toEqual(["first", "abort"]);
});

it("leaves a device to who asks it one thing after the other, and gives batch requests every eighth turn", async () => {
  const scheduler = new Scheduler();
  const order: string[] = [];
  const isOver = { value: false };
  const walk = (async () => {
    while (!isOver.value) {
      const turn = await scheduler.turn(request("a", "batch"));
      order.push("batch");
      await delay(0);
      turn?.release();
    }
  })();
  for (let number = 0; number < 40; number += 1) {
    const turn = await scheduler.turn(request("a"));
    order.push("interactive");
    await Promise.resolve();
    turn?.release();
    // As an answer that goes to its reader, who asks the next thing at once.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const during = order.filter((name) => name === "batch").length;
  expect(during).toBeGreaterThan(3);
  // More only where this machine stood still for a while.
  expect(during).toBeLessThan(30);
  isOver.value = true;
  await walk;
});

it("gives a batch request its turn soon after the last interactive one", async () => {
  const scheduler = new Scheduler();
  const first = await scheduler.turn(request("a"));
  first?.release();
  const turn = await scheduler.turn({ ...request("a", "batch"), maxWaitMs: 5_000 });
  expect(turn).toBeDefined();
  turn?.release();
  expect(scheduler.load).toEqual({ running: 0, waiting: 0 });
});
