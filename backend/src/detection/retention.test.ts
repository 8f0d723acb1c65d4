import type { PlantEvent } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { detectionSource, detectorEvent } from "../_test/detection.ts";
import { recordingLog, temporaryFolder, waitFor } from "../_test/support.ts";
import { openStorage } from "../storage/index.ts";
import { NO_NOTES, plantEventOf } from "./plant-event.ts";
import { keepEventsWithin } from "./retention.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 2, 12, 30);

async function openEvents() {
  const storage = openStorage(await temporaryFolder());
  onTestFinished(() => storage[Symbol.dispose]());
  const { events } = storage;
  const { log, lines } = recordingLog();
  /** An event with so much evidence that ended so long ago. */
  const add = (id: string, bytes: number, endedHoursAgo: number, differing: Partial<PlantEvent> = {}) => {
    const lastMs = NOW_MS - endedHoursAgo * HOUR_MS;
    const found = detectorEvent(id, { state: "cleared" });
    const event = plantEventOf(found, detectionSource(), { ...NO_NOTES, number: events.nextNumber() }, [7]);
    events.save({ ...event, firstMs: lastMs - 1000, lastMs, ...differing }, "");
    events.saveEvidence(id, new Uint8Array(bytes));
  };
  const bound = (evidenceMaxMb: number) => {
    const kept = keepEventsWithin({ store: events, keepDays: 90, evidenceMaxMb, log, now: () => NOW_MS });
    onTestFinished(() => kept[Symbol.dispose]());
  };
  const left = () => events.list({ limit: 1000 }).filter(({ evidence }) => evidence.removed === null);
  return { events, add, bound, left, lines };
}

test("evidence beyond the bound goes, the oldest first, and its event stays and says so", async () => {
  const { events, add, bound, lines } = await openEvents();
  add("oldest", 1e6, 9);
  add("older", 1e6, 8);
  add("young", 1e6, 7);
  bound(1);
  expect(events.evidence("oldest")).toBeUndefined();
  expect(events.evidence("older")).toBeUndefined();
  expect(events.evidence("young")).toHaveLength(1e6);
  expect(events.evidenceBytes()).toBe(1e6);
  expect(events.get("oldest")!.evidence).toMatchObject({
    frames: [7],
    removed:
      "Its frames were removed on 2026-01-02: the evidence of all events took more than the 1 MB of PNMLAB_EVENT_EVIDENCE_MAX_MB.",
  });
  expect(events.list({ limit: 10 }).map(({ evidence }) => evidence.removed === null)).toEqual([
    true,
    false,
    false,
  ]);
  expect(JSON.stringify(lines)).toContain("the evidence of 2 events was removed");
});

test("evidence of raised events and of those that may return stays, however much it is", async () => {
  const { events, add, bound } = await openEvents();
  add("raised", 2e6, 9, { state: "raised" });
  add("just ended", 2e6, 1);
  add("ended", 10, 8);
  bound(1);
  expect(events.evidence("raised")).toHaveLength(2e6);
  expect(events.evidence("just ended")).toHaveLength(2e6);
  expect(events.evidence("ended")).toBeUndefined();
});

test("evidence of events that people noted something of goes last", async () => {
  const { add, bound, left } = await openEvents();
  const acknowledged = { by: "operator", at: new Date(NOW_MS).toISOString() };
  add("commented", 400_000, 12, { comment: "leg 3" });
  add("acknowledged", 400_000, 11, { acknowledged });
  add("plain", 400_000, 10);
  add("newer", 400_000, 9);
  bound(1);
  expect(left().map(({ id }) => id)).toEqual(["acknowledged", "commented"]);
  bound(0.5);
  expect(left().map(({ id }) => id)).toEqual(["acknowledged"]);
});

test("evidence of very many events goes in steps, until all is within the bound", async () => {
  const { events, add, bound } = await openEvents();
  for (let k = 0; k < 130; k += 1) add(`e-${k}`, 10_000, 500 - k);
  bound(0.1);
  expect(events.evidenceBytes()).toBe(800_000);
  await waitFor(() => events.evidenceBytes() === 100_000);
});

test("evidence that comes anew is there again, and counts with its new size", async () => {
  const { events, add, bound } = await openEvents();
  add("a", 2e6, 9);
  bound(1);
  expect(events.evidenceBytes()).toBe(0);
  events.saveEvidence("a", new Uint8Array(5));
  events.saveEvidence("a", new Uint8Array(9));
  expect(events.get("a")!.evidence.removed).toBeNull();
  expect(events.evidenceBytes()).toBe(9);
});
