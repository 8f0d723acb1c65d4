import { expect, test } from "vitest";
import { MemoryStore, REQUEST } from "../_test/utsc/fixture.ts";
import type { StoredSession } from "../contracts.ts";
import { MAX_SETTLED_PER_PORT, StoredSessions } from "./stored-sessions.ts";

const { cmtsId, rfPortIfIndex, ...requested } = REQUEST;
const sessionOf = (id: string, more: Partial<StoredSession> = {}): StoredSession => ({
  id,
  streamId: 1,
  cmtsId,
  rfPortIfIndex,
  rfPortName: "us-conn 0/1",
  desired: "stopped",
  requested,
  createdAt: "2026-01-01T00:00:00.000Z",
  settled: true,
  ...more,
});
const MORE = MAX_SETTLED_PER_PORT + 5;

test("of a port's settled sessions the newest are remembered and stored, and every one that is not settled", () => {
  const store = new MemoryStore();
  const sessions = new StoredSessions(store);
  sessions.save(sessionOf("wanted", { settled: false }));
  sessions.save(sessionOf("elsewhere", { rfPortIfIndex: 2 }));
  for (let k = 0; k < MORE; k += 1) sessions.save(sessionOf(`s${k}`));
  expect(store.list()).toHaveLength(MAX_SETTLED_PER_PORT + 2);
  expect(sessions.list()).toHaveLength(MAX_SETTLED_PER_PORT + 2);
  expect(["wanted", "elsewhere", "s4", "s5", `s${MORE - 1}`].map((id) => sessions.has(id))).toEqual([
    true,
    true,
    false,
    true,
    true,
  ]);
});

test("what an earlier version left without bound is cut back when it is read", () => {
  const store = new MemoryStore();
  for (let k = 0; k < MORE; k += 1) store.save(sessionOf(`s${k}`));
  expect(new StoredSessions(store).list()).toHaveLength(MAX_SETTLED_PER_PORT);
  expect(store.list()).toHaveLength(MAX_SETTLED_PER_PORT);
});

test("a probe is stored as one to clear up, not stored when it has, and pushes no session out", () => {
  const store = new MemoryStore();
  const sessions = new StoredSessions(store);
  sessions.save(sessionOf("shown"));
  sessions.save(sessionOf("probe", { isProbe: true, desired: "running", settled: false }));
  expect(store.sessions.get("probe")).toMatchObject({ desired: "stopped", isProbe: true });
  for (let k = 0; k < MORE; k += 1) sessions.save(sessionOf(`p${k}`, { isProbe: true }));
  sessions.save(sessionOf("probe", { isProbe: true }));
  expect(store.list().map(({ id }) => id)).toEqual(["shown"]);
  expect(sessions.has("shown")).toBe(true);
});
