import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "pnmlab-docker-"));
});
afterEach(() => rmSync(bin, { recursive: true }));

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** A `docker` whose engine and Compose plugin have these versions; undefined is what is not there. */
function docker(engine?: string, plugin?: string): void {
  const noEngine = "echo 'permission denied while trying to connect' >&2; exit 1";
  program(
    "docker",
    `case "$1 $2" in
      "compose version") ${plugin ? `echo ${plugin}` : "exit 1"} ;;
      version*) ${engine ? `echo ${engine}` : noEngine} ;;
      *) echo "touched: $*" >&2; exit 9 ;;
    esac`,
  );
}

function find(call = "compose_find || true"): {
  status: string;
  found: string;
  fix: string;
  command: string;
} {
  const script = `. "$1"; ${call}; printf '%s\\n' "$COMPOSE_STATUS" "$COMPOSE_FOUND" "$COMPOSE_FIX" "\${COMPOSE_CMD[*]-}"`;
  const result = spawnSync(
    "/bin/bash",
    ["--norc", "-euo", "pipefail", "-c", script, "bash", join(import.meta.dirname, "compose.sh")],
    {
      encoding: "utf8",
      // Only what the stub needs: the real docker of this machine must not answer.
      env: { PATH: bin },
    },
  );
  expect(result.stderr).toBe("");
  const [status, found, fix, command] = result.stdout.split("\n") as [string, string, string, string];
  return { status, found, fix, command };
}

describe("Compose and engine", () => {
  it("go together where Compose is v2", () => {
    docker("28.1.0", "v2.35.1");
    expect(find()).toMatchObject({ status: "PASS", command: "docker compose" });
  });

  it("are a warning where v1 meets an engine that it still knows", () => {
    docker("20.10.24", "1.29.2");
    expect(find()).toMatchObject({ status: "WARN", command: "docker compose" });
  });

  it("are refused where v1 meets an engine from version 23 on", () => {
    docker("23.0.0");
    program("docker-compose", "echo 1.29.2");
    expect(find()).toMatchObject({ status: "FAIL", found: expect.stringContaining("ContainerConfig") });
    expect(find().fix).toContain("docs/operations.md");
  });

  it("use a docker-compose of version 2 where the plugin is version 1", () => {
    docker("24.0.7", "1.29.2");
    program("docker-compose", "echo 2.20.0");
    expect(find()).toMatchObject({ status: "PASS", command: "docker-compose" });
  });

  it("are refused where Docker or Compose is missing", () => {
    expect(find()).toMatchObject({ status: "FAIL", found: "no docker command" });
    docker("28.1.0");
    expect(find()).toMatchObject({ status: "FAIL", found: "Docker without Compose" });
  });

  it("are not looked for again by a script that another one starts", () => {
    docker("28.1.0", "2.35.1");
    expect(find("compose_find; PATH=/nowhere compose_find")).toMatchObject({ status: "PASS" });
  });
});
