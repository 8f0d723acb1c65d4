import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordingLog, temporaryFolder } from "../_test/support.ts";
import type { StoredSession } from "../contracts.ts";
import { openDatabase } from "./database.ts";
import { keepAuditWithin, openStorage } from "./index.ts";
import { migrations } from "./migrations.ts";

const session: StoredSession = {
  id: "s-1",
  streamId: 1,
  cmtsId: "lab-cmts-1",
  rfPortIfIndex: 1_074_339_840,
  rfPortName: "us-conn 0",
  desired: "running",
  requested: {
    centerFrequencyHz: 40_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: 50_000,
    outputFormat: "fftPower",
  },
  createdAt: "2026-01-01T00:00:00.000Z",
  settled: false,
};

test("sessions, agents and used nonces outlive the program", async () => {
  const vendorFiles = { ccapId: "cmts-1", generation: 2, sinceMs: 1_767_225_600_000 };
  const ended = { ...session, desired: "stopped", settled: true, vendorFiles } as const;
  const folder = await temporaryFolder();
  const agent = {
    name: "lab-1",
    address: "10.1.2.3",
    lastConnectedAt: "2026-01-01T00:00:00.000Z",
    hostName: "jump",
    build: { version: "1", commit: "c", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" },
    profiles: ["sim"],
  };
  const now = new Date();
  const later = new Date(now.getTime() + 60_000);
  {
    using storage = openStorage(folder);
    storage.sessions.save(session);
    storage.sessions.save(ended);
    storage.agents.save(agent);
    expect(storage.nonces.use("n-1", later, now)).toBe(true);
  }
  using storage = openStorage(folder);
  expect(storage.sessions.list()).toEqual([ended]);
  storage.sessions.remove(session.id);
  expect(storage.sessions.list()).toEqual([]);
  expect(storage.agents.list()).toEqual([agent]);
  expect(storage.nonces.use("n-1", later, now)).toBe(false);
});

test("a stream id is given once, also across restarts", async () => {
  const folder = await temporaryFolder();
  const given: number[] = [];
  for (let run = 0; run < 2; run += 1) {
    using storage = openStorage(folder);
    given.push(storage.sessions.nextStreamId(), storage.sessions.nextStreamId());
  }
  expect(given).toEqual([1, 2, 3, 4]);
});

test("the audit forgets what is older than 90 days, and nothing else", async () => {
  using storage = openStorage(await temporaryFolder());
  const nowMs = Date.parse("2026-06-01T00:00:00.000Z");
  const entry = {
    user: "local",
    address: "::1",
    action: "a",
    details: {},
    outcome: "done",
    errorCode: null,
  } as const;
  for (const days of [91, 89, 0]) {
    storage.audit.record({
      ...entry,
      at: new Date(nowMs - days * 86_400_000).toISOString(),
      action: `${days}`,
    });
  }
  const { log } = recordingLog();
  using _retention = keepAuditWithin({ audit: storage.audit, log, now: () => nowMs });
  expect(storage.audit.list(10).map(({ action }) => action)).toEqual(["0", "89"]);
});

test("an old database is brought up to date step by step, each step once", async () => {
  const path = join(await temporaryFolder(), "pnmlab.db");
  const first = { id: 1, name: "first", statements: ["CREATE TABLE a (x TEXT)"] };
  const second = { id: 2, name: "second", statements: ["ALTER TABLE a ADD COLUMN y TEXT"] };
  const old = openDatabase(path, [first]);
  old.exec("INSERT INTO a (x) VALUES ('kept')");
  old.close();
  for (let run = 0; run < 2; run += 1) {
    const database = openDatabase(path, [first, second]);
    expect(database.prepare("SELECT x, y FROM a").all()).toEqual([{ x: "kept", y: null }]);
    expect(database.prepare("SELECT id, name FROM migrations ORDER BY id").all()).toEqual([
      { id: 1, name: "first" },
      { id: 2, name: "second" },
    ]);
    database.close();
  }
});

test("a step that fails leaves nothing behind", async () => {
  const path = join(await temporaryFolder(), "pnmlab.db");
  const good = { id: 1, name: "good", statements: ["CREATE TABLE a (x TEXT)"] };
  const bad = { id: 2, name: "bad", statements: ["CREATE TABLE b (x TEXT)", "CREATE TABLE a (x TEXT)"] };
  expect(() => openDatabase(path, [good, bad])).toThrow(
    expect.objectContaining({ code: "STORAGE_UNAVAILABLE" }),
  );
  const database = openDatabase(path, [good]);
  expect(database.prepare("SELECT name FROM sqlite_master WHERE name IN ('a', 'b')").all()).toEqual([
    { name: "a" },
  ]);
  database.close();
});

test("the database of a later version is refused in words", async () => {
  const path = join(await temporaryFolder(), "pnmlab.db");
  const future = { id: 99, name: "future", statements: [] };
  openDatabase(path, [...migrations, future]).close();
  expect(() => openDatabase(path)).toThrow(
    expect.objectContaining({
      code: "STORAGE_NEWER",
      message: expect.stringContaining(`is at schema step 99, this program knows ${migrations.at(-1)!.id}`),
    }),
  );
});

test("a file that is no database is refused and left as it is", async () => {
  const path = join(await temporaryFolder(), "pnmlab.db");
  const text = "this is no database ".repeat(100);
  writeFileSync(path, text);
  expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: "STORAGE_UNAVAILABLE" }));
  expect(readFileSync(path, "utf8")).toBe(text);
});
