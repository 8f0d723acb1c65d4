import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SNMPD = "/usr/sbin/snmpd";

/** Why Debian's snmpd and the tools beside it cannot be measured with; undefined where they are there. */
export function missingPrograms(): string | undefined {
  if (!existsSync(SNMPD)) return `${SNMPD} is missing; on Debian: apt-get install snmpd`;
  for (const tool of ["snmpget", "snmpbulkwalk"]) {
    try {
      execFileSync("which", [tool], { stdio: "ignore" });
    } catch {
      return `${tool} is missing; on Debian: apt-get install snmp`;
    }
  }
  return undefined;
}

/**
 * Debian's snmpd on a port of its own, on every address of this machine: it answers from the address that
 * was asked, so that each address of 127.0.0.0/8 passes for a device. Each
 * entry of `tables` adds that many rows to the lines of NET-SNMP-EXTEND-MIB.
 */
export async function startSnmpd(tables: Readonly<Record<string, number>>) {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pnmlab-snmpd-"));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const settings = [
    "rocommunity public",
    "sysLocation bench",
    ...Object.entries(tables).map(([name, rows]) => `extend -cacheTime 3600 ${name} /usr/bin/seq 1 ${rows}`),
    "",
  ].join("\n");
  await writeFile(join(directory, "snmpd.conf"), settings);
  const child = spawn(
    SNMPD,
    [
      "-f",
      "-Ln",
      "-C",
      "-c",
      join(directory, "snmpd.conf"),
      "-p",
      join(directory, "pid"),
      `udp:0.0.0.0:${port}`,
    ],
    {
      env: {
        ...process.env,
        SNMP_PERSISTENT_DIR: join(directory, "state"),
        SNMPCONFPATH: directory,
        MIBS: "",
      },
      stdio: "ignore",
    },
  );
  starting.defer(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  await untilAnswered(port);
  const owned = starting.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function untilAnswered(port: number): Promise<void> {
  const args = ["-v2c", "-c", "public", "-r0", "-t1", `127.0.0.1:${port}`, "1.3.6.1.2.1.1.5.0"];
  for (let attempt = 1; ; attempt += 1) {
    try {
      execFileSync("snmpget", args, { stdio: "ignore" });
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
