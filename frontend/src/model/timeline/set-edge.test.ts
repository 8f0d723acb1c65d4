import { expect, test } from "vitest";
import { setEdge } from "./set-edge.ts";

const bounds = { fromMs: 1000, toMs: 9000 };

test("begin and end are set one after the other, in either order", () => {
  const begun = setEdge(undefined, "fromMs", 3000, bounds);
  expect(setEdge(begun.edges, "toMs", 5000, bounds).selection).toEqual({ fromMs: 3000, toMs: 5000 });
  const ended = setEdge(undefined, "toMs", 5000, bounds);
  expect(setEdge(ended.edges, "fromMs", 3000, bounds).selection).toEqual({ fromMs: 3000, toMs: 5000 });
});

test("one edge alone selects up to the end, or from the begin, of what there is", () => {
  expect(setEdge(undefined, "fromMs", 3000, bounds).selection).toEqual({ fromMs: 3000, toMs: 9000 });
  expect(setEdge(undefined, "toMs", 3000, bounds).selection).toEqual({ fromMs: 1000, toMs: 3000 });
});

test("a begin behind the end lets go of that end", () => {
  expect(setEdge({ fromMs: 2000, toMs: 4000 }, "fromMs", 6000, bounds).selection).toEqual({
    fromMs: 6000,
    toMs: 9000,
  });
});

test("a begin that is set live at the newest end waits until the end is set later", () => {
  const begun = setEdge(undefined, "fromMs", 9000, bounds);
  expect(begun.selection).toBeUndefined();
  expect(setEdge(begun.edges, "toMs", 12_000, { fromMs: 1000, toMs: 12_000 }).selection).toEqual({
    fromMs: 9000,
    toMs: 12_000,
  });
});
