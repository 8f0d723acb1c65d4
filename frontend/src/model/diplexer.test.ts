import { expect, test } from "vitest";
import { diplexerEdgeHz } from "./diplexer.ts";

const upTo = (...mhz: number[]) => mhz.map((upper) => ({ upperFrequencyHz: upper * 1e6 }));

test("the diplexer ends at the lowest usual edge above the plan", () => {
  expect(diplexerEdgeHz(upTo(20.4, 39.6))).toBe(42e6);
  expect(diplexerEdgeHz(upTo(64.8))).toBe(65e6);
  expect(diplexerEdgeHz(upTo(41, 84.9))).toBe(85e6);
  expect(diplexerEdgeHz(upTo(200))).toBe(204e6);
});

test("a channel that ends at an edge, or within its roll-off, belongs to that split", () => {
  expect(diplexerEdgeHz(upTo(85))).toBe(85e6);
  expect(diplexerEdgeHz(upTo(42.3))).toBe(42e6);
});

test("without a plan there is no edge to tell, nor above all that diplexers have", () => {
  expect(diplexerEdgeHz([])).toBeUndefined();
  expect(diplexerEdgeHz(upTo(900))).toBeUndefined();
});
