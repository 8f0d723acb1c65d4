import fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiveWindow } from "./receive-window.ts";
import { SendWindow } from "./send-window.ts";
import { seededRandom } from "./test-support/random.ts";

const FULL = 512;

test("in lockstep every block is stored and acknowledged once, and a repeat is acknowledged again", () => {
  const window = new ReceiveWindow(FULL, 1);
  expect(window.accept(1, FULL)).toEqual({ kind: "store", acknowledge: true, last: false });
  expect(window.accept(1, FULL)).toEqual({ kind: "repeat", acknowledge: true });
  expect(window.accept(3, FULL)).toEqual({ kind: "repeat", acknowledge: false });
  expect(window.accept(2, 0)).toEqual({ kind: "store", acknowledge: true, last: true });
  expect(window.lastBlock).toBe(2);
});

test("in a window the last block is acknowledged, and a gap once", () => {
  const window = new ReceiveWindow(FULL, 3);
  expect(window.accept(1, FULL)).toMatchObject({ kind: "store", acknowledge: false });
  expect(window.accept(3, FULL)).toEqual({ kind: "repeat", acknowledge: true });
  expect(window.accept(4, FULL)).toEqual({ kind: "repeat", acknowledge: false });
  expect(window.lastBlock).toBe(1);
  expect(window.accept(2, FULL)).toMatchObject({ kind: "store", acknowledge: false });
  expect(window.accept(3, FULL)).toMatchObject({ kind: "store", acknowledge: false });
  expect(window.accept(4, FULL)).toMatchObject({ kind: "store", acknowledge: true });
});

test("a sender that begins its window again is acknowledged where that window ends", () => {
  const window = new ReceiveWindow(FULL, 4);
  window.accept(1, FULL);
  expect(window.accept(3, FULL)).toEqual({ kind: "repeat", acknowledge: true });
  window.accept(1, FULL);
  expect(window.accept(2, FULL)).toMatchObject({ kind: "store", acknowledge: false });
  expect(window.accept(3, FULL)).toMatchObject({ kind: "store", acknowledge: false });
  expect(window.accept(4, FULL)).toMatchObject({ kind: "store", acknowledge: true });
});

test("block numbers go on from 65535 to 0", () => {
  const receive = new ReceiveWindow(FULL, 1);
  const send = new SendWindow(70_000 * FULL, FULL, 1);
  for (let block = 1; block <= 70_000; block += 1) {
    expect(receive.accept(block & 0xffff, FULL).kind).toBe("store");
    expect(send.acknowledge(receive.lastBlock)).toBe("next");
  }
  expect(receive.lastBlock).toBe(70_000 & 0xffff);
  expect(send.range).toEqual({ first: 70_000, count: 1 });
});

test("in lockstep a repeated acknowledgement sends nothing again", () => {
  const window = new SendWindow(3 * FULL, FULL, 1);
  expect(window.acknowledge(1)).toBe("next");
  expect(window.acknowledge(1)).toBe("ignore");
  expect(window.acknowledge(3)).toBe("ignore");
});

test("a file that fills its last block is ended by an empty one", () => {
  const window = new SendWindow(2 * FULL, FULL, 4);
  expect(window.range).toEqual({ first: 0, count: 3 });
  expect(window.acknowledge(3)).toBe("done");
});

test("both windows together bring every file over a line that loses, repeats and swaps packets", () => {
  const parameters = fc.record({
    blocks: fc.integer({ min: 0, max: 80 }),
    windowSize: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(parameters, ({ blocks, windowSize, seed }) => {
      expect(transferOverBadLine(blocks, windowSize, seed)).toEqual(
        Array.from({ length: blocks + 1 }, (_, index) => index),
      );
    }),
    { numRuns: 300 },
  );
});

/** Indices of the blocks in the order in which the receiver stored them; silence repeats the window. */
function transferOverBadLine(blocks: number, windowSize: number, seed: number): number[] {
  const random = seededRandom(seed);
  const send = new SendWindow(blocks * FULL, FULL, windowSize);
  const receive = new ReceiveWindow(FULL, windowSize);
  const stored: number[] = [];
  for (let turn = 0; turn < 10_000; turn += 1) {
    const { first, count } = send.range;
    const sent = Array.from({ length: count }, (_, index) => first + index);
    const arriving = sent.flatMap((index) =>
      random() < 0.1 ? [] : random() < 0.1 ? [index, index] : [index],
    );
    if (arriving.length > 1 && random() < 0.2) arriving.reverse();
    const acks: number[] = [];
    for (const index of arriving) {
      const verdict = receive.accept((index + 1) & 0xffff, index === blocks ? 0 : FULL);
      if (verdict.kind === "store") stored.push(index);
      if (verdict.acknowledge && random() >= 0.1) acks.push(receive.lastBlock);
    }
    if (acks.length === 0 && random() < 0.5) {
      receive.acknowledgedOnTimer();
      acks.push(receive.lastBlock);
    }
    for (const ack of acks) if (send.acknowledge(ack) === "done") return stored;
  }
  throw new Error("the transfer does not come to its end");
}
