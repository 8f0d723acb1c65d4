import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "@pnmlab/kit";
import { expectedLength } from "@pnmlab/pnm-codec";
import { putFile } from "@pnmlab/tftp-client";
import { TftpServer } from "@pnmlab/tftp-server";
import { expect, onTestFinished, test } from "vitest";
import { captureBytes, MemorySink, silentLog, until } from "../_test/ingest.ts";
import { recordingLog, temporaryFolder } from "../_test/support.ts";
import { startTftpdHpa, whyNoTftpdHpa } from "../_test/tftpd-hpa.ts";
import type { IncomingFile } from "../contracts.ts";
import { createFileCleaner } from "./cleaner.ts";
import { startFetchedFiles } from "./fetched-files.ts";
import { TftpFetch, type TftpFetchOptions } from "./tftp-fetch.ts";

async function startServer() {
  const directory = await temporaryFolder();
  const server = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory });
  onTestFinished(() => server.close());
  return { directory, server: { host: server.host, port: server.port } };
}

async function startFetch(server: { host: string; port: number }, options: Partial<TftpFetchOptions> = {}) {
  const directory = await temporaryFolder();
  const { log, lines } = recordingLog();
  const fetch = new TftpFetch({
    server,
    directory,
    ownPrefix: "pnmlab_",
    isWanted: (name) => name.startsWith("pnmlab_"),
    expectedLength,
    log,
    ...options,
  });
  onTestFinished(() => fetch.close());
  return { fetch, directory, lines };
}

/** Fetching, ingest and cleanup together, as the backend puts them. */
async function startSource(server: { host: string; port: number }) {
  const directory = join(await temporaryFolder(), "fetched");
  const taken: IncomingFile[] = [];
  const sink = new MemorySink();
  const cleaner = createFileCleaner({
    directory,
    policy: "remove",
    source: "tftp",
    mode: "auto",
    tftp: server,
    sink,
    ownPrefix: "pnmlab_",
    log: silentLog,
  });
  const source = await startFetchedFiles({
    server,
    directory,
    ownPrefix: "pnmlab_",
    sink,
    cleaner,
    log: silentLog,
    claimer: {
      claim: (name) =>
        name.startsWith("pnmlab_") ? { removeAfter: true, take: (file) => void taken.push(file) } : undefined,
    },
  });
  onTestFinished(async () => {
    await source.close();
    await cleaner.close();
  });
  return { source, directory, taken, sink };
}

test("a reported file is fetched bit-exact, once, whatever folder the CMTS had it in", async () => {
  const { directory: remote, server } = await startServer();
  const { fetch, directory } = await startFetch(server);
  await writeFile(join(remote, "pnmlab_a_c1_1"), captureBytes());
  for (let k = 0; k < 5; k += 1) fetch.report("/pnm/utsc/pnmlab_a_c1_1");
  expect(fetch.waiting).toBe(1);
  await until(() => fetch.waiting === 0);
  expect(await readdir(directory)).toEqual(["pnmlab_a_c1_1"]);
  expect((await readFile(join(directory, "pnmlab_a_c1_1"))).equals(captureBytes())).toBe(true);
  await rm(join(directory, "pnmlab_a_c1_1"));
  fetch.report("pnmlab_a_c1_1");
  expect(fetch.waiting).toBe(0);
});

test.each(["other_1", "pnmlab_a/..", "pnmlab-probe_1", "pnmlab_a\u0000b", ".pnmlab_a", "pnmlab_a.part"])(
  "%j is not fetched",
  async (name) => {
    const { fetch } = await startFetch({ host: "127.0.0.1", port: 9 });
    fetch.report(name);
    expect(fetch.waiting).toBe(0);
  },
);

test("a file that is still being uploaded is fetched again until it is whole", async () => {
  const { directory: remote, server } = await startServer();
  const { fetch, directory } = await startFetch(server);
  const path = join(remote, "pnmlab_a_c1_1");
  fetch.report("pnmlab_a_c1_1");
  await sleep(300);
  await writeFile(path, captureBytes().subarray(0, 1000));
  await sleep(1500);
  expect(await readdir(directory)).toEqual([]);
  await appendFile(path, captureBytes().subarray(1000));
  await until(() => fetch.waiting === 0);
  expect((await readFile(join(directory, "pnmlab_a_c1_1"))).equals(captureBytes())).toBe(true);
});

test("a file whose header tells no length is whole when it has not changed for a while", async () => {
  const { directory: remote, server } = await startServer();
  const { fetch, directory } = await startFetch(server);
  await writeFile(join(remote, "pnmlab_a_c1_1"), "no header");
  fetch.report("pnmlab_a_c1_1");
  await sleep(1000);
  expect(await readdir(directory)).toEqual([]);
  await until(() => fetch.waiting === 0);
  expect(await readFile(join(directory, "pnmlab_a_c1_1"), "utf8")).toBe("no header");
});

test("a server that does not answer, or not yet, costs no file", async () => {
  const probe = createSocket("udp4").bind(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  const { fetch, directory, lines } = await startFetch({ host: "127.0.0.1", port });
  for (let k = 0; k < 20; k += 1) fetch.report(`pnmlab_a_c1_${k}`);
  await sleep(500);
  expect(fetch.waiting).toBe(20);
  const remote = await temporaryFolder();
  for (let k = 0; k < 20; k += 1) await writeFile(join(remote, `pnmlab_a_c1_${k}`), captureBytes(64, k));
  const server = await TftpServer.listen({ host: "127.0.0.1", port, directory: remote });
  onTestFinished(() => server.close());
  await until(() => fetch.waiting === 0, 60_000);
  expect(await readdir(directory)).toHaveLength(20);
  expect(lines.length).toBeLessThan(45);
}, 90_000);

test("a file that never comes is given up in words, and one that is absent is not asked for again", async () => {
  const { server } = await startServer();
  const { fetch, lines } = await startFetch(server, { giveUpMs: 800 });
  fetch.report("pnmlab_a_c1_absent");
  await until(() => fetch.waiting === 0);
  expect(lines.at(-1)).toContain("pnmlab_a_c1_absent could not be fetched and is given up");
  fetch.report("pnmlab_a_c1_absent");
  expect(fetch.waiting).toBe(0);
});

test("while the disk is full fetched files wait at the server", async (context) => {
  const directory = join(await temporaryFolder(), "full");
  await mkdir(directory);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory], { stdio: "pipe" });
  } catch (error) {
    context.skip(`a file system of 1 MB cannot be mounted here: ${String(error)}`);
  }
  onTestFinished(() => void execFileSync("umount", ["-l", directory]));
  await writeFile(join(directory, "filler"), Buffer.alloc(1020 * 1024));
  const { directory: remote, server } = await startServer();
  const { fetch } = await startFetch(server, { directory });
  await writeFile(join(remote, "pnmlab_a_c1_1"), captureBytes(4096));
  fetch.report("pnmlab_a_c1_1");
  await sleep(1500);
  expect(await readdir(directory)).toEqual(["filler"]);
  expect(fetch.waiting).toBe(1);
  await rm(join(directory, "filler"));
  await until(() => fetch.waiting === 0, 15_000);
  expect((await readFile(join(directory, "pnmlab_a_c1_1"))).equals(captureBytes(4096))).toBe(true);
});

test("with the embedded server, files go from the report to the session and from both folders", async () => {
  const { directory: remote, server } = await startServer();
  const { source, directory, taken } = await startSource(server);
  const names = Array.from({ length: 100 }, (_, k) => `pnmlab_a_c1_${String(k).padStart(3, "0")}`);
  for (const [k, name] of names.entries()) await putFile({ ...server, name, data: captureBytes(64, k) });
  for (const name of names) source.report(name);
  await until(() => taken.length === 100, 30_000);
  await expect.poll(() => readdir(remote), { timeout: 15_000 }).toEqual([]);
  expect(await readdir(directory)).toEqual([]);
  expect(taken.map((file) => file.fileName).sort()).toEqual(names);
  for (const { fileName, bytes } of taken) {
    expect(Buffer.from(bytes).equals(captureBytes(64, names.indexOf(fileName)))).toBe(true);
  }
});

test("with tftpd-hpa, files are fetched whole and emptied at the server", async (context) => {
  const reason = whyNoTftpdHpa();
  if (reason !== undefined) context.skip(reason);
  const { directory: remote, server } = await startTftpdHpa();
  const { source, directory, taken } = await startSource(server);
  const names = Array.from({ length: 20 }, (_, k) => `pnmlab_a_c1_${k}`);
  await putFile({ ...server, name: "of-another-tool", data: captureBytes() });
  for (const [k, name] of names.entries()) await putFile({ ...server, name, data: captureBytes(4096, k) });
  for (const name of [...names, "of-another-tool"]) source.report(name);
  await until(() => taken.length === 20, 30_000);
  for (const { fileName, bytes } of taken) {
    expect(Buffer.from(bytes).equals(captureBytes(4096, names.indexOf(fileName)))).toBe(true);
  }
  const sizes = () => Promise.all(names.map(async (name) => (await stat(join(remote, name))).size));
  await expect.poll(sizes, { timeout: 15_000 }).toEqual(names.map(() => 0));
  expect(await readdir(directory)).toEqual([]);
  expect((await stat(join(remote, "of-another-tool"))).size).toBe(3528);
});

test("of files that a CMTS names by itself, those are fetched that appear while a session wants them", async () => {
  const { directory: served, server } = await startServer();
  const bytes = captureBytes();
  const name = (second: number) => `PNMCcapUsSpecAn_cmts_2026-03-01_10.00.0${second}.000_1001`;
  for (const second of [1, 2, 3]) await writeFile(join(served, name(second)), bytes);
  let isWanted = false;
  const { fetch, directory } = await startFetch(server, { isWanted: () => isWanted });
  fetch.report(name(1));
  isWanted = true;
  fetch.report(name(1));
  fetch.report(name(2), true);
  fetch.report(name(2));
  fetch.report(name(3));
  await expect.poll(() => readdir(directory)).toEqual([name(3)]);
  expect(fetch.waiting).toBe(0);
});
