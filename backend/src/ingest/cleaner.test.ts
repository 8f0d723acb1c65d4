import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@pnmlab/config";
import { sleep } from "@pnmlab/kit";
import { TftpServer } from "@pnmlab/tftp-server";
import { expect, onTestFinished, test } from "vitest";
import { createFileCleaner, type FileCleanerOptions } from "./cleaner.ts";

async function startFixture(options: Partial<FileCleanerOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "cleaner-"));
  const cleaner = createFileCleaner({
    directory,
    mode: "unlink",
    tftp: { host: "127.0.0.1", port: 1 },
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

test.skipIf(process.getuid?.() === 0)("a folder that cannot be written makes auto go by TFTP", async () => {
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
