import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { ping } from "./ping.ts";

const folder = mkdtempSync(join(tmpdir(), "pnmlab-ping-"));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A machine whose `ping` does this. */
function machineWith(script: string): void {
  const path = mkdtempSync(join(folder, "bin-"));
  writeFileSync(join(path, "ping"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, "ping"), 0o755);
  vi.stubEnv("PATH", `${path}:/usr/bin:/bin`);
}

test("an answer is told with its time", async () => {
  machineWith('echo "64 bytes from 10.1.2.3: icmp_seq=1 ttl=63 time=0.412 ms"');
  expect(await ping("10.1.2.3")).toEqual({ outcome: "answered", detail: "in 0.412 ms" });
});

test("silence is no fault of this machine", async () => {
  machineWith("echo '1 packets transmitted, 0 received, 100% packet loss'; exit 1");
  expect(await ping("10.1.2.3")).toEqual({ outcome: "silent", detail: "within 2 s" });
});

test("a machine whose ping does not work says why", async () => {
  machineWith("echo 'ping: socktype: SOCK_RAW: Operation not permitted' >&2; exit 2");
  expect(await ping("10.1.2.3")).toMatchObject({
    outcome: "not-here",
    detail: expect.stringContaining("not permitted"),
  });
  vi.stubEnv("PATH", "/nowhere");
  expect(await ping("10.1.2.3")).toEqual({ outcome: "not-here", detail: "it is not installed" });
});
