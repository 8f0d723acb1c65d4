import { mkdir, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HealthCheck } from "@pnmlab/protocol";
import { TftpServer } from "@pnmlab/tftp-server";
import { expect, onTestFinished, test } from "vitest";
import { build, recordingLog, temporaryFolder, waitFor } from "../_test/support.ts";
import { type CheckResult, degraded, failed, ok, type Probe } from "./check.ts";
import { judgeDelay } from "./event-loop.ts";
import { HealthMonitor, overallStatus } from "./monitor.ts";
import { mountPoints } from "./mounts.ts";
import { sweepProbeFiles } from "./probe-files.ts";
import { judgeWrite, tftpDirectoryProbe } from "./tftp-directory.ts";
import { tftpServerProbe } from "./tftp-server.ts";

async function startTftpServer(directory: string, port = 0): Promise<TftpServer> {
  const server = await TftpServer.listen({ host: "127.0.0.1", port, directory });
  onTestFinished(() => server.close());
  return server;
}

test.each<[string, Partial<Record<HealthCheck["name"], HealthCheck["status"]>>, string]>([
  ["everything is ok", {}, "ok"],
  ["the agent is missing", { agent: "degraded" }, "degraded"],
  ["the TFTP server gives no answer", { tftpServer: "failed" }, "degraded"],
  ["the event loop stands still", { eventLoop: "failed" }, "degraded"],
  ["the disk runs full", { tftpDirectory: "degraded" }, "degraded"],
  ["the TFTP directory is gone", { tftpDirectory: "failed" }, "failed"],
  ["the database is gone", { storage: "failed", agent: "degraded" }, "failed"],
])("where %s, the whole is as bad as that", (_what, changed, overall) => {
  const names = ["agent", "tftpDirectory", "tftpServer", "storage", "eventLoop"] as const;
  expect(overallStatus(names.map((name) => ({ name, status: changed[name] ?? "ok" })))).toBe(overall);
});

test("the event loop is judged by how long its events wait", () => {
  expect([3, 49, 50, 249, 250].map((delayMs) => judgeDelay(delayMs).status)).toEqual([
    "pass",
    "pass",
    "warn",
    "warn",
    "fail",
  ]);
});

test("a change is announced and logged once, and keeps the time at which it began", async () => {
  const { log, lines } = recordingLog();
  let result: CheckResult = ok("fine");
  let nowMs = 0;
  const probe: Probe = { name: "storage", everyMs: 5, run: () => result };
  using monitor = new HealthMonitor({ probes: [probe], build, log, now: () => nowMs });
  const seen: string[] = [];
  monitor.on("change", ({ status, checks }) => seen.push(`${status} ${checks?.[0]?.since}`));
  expect(monitor.health()).toMatchObject({ status: "degraded", checks: [{ detail: "not checked yet" }] });

  nowMs = 1000;
  monitor.start();
  await waitFor(() => monitor.health().status === "ok");
  nowMs = 2000;
  result = failed("gone");
  await waitFor(() => monitor.health().status === "failed");
  nowMs = 3000;
  result = failed("gone in another way");
  await waitFor(() => monitor.health().checks?.[0]?.detail === "gone in another way");
  expect(seen).toEqual([
    "ok 1970-01-01T00:00:01.000Z",
    "failed 1970-01-01T00:00:02.000Z",
    "failed 1970-01-01T00:00:02.000Z",
  ]);
  expect(lines.filter((line) => line.includes("health of storage is failed"))).toHaveLength(1);
});

test("a check that throws or hangs spoils neither the others nor an answer", async () => {
  const { log } = recordingLog();
  const probes: Probe[] = [
    {
      name: "agent",
      everyMs: 5,
      run: () => {
        throw new Error("a mistake");
      },
    },
    { name: "tftpServer", everyMs: 5, run: () => new Promise(() => undefined) },
    { name: "eventLoop", everyMs: 5, run: () => ok("fine") },
  ];
  using monitor = new HealthMonitor({ probes, build, log, now: Date.now });
  monitor.start();
  await waitFor(() => monitor.health().checks?.[2]?.status === "ok");
  expect(monitor.health().checks?.map(({ status, detail }) => `${status}: ${detail}`)).toEqual([
    "failed: the check itself failed: a mistake",
    "degraded: not checked yet",
    "ok: fine",
  ]);
});

test("a wish for a check while it runs is kept", async () => {
  const { log } = recordingLog();
  const runs: ((result: CheckResult) => void)[] = [];
  const probe: Probe = {
    name: "agent",
    everyMs: 60_000,
    run: () => new Promise((resolve) => runs.push(resolve)),
  };
  using monitor = new HealthMonitor({ probes: [probe], build, log, now: Date.now });
  monitor.start();
  monitor.checkNow("agent");
  monitor.checkNow("agent");
  runs[0]?.(degraded("old"));
  await waitFor(() => runs.length === 2);
  runs[1]?.(ok("new"));
  await waitFor(() => monitor.health().status === "ok");
  expect(runs).toHaveLength(2);
});

test("the TFTP directory is ok where it can be used, and says what is wrong where it cannot", async () => {
  const folder = await temporaryFolder();
  const tftpDir = join(folder, "tftp");
  const { run } = tftpDirectoryProbe({ tftpDir, cleanup: "auto" });
  expect(await run()).toMatchObject({
    status: "failed",
    detail: expect.stringContaining("does not exist: create or mount it"),
  });
  await writeFile(tftpDir, "");
  expect(await run()).toMatchObject({ status: "failed", detail: expect.stringContaining("is no folder") });
  await rm(tftpDir);
  await mkdir(tftpDir);
  expect(await run()).toMatchObject({ status: expect.stringMatching(/ok|degraded/) });
  expect(await readdir(tftpDir)).toEqual([]);
});

test("the TFTP server is proven by a file that arrives in the folder, and leaves none behind", async () => {
  const tftpDir = await temporaryFolder();
  const server = await startTftpServer(tftpDir);
  const { host, port } = server;
  const { run } = tftpServerProbe({ source: "folder", server: { host, port }, tftpDir, dataDir: "data" });
  expect(await run()).toEqual(ok(`a file sent to 127.0.0.1:${port} arrives in ${tftpDir}`));
  expect(await readdir(tftpDir)).toEqual([]);

  await server.close();
  expect(await run()).toEqual(
    failed(
      `no answer on 127.0.0.1:${port}: start the TFTP server, or check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT`,
    ),
  );
  await startTftpServer(tftpDir, port);
  expect(await run()).toMatchObject({ status: "ok" });
});

test("a TFTP server with another folder is named as that, and keeps no probe", async () => {
  const [tftpDir, otherDir] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  const { host, port } = await startTftpServer(otherDir);
  const { run } = tftpServerProbe({ source: "folder", server: { host, port }, tftpDir, dataDir: "data" });
  expect(await run()).toEqual(
    failed(
      `the TFTP server on 127.0.0.1:${port} stored the probe file, but not in ${tftpDir}: PNMLAB_TFTP_DIR of both programs must be one folder`,
    ),
  );
  expect(await readdir(otherDir)).toEqual([]);
});

test("a TFTP server whose folder is not mounted is proven by a file that can be fetched again", async () => {
  const folder = await temporaryFolder();
  const remote = join(folder, "remote");
  await mkdir(remote);
  const { host, port } = await startTftpServer(remote);
  const tftpDir = join(folder, "fetched");
  const { run } = tftpServerProbe({ source: "tftp", server: { host, port }, tftpDir, dataDir: "data" });
  expect(await run()).toMatchObject({
    status: "ok",
    detail: expect.stringContaining(`a file sent to ${host}:${port} can be fetched again`),
  });
  expect(await readdir(remote)).toEqual([]);
});

test("a TFTP server that refuses is quoted", async () => {
  const folder = await temporaryFolder();
  const tftpDir = join(folder, "tftp");
  await mkdir(tftpDir);
  const { host, port } = await startTftpServer(tftpDir);
  await rename(tftpDir, join(folder, "moved"));
  const { run } = tftpServerProbe({ source: "folder", server: { host, port }, tftpDir, dataDir: "data" });
  expect(await run()).toMatchObject({
    status: "failed",
    detail: expect.stringContaining(`the TFTP server on 127.0.0.1:${port} refused the probe file: `),
  });
});

test.each([
  ["written", true, "auto", "pass", "can be read and written"],
  ["full", true, "auto", "pass", "can be read and written"],
  ["refused", true, "auto", "pass", "emptied over TFTP"],
  ["refused", true, "unlink", "warn", "consumed files stay"],
  ["read-only", true, "tftp", "pass", "emptied over TFTP"],
  [
    "read-only",
    false,
    "auto",
    "fail",
    "/tftp is no mount: nothing that the TFTP server stores can arrive in it",
  ],
] as const)(
  "a write that is %s (mount: %s, cleanup %s) is a %s",
  (write, isMount, cleanup, status, found) => {
    expect(judgeWrite("/tftp", cleanup, write, isMount)).toMatchObject({
      status,
      found: expect.stringContaining(found),
    });
  },
);

test("mount points are read as proc(5) writes them", () => {
  const line = "36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 - ext3 /dev/root rw";
  expect(mountPoints(`${line}\n`)).toEqual(["/mnt two"]);
});

test("probe files that a crash has left are swept, and no other file", async () => {
  const folder = await temporaryFolder();
  for (const name of ["pnmlab-probe_old-doctor", ".pnmlab-write-7", "pnmlab_0a_c1_x", "capture"]) {
    await writeFile(join(folder, name), "x");
    await utimes(join(folder, name), 0, 0);
  }
  await writeFile(join(folder, "pnmlab-probe_new-health"), "x");
  await sweepProbeFiles(folder);
  expect((await readdir(folder)).sort()).toEqual(["capture", "pnmlab-probe_new-health", "pnmlab_0a_c1_x"]);
});
