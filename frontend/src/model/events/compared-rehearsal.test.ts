import type { Rehearsal, RehearsalRequest } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { compareRehearsals } from "./compared-rehearsal.ts";

const LAB = { enabled: ["D1"], thresholds: { d1LiveDb: 13 } };
const WANTED = { enabled: ["D1"], thresholds: { d1LiveDb: 15 } };

/** A ring with one frame each millisecond, every one of which fires. */
class Ring {
  firstMs = 1000;
  lastMs = 1599;
  readonly asked: RehearsalRequest[] = [];
  /** Done with the ring after each run. */
  afterRun = () => {};

  rehearse = async (request: RehearsalRequest): Promise<Rehearsal> => {
    this.asked.push(request);
    const firstMs = Math.max(this.firstMs, request.fromMs ?? this.firstMs);
    const lastMs = Math.min(this.lastMs, request.toMs ?? this.lastMs);
    const frames = Math.max(0, lastMs - firstMs + 1);
    this.afterRun();
    return frames === 0
      ? { frames, firstMs: null, lastMs: null, counts: {}, events: [] }
      : { frames, firstMs, lastMs, counts: { hum: frames }, events: [] };
  };
}

test("both counts are over the frames of the first run, however far the ring has grown", async () => {
  const ring = new Ring();
  ring.afterRun = () => {
    ring.lastMs += 100;
  };
  const first = await compareRehearsals(ring.rehearse, LAB, LAB);
  expect(first.lab).toBe(first.tried);
  const second = await compareRehearsals(ring.rehearse, WANTED, LAB, first);
  expect(second.tried).toMatchObject({ frames: 600, counts: { hum: 600 } });
  expect(second.lab).toMatchObject({ frames: 600, counts: { hum: 600 } });
  expect(ring.asked).toEqual([LAB, { ...WANTED, fromMs: 1000, toMs: 1599 }]);
});

test("where the ring has forgotten some of them, both are counted over those that are left", async () => {
  const ring = new Ring();
  const first = await compareRehearsals(ring.rehearse, LAB, LAB);
  ring.firstMs = 1200;
  const second = await compareRehearsals(ring.rehearse, WANTED, LAB, first);
  expect([second.tried.frames, second.lab?.frames]).toEqual([400, 400]);
  Object.assign(ring, { firstMs: 5000, lastMs: 5009 });
  const third = await compareRehearsals(ring.rehearse, WANTED, LAB, second);
  expect([third.tried.frames, third.lab?.frames]).toEqual([10, 10]);
});

test("other settings of the lab are counted anew, over the same frames", async () => {
  const ring = new Ring();
  const first = await compareRehearsals(ring.rehearse, WANTED, LAB);
  const second = await compareRehearsals(ring.rehearse, LAB, WANTED, first);
  expect(ring.asked.slice(2)).toEqual([
    { ...LAB, fromMs: 1000, toMs: 1599 },
    { ...WANTED, fromMs: 1000, toMs: 1599 },
  ]);
  expect(second.lab?.frames).toBe(600);
});

test("a ring that forgets frames between any two runs gives a count, and nothing to compare it with", async () => {
  const ring = new Ring();
  ring.afterRun = () => {
    ring.firstMs += 10;
  };
  const found = await compareRehearsals(ring.rehearse, WANTED, LAB);
  expect(found.tried.frames).toBeGreaterThan(0);
  expect(found.lab).toBeUndefined();
});
