import { expect, test } from "vitest";
import { pollReadingSchema } from "./polling.ts";

test.each([1e300, 8.64e15 + 1, -1])("a reading at %d, which is no date, is none", (atMs) => {
  const reading = { planId: "p", planVersion: 1, device: "cmts", atMs: 0, samples: [] };
  expect(pollReadingSchema.safeParse(reading).success).toBe(true);
  expect(pollReadingSchema.safeParse({ ...reading, atMs }).success).toBe(false);
});
