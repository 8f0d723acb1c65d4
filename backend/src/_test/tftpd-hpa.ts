import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { sleep } from "@pnmlab/kit";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./support.ts";

const PROGRAM = "/usr/sbin/in.tftpd";

/** Why Debian's tftpd-hpa cannot be run here; undefined where it can. */
export function whyNoTftpdHpa(): string | undefined {
  return existsSync(PROGRAM) && process.getuid?.() === 0 ? undefined : `needs ${PROGRAM} and the superuser`;
}

/** Debian's tftpd-hpa on a free port, with a folder of its own. */
export async function startTftpdHpa(): Promise<{
  directory: string;
  server: { host: string; port: number };
}> {
  const directory = await temporaryFolder();
  await chmod(directory, 0o777);
  const host = "127.0.0.1";
  const probe = createSocket("udp4").bind(0, host);
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  spawn(PROGRAM, ["-L", "-a", `${host}:${port}`, "-c", "-s", "-u", "root", directory], { stdio: "ignore" });
  onTestFinished(() => endProcessesOf(directory));
  await sleep(300);
  return { directory, server: { host, port } };
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
