import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Readable, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { databasePath, openDatabase } from "./database.ts";
import { knownSchemaStep, restoreSnapshot, schemaStepIn, writeSnapshot } from "./snapshot.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pnmlab-snapshot-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function snapshotOf(dataDir: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  await writeSnapshot(dataDir, output);
  return Buffer.concat(chunks);
}

const counters = (database: DatabaseSync) => database.prepare("SELECT name, value FROM counters").all();

describe("a snapshot of the database", () => {
  it("holds what the running backend has committed, and comes back in another folder", async () => {
    const source = join(folder, "a");
    using running = openDatabase(databasePath(source));
    running.exec("INSERT INTO counters VALUES ('one', 1)");
    const bytes = await snapshotOf(source);
    running.exec("INSERT INTO counters VALUES ('two', 2)");

    const target = join(folder, "b");
    await restoreSnapshot(target, Readable.from([bytes]));
    using restored = openDatabase(databasePath(target));
    expect(counters(restored)).toEqual([{ name: "one", value: 1 }]);
    expect(schemaStepIn(target)).toBe(knownSchemaStep());
  });

  it("of a folder without a database is none, and of one that cannot be read is refused", () => {
    const target = join(folder, "b");
    expect(schemaStepIn(target)).toBe(0);
    openDatabase(databasePath(target)).close();
    writeFileSync(databasePath(target), "no database at all, but more than nothing".repeat(100));
    expect(() => schemaStepIn(target)).toThrow(`${databasePath(target)} is no whole database`);
  });

  it("replaces a database and the log of it", async () => {
    const source = join(folder, "a");
    openDatabase(databasePath(source)).close();
    const bytes = await snapshotOf(source);
    const target = join(folder, "b");
    const old = openDatabase(databasePath(target));
    old.exec("INSERT INTO counters VALUES ('old', 1)");
    const log = readFileSync(`${databasePath(target)}-wal`);
    old.close();
    writeFileSync(`${databasePath(target)}-wal`, log);

    await restoreSnapshot(target, Readable.from([bytes]));
    expect(readdirSync(target)).toEqual(["pnmlab.db"]);
    using restored = openDatabase(databasePath(target));
    expect(counters(restored)).toEqual([]);
  });

  it("of a newer schema is refused, and the database stays as it was", async () => {
    const source = join(folder, "a");
    const newer = openDatabase(databasePath(source));
    newer.exec(`INSERT INTO migrations VALUES (${knownSchemaStep() + 1}, 'later', 'now')`);
    newer.close();
    const target = join(folder, "b");
    using kept = openDatabase(databasePath(target));
    kept.exec("INSERT INTO counters VALUES ('kept', 1)");

    await expect(restoreSnapshot(target, Readable.from([await snapshotOf(source)]))).rejects.toMatchObject({
      code: "STORAGE_NEWER",
    });
    expect(counters(kept)).toEqual([{ name: "kept", value: 1 }]);
    expect(readdirSync(target).filter((name) => name.includes(".part"))).toEqual([]);
  });

  it("that is cut off or no database is refused", async () => {
    const source = join(folder, "a");
    openDatabase(databasePath(source)).close();
    const bytes = await snapshotOf(source);
    for (const broken of [Buffer.alloc(0), Buffer.from("no database"), bytes.subarray(0, 8192)]) {
      await expect(restoreSnapshot(join(folder, "b"), Readable.from([broken]))).rejects.toMatchObject({
        code: "SNAPSHOT_INVALID",
      });
    }
    expect(readdirSync(join(folder, "b"))).toEqual([]);
  });

  it("of a folder without a database says so", async () => {
    await expect(snapshotOf(folder)).rejects.toMatchObject({ code: "SNAPSHOT_FAILED" });
    expect(readdirSync(folder)).toEqual([]);
  });
});
