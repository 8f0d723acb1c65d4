import { expect, test } from "vitest";
import { widestFree } from "./free-room.ts";

test("words of a box stand in its widest part that nothing covers", () => {
  expect(widestFree([])).toEqual({ left: 0, width: 1 });
  expect(
    widestFree([
      { left: 0.75, width: 0.125 },
      { left: 0.25, width: 0.25 },
    ]),
  ).toEqual({ left: 0, width: 0.25 });
  expect(widestFree([{ left: 0, width: 0.5 }])).toEqual({ left: 0.5, width: 0.5 });
  expect(widestFree([{ left: 0, width: 1 }]).width).toBe(0);
});
