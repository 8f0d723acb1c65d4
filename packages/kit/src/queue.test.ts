import { expect, test } from "vitest";
import { KeyedQueue } from "./queue.ts";

function gate() {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

test("runs at most one job of a key at a time and lets another key pass", async () => {
  const queue = new KeyedQueue({ maxTotal: 4, maxPerKey: 1 });
  const first = gate();
  const order: string[] = [];
  const a1 = queue.run("a", async () => {
    await first.promise;
    order.push("a1");
  });
  const a2 = queue.run("a", async () => {
    order.push("a2");
  });
  await queue.run("b", async () => {
    order.push("b");
  });
  expect(order).toEqual(["b"]);
  first.open();
  await Promise.all([a1, a2]);
  expect(order).toEqual(["b", "a1", "a2"]);
});

test("a failing job frees its place", async () => {
  const queue = new KeyedQueue({ maxTotal: 1, maxPerKey: 1 });
  await expect(queue.run("a", () => Promise.reject(new Error("no answer")))).rejects.toThrow("no answer");
  await expect(queue.run("a", async () => 7)).resolves.toBe(7);
});

test("closing rejects every waiting job and none hangs", async () => {
  const queue = new KeyedQueue({ maxTotal: 1, maxPerKey: 1 });
  const first = gate();
  const running = queue.run("a", () => first.promise);
  const waiting = queue.run("a", async () => 1);
  queue.close();
  await expect(waiting).rejects.toMatchObject({ code: "QUEUE_CLOSED" });
  await expect(queue.run("a", async () => 1)).rejects.toMatchObject({ code: "QUEUE_CLOSED" });
  first.open();
  await running;
});
