import type { PlantEvent } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { detectionSource, detectorEvent } from "../_test/detection.ts";
import { temporaryFolder } from "../_test/support.ts";
import { NO_NOTES, plantEventOf } from "../detection/plant-event.ts";
import { openStorage } from "./index.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 2, 12, 30);

async function openEvents() {
  const storage = openStorage(await temporaryFolder());
  onTestFinished(() => storage[Symbol.dispose]());
  const { events } = storage;
  const add = (id: string, differing: Partial<PlantEvent> = {}) => {
    const event = plantEventOf(
      detectorEvent(id),
      detectionSource(),
      { ...NO_NOTES, number: events.nextNumber() },
      [],
    );
    events.save({ ...event, ...differing }, `context of ${id}`);
  };
  return { events, add };
}

test("events are found by port, kind, state and the time that they were there", async () => {
  const { events, add } = await openEvents();
  add("old", { firstMs: NOW_MS - 10 * HOUR_MS, lastMs: NOW_MS - 9 * HOUR_MS, state: "cleared" });
  add("long", { firstMs: NOW_MS - 10 * HOUR_MS, lastMs: NOW_MS, kind: "hum" });
  add("new", { firstMs: NOW_MS - HOUR_MS, lastMs: NOW_MS, rfPortIfIndex: 6 });
  const ids = (query: object) => events.list({ limit: 10, ...query }).map(({ id }) => id);
  expect(ids({})).toEqual(["new", "long", "old"]);
  expect(ids({ fromMs: NOW_MS - 5 * HOUR_MS, toMs: NOW_MS - 4 * HOUR_MS })).toEqual(["long"]);
  expect(ids({ state: "cleared" })).toEqual(["old"]);
  expect(ids({ kind: "hum" })).toEqual(["long"]);
  expect(ids({ cmtsId: "lab-cmts-1", rfPortIfIndex: 6 })).toEqual(["new"]);
  expect(ids({ limit: 1 })).toEqual(["new"]);
  expect(events.context("old")).toBe("context of old");
});

test("the histogram counts by hour and kind, the newest hour last", async () => {
  const { events, add } = await openEvents();
  add("a", { firstMs: NOW_MS });
  add("b", { firstMs: NOW_MS - 10 * 60_000, kind: "hum" });
  add("c", { firstMs: NOW_MS - 2 * HOUR_MS });
  add("d", { firstMs: NOW_MS - 2 * HOUR_MS - 1 });
  add("before", { firstMs: NOW_MS - 3 * HOUR_MS });
  const { hours } = events.histogram(3, NOW_MS);
  expect(hours.map(({ fromMs }) => new Date(fromMs).toISOString().slice(11, 16))).toEqual([
    "10:00",
    "11:00",
    "12:00",
  ]);
  expect(hours.map(({ counts }) => counts)).toEqual([
    { narrowbandIngress: 2 },
    {},
    { narrowbandIngress: 1, hum: 1 },
  ]);
});

test("what ended too long ago goes with its evidence, and the oldest of too many", async () => {
  const { events, add } = await openEvents();
  add("ended", { lastMs: NOW_MS - 3 * HOUR_MS, state: "cleared" });
  add("open", { lastMs: NOW_MS - 3 * HOUR_MS });
  add("young", { lastMs: NOW_MS, state: "cleared" });
  events.saveEvidence("ended", Uint8Array.of(1));
  events.saveEvidence("young", Uint8Array.of(2));
  expect(events.prune(NOW_MS - 2 * HOUR_MS, 10)).toBe(1);
  expect(events.evidence("ended")).toBeUndefined();
  expect(events.evidence("young")).toEqual(Uint8Array.of(2));
  expect(events.prune(0, 1)).toBe(1);
  expect(events.list({ limit: 10 }).map(({ id }) => id)).toEqual(["young"]);
});
