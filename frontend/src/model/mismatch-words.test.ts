import { expect, test } from "vitest";
import { mismatchNames, mismatchWords } from "./mismatch-words.ts";

const order = { what: "byteOrder", expected: "big-endian samples", found: "little-endian samples" } as const;
const layout = {
  what: "layout",
  expected: "a common header, or one of 328 bytes",
  found: "no header",
} as const;

test("what of the files differs is named and said with what was expected", () => {
  expect(mismatchNames([order])).toBe("byte order");
  expect(mismatchNames([order, layout])).toBe("byte order and layout");
  expect(mismatchWords(order)).toBe("The files show little-endian samples; expected: big-endian samples.");
});
