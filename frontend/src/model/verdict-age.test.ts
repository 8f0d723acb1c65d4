import { expect, test } from "vitest";
import { verdictAge } from "./verdict-age.ts";

const newestMs = new Date(2026, 10, 21, 9, 42, 51).getTime();

test("verdicts are told to be old once no frame comes, and not while frames come or the past is played", () => {
  const stalled = { isPast: false, isReceiving: false, newestMs };
  expect(verdictAge(stalled)).toBe("as of 09:42:51");
  expect(verdictAge({ ...stalled, isReceiving: true })).toBeUndefined();
  expect(verdictAge({ ...stalled, isPast: true })).toBeUndefined();
  expect(verdictAge({ ...stalled, newestMs: undefined })).toBeUndefined();
});
