import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

const checkout = join(import.meta.dirname, "..");
const HEALTH = '{"status":"ok","build":{"version":"1","commit":"abc","dirty":false}}';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-validate-"));
  for (const name of ["scripts", "docker", ".env.example", "validate-deployment.sh", "ssh-tunnel-lab.sh"]) {
    cpSync(join(checkout, name), join(root, name), { recursive: true });
  }
  execFileSync(join(root, "scripts", "setup"), { stdio: "pipe" });
});
afterAll(() => rmSync(root, { recursive: true }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Report {
  code: number;
  seconds: number;
  status: Record<string, string>;
  found: Record<string, string>;
}

function validate(env: Record<string, string>, ...args: string[]): Promise<Report> {
  const { PNMLAB_ROOT: _, ...own } = process.env;
  const startedAtMs = Date.now();
  return new Promise((resolve) => {
    execFile(
      join(root, "validate-deployment.sh"),
      ["--json", "--expect-commit", "abc", ...args],
      { cwd: root, env: { ...own, ...env } },
      (error, stdout) => {
        const { checks } = JSON.parse(stdout) as { checks: { id: string; status: string; found: string }[] };
        resolve({
          code: error ? Number(error.code) : 0,
          seconds: (Date.now() - startedAtMs) / 1000,
          status: Object.fromEntries(checks.map(({ id, status }) => [id, status])),
          found: Object.fromEntries(checks.map(({ id, found }) => [id, found])),
        });
      },
    );
  });
}

/** A backend that is well, and answers GET /api/doctor as `doctor` does. @returns settings that lead to it. */
async function backend(doctor: RequestListener): Promise<Record<string, string>> {
  const server = createHttpServer((request, response) => {
    if (request.url === "/api/health") response.end(HEALTH);
    else doctor(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { PNMLAB_HTTP_PORT: `${port}`, PNMLAB_BACKEND_URL: `ws://user:unspoken@127.0.0.1:${port}` };
}

it("fails where the backend answers, but hangs up on its checks", async () => {
  const env = await backend((request) => request.socket.destroy());
  const { status, found } = await validate(env, "--mode", "remote");
  expect(status).toMatchObject({ "backend.answers": "PASS", "backend.checks": "FAIL" });
  expect(found["backend.checks"]).toContain("closed without an answer");
});

it("fails where the answer of the backend breaks off, and takes nothing of it for true", async () => {
  const env = await backend((request, response) => {
    response.writeHead(200, { "content-length": 9999 });
    response.write(
      `BUILD\tabc\tfalse\tnow\nTIME\t${Date.now()}\nSALT\t00\nCHECK\tPASS\tone\tOne\tfound\t\t\n`,
    );
    setTimeout(() => request.socket.destroy(), 50);
  });
  const { status } = await validate(env, "--mode", "remote");
  expect(status).toMatchObject({ "backend.checks": "FAIL" });
  expect(status).not.toHaveProperty("one");
});

it("warns where an agent's machine has a check token of its own, and shows no password of a URL", async () => {
  const env = await backend((_request, response) => response.writeHead(401).end("{}"));
  const { status, found } = await validate(env, "--mode", "process", "agent");
  expect(status["backend.checks"]).toBe("WARN");
  expect(Object.values(found).join("\n")).not.toContain("unspoken");
});

it("does not hold secrets that scripts/setup made on a laptop against the backend", async () => {
  const env = await backend((_request, response) =>
    response.end(
      `BUILD\tabc\tfalse\tnow\nTIME\t${Date.now()}\nSALT\t00\n${["AGENT_TOKEN", "SESSION_KEY"].map((name) => `SETTING\tPNMLAB_${name}\t000000000000\n`).join("")}`,
    ),
  );
  const { status } = await validate(env, "--mode", "remote");
  // That nothing at all could be compared is worth a warning.
  expect(status["backend.settings"]).toBe("WARN");
});

it("ends in time beside an engine that never answers, and leaves no process waiting for it", async () => {
  const bin = mkdtempSync(join(root, "bin-"));
  const marker = `97${process.pid}`;
  writeFileSync(join(bin, "docker"), `#!/bin/sh\nsleep ${marker}\n`, { mode: 0o755 });
  const { code, seconds, status } = await validate({ PATH: `${bin}:${process.env.PATH}` });
  expect(status.engine).toBe("FAIL");
  expect(code).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(15);
  expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(`sleep ${marker}`);
}, 30_000);

it.each([["--mode"], ["--expect-commit"]])("tells of an option without its value: %s", async (option) => {
  const error = await new Promise<{ code?: unknown; stderr: string }>((resolve) =>
    execFile(join(root, "validate-deployment.sh"), [option], (failure, _stdout, stderr) =>
      resolve({ code: failure?.code, stderr }),
    ),
  );
  expect(error).toMatchObject({ code: 101 });
  expect(error.stderr).toContain(`${option} needs a value`);
});
