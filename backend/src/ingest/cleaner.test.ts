import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@pnmlab/config";
import { sleep } from "@pnmlab/kit";
import { TftpServer } from "@pnmlab/tftp-server";
import { expect, onTestFinished, test } from "vitest";
import { MemorySink } from "../_test/ingest.ts";
import { createFileCleaner, type FileCleanerOptions } from "./cleaner.ts";

async function startFixture(options: Partial<FileCleanerOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "cleaner-"));
  const cleaner = createFileCleaner({
    directory,
    policy: "remove",
    source: "folder",
    mode: "unlink",
    tftp: { host: "127.0.0.1", port: 1 },
    sink: new MemorySink(),
    ownPrefix: "pnmlab_",
    log: createLogger("test", "silent"),
    ...options,
  });
  onTestFinished(async () => {
    await cleaner.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { directory, cleaner };
}

test("own files are removed, absent ones are no error", async () => {
  const { directory, cleaner } = await startFixture();
  await writeFile(join(directory, "pnmlab_a_c1_x"), "x");
  await cleaner.remove("pnmlab_a_c1_x");
  await cleaner.remove("pnmlab_a_c1_x");
  expect(await readdir(directory)).toEqual([]);
});

test.each(["utsc_other", "PNMCcapUsSpecAn_ccap_1", "../pnmlab_x", "pnmlab_/../../etc/x"])(
  "%s is not ours and stays",
  async (fileName) => {
    const { cleaner } = await startFixture();
    await expect(cleaner.remove(fileName)).rejects.toMatchObject({ code: "CLEANUP_NOT_OURS" });
  },
);

test("own files in sub-folders are listed by their path, and removed by it", async () => {
  const { directory, cleaner } = await startFixture();
  await mkdir(join(directory, "cmts-a", "utsc"), { recursive: true });
  await writeFile(join(directory, "cmts-a", "utsc", "pnmlab_a_c1_1"), "x");
  await writeFile(join(directory, "cmts-a", "utsc", "other"), "x");
  expect(await cleaner.list("pnmlab_a_")).toEqual(["cmts-a/utsc/pnmlab_a_c1_1"]);
  await cleaner.remove("cmts-a/utsc/pnmlab_a_c1_1");
  expect(await readdir(join(directory, "cmts-a", "utsc"))).toEqual(["other"]);
});

test("files that are to be kept are neither listed nor removed", async () => {
  const { directory, cleaner } = await startFixture({ policy: "keep" });
  await writeFile(join(directory, "pnmlab_a_c1_1"), "x");
  expect(await cleaner.list("pnmlab_a_")).toEqual([]);
  await cleaner.remove("pnmlab_a_c1_1");
  expect(await readdir(directory)).toEqual(["pnmlab_a_c1_1"]);
});

test("a file is archived bit-exact before it is removed, once", async () => {
  const sink = new MemorySink();
  const { directory, cleaner } = await startFixture({ policy: "archive", sink });
  const path = join(directory, "pnmlab_a_c1_1");
  const bytes = Buffer.from(Uint8Array.from({ length: 3528 }, (_, k) => k));
  await writeFile(path, bytes);
  await cleaner.remove("pnmlab_a_c1_1");
  expect(await readdir(directory)).toEqual([]);
  expect(sink.accepted.map((file) => [file.fileName, Buffer.from(file.bytes).equals(bytes)])).toEqual([
    ["pnmlab_a_c1_1", true],
  ]);
});

test("a file that cannot be archived stays until it can", async () => {
  const sink = new MemorySink();
  sink.failures = 1;
  const { directory, cleaner } = await startFixture({ policy: "archive", sink });
  await writeFile(join(directory, "pnmlab_a_c1_1"), "x");
  await cleaner.remove("pnmlab_a_c1_1");
  expect(cleaner.failing).toBe(1);
  expect(await readdir(directory)).toEqual(["pnmlab_a_c1_1"]);
  await expect.poll(() => cleaner.failing, { timeout: 10_000 }).toBe(0);
  expect(await readdir(directory)).toEqual([]);
  expect(sink.accepted).toHaveLength(1);
});

test("the list has the files of a prefix, without empty ones and without those of others", async () => {
  const { directory, cleaner } = await startFixture();
  for (const [name, text] of [
    ["pnmlab_a_c1_1", "x"],
    ["pnmlab_a_c1_2", ""],
    ["pnmlab_b_c1_1", "x"],
    ["utsc_other", "x"],
  ] as const) {
    await writeFile(join(directory, name), text);
  }
  expect(await cleaner.list("pnmlab_a_")).toEqual(["pnmlab_a_c1_1"]);
  expect(await cleaner.list("utsc")).toEqual([]);
});

test("a removal that fails is told, not thrown, and repeated until it works", async () => {
  const { directory, cleaner } = await startFixture();
  const path = join(directory, "pnmlab_a_c1_x");
  await writeFile(path, "x");
  // unlink of a folder fails for everybody, root included.
  await mkdir(join(directory, "pnmlab_folder"));
  await cleaner.remove("pnmlab_folder");
  expect(cleaner.failing).toBe(1);
  await rm(join(directory, "pnmlab_folder"), { recursive: true });
  const endMs = performance.now() + 10_000;
  while (cleaner.failing > 0 && performance.now() < endMs) await sleep(20);
  expect(cleaner.failing).toBe(0);
  await cleaner.remove("pnmlab_a_c1_x");
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a folder that cannot be written makes auto go by TFTP", async (context) => {
  if (process.getuid?.() === 0) context.skip("the superuser can write everywhere");
  const { directory, cleaner } = await startFixture({ mode: "auto" });
  await writeFile(join(directory, "pnmlab_a_c1_x"), "x");
  await chmod(directory, 0o555);
  await cleaner.remove("pnmlab_a_c1_x");
  // Nothing listens on the TFTP port of this fixture: the removal is tried there, and fails there.
  expect(cleaner.failing).toBe(1);
  await chmod(directory, 0o755);
});

test("by TFTP an own file is deleted with an empty write", async () => {
  const directory = await mkdtemp(join(tmpdir(), "cleaner-tftp-"));
  const server = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory });
  onTestFinished(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const { cleaner } = await startFixture({
    directory,
    mode: "tftp",
    tftp: { host: server.host, port: server.port },
  });
  await writeFile(join(directory, "pnmlab_a_c1_x"), "x");
  await cleaner.remove("pnmlab_a_c1_x");
  expect(await readdir(directory)).toEqual([]);
  await cleaner.remove("pnmlab_a_c1_x");
  expect(cleaner.failing).toBe(0);
});
