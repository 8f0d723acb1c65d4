import { mkdir, rename } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { loadConfig } from "@pnmlab/config";
import { type Health, healthSchema } from "@pnmlab/protocol";
import { TftpServer } from "@pnmlab/tftp-server";
import { expect, onTestFinished, test } from "vitest";
import {
  AGENT_TOKEN,
  build,
  recordingLog,
  SESSION_KEY,
  TestAgent,
  temporaryFolder,
  waitFor,
} from "./_test/support.ts";
import { mintSession, startBackend } from "./index.ts";

const headers = { authorization: `Bearer ${mintSession(SESSION_KEY)}` };

async function startInstallation() {
  const rootDir = await temporaryFolder();
  const dataDir = join(rootDir, "data");
  const tftpDir = join(rootDir, "tftp");
  await mkdir(tftpDir);
  const tftp = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory: tftpDir });
  onTestFinished(() => tftp.close());
  const { config, texts } = loadConfig("backend", {
    rootDir,
    env: {
      PNMLAB_AGENT_TOKEN: AGENT_TOKEN,
      PNMLAB_SESSION_KEY: SESSION_KEY,
      PNMLAB_DATA_DIR: dataDir,
      PNMLAB_TFTP_DIR: tftpDir,
      PNMLAB_TFTP_PORT: String(tftp.port),
      PNMLAB_CMTS: "lab-cmts-1=127.0.0.1:16161/sim",
    },
  });
  const { log, lines } = recordingLog();
  const backend = await startBackend({ config, texts, build, log, port: 0 });
  onTestFinished(() => backend.close());
  const health = async (): Promise<{ httpStatus: number; health: Health }> => {
    const response = await fetch(`${backend.url}/api/health`, { headers });
    return { httpStatus: response.status, health: healthSchema.parse(await response.json()) };
  };
  const check = async (name: string) => (await health()).health.checks?.find((one) => one.name === name);
  return { backend, config, log, lines, tftp, tftpDir, health, check };
}

test("a whole backend turns healthy when its agent comes, and signs in by the link it makes", async () => {
  const { backend, check } = await startInstallation();
  await waitFor(async () => (await check("tftpServer"))?.status === "ok");
  expect((await check("agent"))?.detail).toContain("has not connected since this backend started at");
  await TestAgent.connect(backend.url);
  await waitFor(async () => (await check("agent"))?.status === "ok");

  const response = await fetch(backend.mintSignInLink(), { redirect: "manual" });
  expect(response.status).toBe(303);
});

test("health turns when the TFTP server stops, when its folder goes, and back again", async () => {
  const { tftp, tftpDir, health, check, lines } = await startInstallation();
  await waitFor(async () => (await check("tftpDirectory"))?.status === "ok");

  await rename(tftpDir, `${tftpDir}-moved`);
  await waitFor(async () => (await health()).httpStatus === 503);
  expect(await check("tftpDirectory")).toMatchObject({
    status: "failed",
    detail: expect.stringContaining("does not exist"),
  });
  await rename(`${tftpDir}-moved`, tftpDir);
  await waitFor(async () => (await health()).httpStatus === 200);
  await tftp.close();
  expect(lines.join("")).toContain("health of tftpDirectory is failed");
});

test("a port that is taken is a typed error with the port, and everything else is closed again", async () => {
  const { config, log } = await startInstallation();
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => blocker.close(() => resolve())));
  const { port } = blocker.address() as { port: number };
  const dataDir = join(await temporaryFolder(), "data");
  await expect(
    startBackend({ config: { ...config, dataDir }, texts: {}, build, log, port }),
  ).rejects.toMatchObject({
    code: "PORT_IN_USE",
    details: { port },
  });
});

test("closing twice is closing once, and ends what agents and browsers had open", async () => {
  const { backend } = await startInstallation();
  const agent = await TestAgent.connect(backend.url);
  await Promise.all([backend.close(), backend.close()]);
  await waitFor(() => agent.socket.readyState === agent.socket.CLOSED);
  await expect(fetch(`${backend.url}/api/health`)).rejects.toThrow();
});
