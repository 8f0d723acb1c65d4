import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { PollReading } from "@pnmlab/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { Outbox, type OutboxOptions } from "./outbox.ts";

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0).reverse()) step();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "pnmlab-outbox-"));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(path: string, options: Partial<OutboxOptions> = {}) {
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const log = { info: write, warn: write, error: write };
  const outbox = new Outbox({ path, maxBytes: 50_000_000, keepMs: 86_400_000, log, ...options });
  cleanUp.push(() => outbox[Symbol.dispose]());
  return { outbox, lines };
}

function reading(atMs: number, padding = 0): PollReading {
  return {
    planId: "p",
    planVersion: 1,
    device: `d${"x".repeat(padding)}`,
    atMs,
    samples: [["snr", "4", atMs]],
  };
}

describe("the outbox", () => {
  it("gives readings in order until they are acknowledged, also after a restart", () => {
    const path = join(folder(), "outbox.db");
    const first = open(path);
    for (let k = 1; k <= 250; k += 1) first.outbox.append(reading(k));
    first.outbox.flush();
    first.outbox.acknowledge(100);
    first.outbox[Symbol.dispose]();
    const { outbox } = open(path);
    expect(outbox.id).toBe(first.outbox.id);
    expect(outbox.take(1000).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 150 }, (_, k) => 101 + k),
    );
    expect(outbox.state).toMatchObject({ queued: 150, oldestAtMs: 101, dropped: 0, trouble: null });
  });

  it("does not number readings anew when all of them were delivered before a restart", () => {
    const path = join(folder(), "outbox.db");
    const first = open(path);
    first.outbox.append(reading(1));
    first.outbox.append(reading(2));
    first.outbox.flush();
    first.outbox.acknowledge(2);
    first.outbox[Symbol.dispose]();
    const { outbox } = open(path);
    outbox.append(reading(3));
    expect(outbox.take(10).map(({ sequence }) => sequence)).toEqual([3]);
  });

  it("hands out a reading that was taken a moment ago and is not on disk yet", () => {
    const { outbox } = open(join(folder(), "outbox.db"));
    outbox.append(reading(1));
    expect(outbox.take(10)).toHaveLength(1);
    outbox.acknowledge(1);
    outbox.flush();
    expect(outbox.state.queued).toBe(0);
  });

  it("stays within its size: the oldest go first and are counted", () => {
    const path = join(folder(), "outbox.db");
    const { outbox, lines } = open(path, { maxBytes: 200_000 });
    for (let k = 1; k <= 5000; k += 1) outbox.append(reading(k, 100));
    outbox.flush();
    const { queued, dropped, sizeBytes, oldestAtMs } = outbox.state;
    expect(queued + dropped).toBe(5000);
    expect(dropped).toBeGreaterThan(0);
    expect(sizeBytes).toBeLessThanOrEqual(200_000);
    expect(oldestAtMs).toBe(dropped + 1);
    outbox.cleanUp(5000);
    expect(outbox.fileBytes).toBeLessThan(2 * 200_000);
    expect(lines.join()).toContain("given up before they were delivered, oldest first");
  });

  it("gives up what is older than it keeps", () => {
    const { outbox } = open(join(folder(), "outbox.db"), { keepMs: 1000 });
    for (let k = 0; k < 10; k += 1) outbox.append(reading(1000 * k));
    outbox.flush();
    outbox.cleanUp(9000);
    expect(outbox.state).toMatchObject({ queued: 2, dropped: 8, oldestAtMs: 8000 });
  });

  it("survives a full disk: the oldest go, counted, and it goes on", () => {
    const path = join(folder(), "outbox.db");
    const { outbox, lines } = open(path, { maxPages: 60 });
    for (let k = 1; k <= 5000; k += 1) outbox.append(reading(k, 100));
    outbox.flush();
    const { queued, dropped, trouble } = outbox.state;
    expect(trouble).toBeNull();
    expect(queued + dropped).toBe(5000);
    expect(dropped).toBeGreaterThan(3000);
    const taken = outbox.take(10_000).map(({ sequence }) => sequence);
    expect(taken).toEqual(Array.from({ length: queued }, (_, k) => dropped + 1 + k));
    expect(lines.join()).toContain("no room on the disk");
    expect(statSync(path).size).toBeLessThanOrEqual(60 * 4096);
  });

  it("sets a damaged file aside and goes on with a new one", () => {
    const path = join(folder(), "outbox.db");
    writeFileSync(path, "this is no database, and far longer than a header of one would be".repeat(100));
    const { outbox, lines } = open(path);
    outbox.append(reading(1));
    outbox.flush();
    expect(outbox.state.trouble).toContain("set aside");
    expect(lines.join()).toContain("damaged");
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it("works in memory, and says so, where it may not write", () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const { outbox } = open(join(file, "outbox.db"));
    outbox.append(reading(1));
    outbox.flush();
    expect(outbox.state).toMatchObject({ queued: 1 });
    expect(outbox.state.trouble).toContain("PNMLAB_AGENT_DATA_DIR");
  });

  it("gives nothing up and keeps nobody waiting where another program has locked the file", () => {
    const path = join(folder(), "outbox.db");
    const { outbox } = open(path);
    for (let k = 1; k <= 50; k += 1) outbox.append(reading(k));
    outbox.flush();
    using locker = new DatabaseSync(path);
    locker.exec("BEGIN IMMEDIATE");
    outbox.append(reading(51));
    outbox.flush();
    expect(outbox.state).toMatchObject({ queued: 51, dropped: 0 });
    expect(outbox.state.trouble).toContain("wait in memory");
    locker.exec("ROLLBACK");
    outbox.flush();
    expect(outbox.state).toMatchObject({ queued: 51, dropped: 0, trouble: null });
  });

  it("never gives a number again that was delivered out of memory before the program was killed", () => {
    const path = join(folder(), "outbox.db");
    const { outbox: killed } = open(path);
    killed.append(reading(1));
    killed.flush();
    using locker = new DatabaseSync(path);
    locker.exec("BEGIN IMMEDIATE");
    killed.append(reading(2));
    killed.flush();
    const delivered = killed.take(10).at(-1)!.sequence;
    killed.acknowledge(delivered);
    locker.exec("ROLLBACK");
    const { outbox } = open(path);
    outbox.append(reading(3));
    expect(outbox.id).toBe(killed.id);
    expect(outbox.take(10).at(-1)).toMatchObject({ atMs: 3 });
    expect(outbox.take(10).at(-1)!.sequence).toBeGreaterThan(delivered);
  });

  it("sets a file aside that is damaged in its middle", () => {
    const path = join(folder(), "outbox.db");
    const first = open(path);
    for (let k = 1; k <= 2000; k += 1) first.outbox.append(reading(k, 100));
    first.outbox.flush();
    first.outbox[Symbol.dispose]();
    const file = readFileSync(path);
    file.fill(0xff, 4096 * 8, 4096 * 24);
    writeFileSync(path, file);
    const { outbox } = open(path);
    outbox.append(reading(1));
    outbox.flush();
    expect(outbox.state).toMatchObject({ queued: 1 });
    expect(outbox.state.trouble).toContain("set aside");
  });

  it("ends nothing but its delivery where the file fails while the program runs", () => {
    const path = join(folder(), "outbox.db");
    const { outbox, lines } = open(path);
    for (let k = 1; k <= 20; k += 1) outbox.append(reading(k));
    outbox.flush();
    using other = new DatabaseSync(path);
    other.exec("DROP TABLE outbox");
    outbox.append(reading(21));
    outbox.flush();
    expect(outbox.take(100)).toEqual([]);
    expect(outbox.state).toMatchObject({ queued: 21, trouble: expect.stringContaining("cannot be read") });
    outbox.acknowledge(20);
    outbox.cleanUp(21);
    expect(lines.join()).toContain("cannot be read");
  });
});
