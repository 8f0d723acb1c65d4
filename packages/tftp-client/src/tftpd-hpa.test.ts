import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { getFile, putFile, removeByEmptyWrite } from "./index.ts";
import { randomContent } from "./test-support/random.ts";
import { temporaryDirectory } from "./test-support/test-server.ts";

const PROGRAM = "/usr/sbin/in.tftpd";

test("transfers with tftpd-hpa are bit-exact, and an empty write leaves an empty file there", async (context) => {
  if (!existsSync(PROGRAM) || process.getuid?.() !== 0) context.skip(`needs ${PROGRAM} and the superuser`);
  const { directory, port } = await startHpa();
  const target = { host: "127.0.0.1", port, name: "capture" };
  for (const [size, blockSize] of [
    [1, 512],
    [512, 512],
    [300_000, 1428],
    [300_000, 8192],
  ] as const) {
    const content = randomContent(size, size);
    await putFile({ ...target, data: content, blockSize });
    await expect.poll(() => readFile(join(directory, "capture"))).toEqual(content);
    expect(Buffer.from(await getFile({ ...target, blockSize }))).toEqual(content);
  }
  await removeByEmptyWrite(target);
  await expect.poll(async () => (await stat(join(directory, "capture"))).size).toBe(0);
  await expect(getFile({ ...target, name: "absent" })).rejects.toMatchObject({
    code: "TFTP_REFUSED",
    details: { errorCode: 1 },
  });
});

async function startHpa(): Promise<{ directory: string; port: number }> {
  const directory = await temporaryDirectory();
  await chmod(directory, 0o777);
  const probe = createSocket("udp4").bind(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  const options = ["-L", "-a", `127.0.0.1:${port}`, "-c", "-s", "-u", "root", directory];
  spawn(PROGRAM, options, { stdio: "ignore" });
  onTestFinished(() => endProcessesOf(directory));
  await sleep(300);
  return { directory, port };
}

/** It keeps a process per upload for a minute, deaf to SIGTERM; each has the directory in its arguments. */
function endProcessesOf(directory: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (args[0] === PROGRAM && args.includes(directory)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
}
