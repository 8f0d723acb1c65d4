import { expect, test } from "vitest";
import { modemLines } from "./channel-modems-words.ts";

test("modems of a channel are told by count and level, each with its time", () => {
  const readAt = new Date(2026, 0, 5, 9, 12, 7).toISOString();
  const nowMs = new Date(2026, 0, 5, 9, 30).getTime();
  const lines = modemLines(
    {
      counted: { total: 212, online: 208, readAt },
      received: { meanDbmv: -0.34, minDbmv: -2.1, maxDbmv: 1.4, modems: 205, newestAt: readAt },
    },
    nowMs,
  );
  expect(lines).toEqual([
    "Modems: 212, 208 on line, read 09:12:07",
    "Received: mean \u22120.3 dBmV, \u22122.1 dBmV to 1.4 dBmV of 205 modems, polled 09:12:07",
  ]);
});

test("what is not known is said, and not shown as nothing", () => {
  expect(modemLines({ counted: null, received: null }, 0)).toEqual([
    "Modems: their table has not been read",
    "Received: not polled",
  ]);
});
