import { expect, it } from "vitest";
import { receivedOn } from "./channel-levels.ts";

const target = { id: "cmts-1", host: "10.0.0.1", port: 161 };
const device = { label: "west", host: "10.0.0.1", port: 161, profile: "lab" };
const NOW = Date.UTC(2026, 0, 1);

/** Newest values of one device, by the end of their instance. */
function storeOf(label: string, values: Record<string, { value: number; ageMs?: number }>) {
  return {
    newest: (wanted: string, _metric: string, end: string) =>
      Object.entries(values)
        .filter(([instance]) => wanted === label && instance.endsWith(end))
        .map(([, { value, ageMs = 0 }]) => ({ value, atMs: NOW - ageMs, intervalS: 60 })),
  };
}

it("tells mean, least and greatest level of the modems that were read of late", () => {
  const store = storeOf("west", {
    "1.12": { value: 0 },
    "2.12": { value: -3 },
    "3.12": { value: 20, ageMs: 3_600_000 },
    "1.112": { value: 50 },
    "1.13": { value: 9 },
  });
  expect(receivedOn(store, [{ devices: [device] }], target, 12)).toEqual({
    meanDbmv: -1.5,
    minDbmv: -3,
    maxDbmv: 0,
    modems: 2,
    newestAt: "2026-01-01T00:00:00.000Z",
  });
});

it("knows a CMTS by its id where no plan has its address, and tells nothing of one that is not polled", () => {
  expect(receivedOn(storeOf("cmts-1", { "1.12": { value: 1 } }), [], target, 12)?.meanDbmv).toBe(1);
  expect(receivedOn(storeOf("east", { "1.12": { value: 1 } }), [], target, 12)).toBeNull();
});
