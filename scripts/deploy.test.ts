import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const checkout = join(import.meta.dirname, "..");

let root: string;
let calls: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-deploy-"));
  for (const name of ["scripts", "docker", ".env.example", ".gitignore", "validate-deployment.sh"]) {
    cpSync(join(checkout, name), join(root, name), { recursive: true });
  }
  git("init", "-q");
  git("add", ".");
  git("-c", "user.name=test", "-c", "user.email=test@example.net", "commit", "-q", "-m", "as released");
  mkdirSync(join(root, ".git", "bin"));
  calls = join(root, ".git", "calls");
  writeFileSync(calls, "");
  docker("echo 28.1.0", "2.35.1");
});
afterEach(() => rmSync(root, { recursive: true }));

/** A Docker without containers that writes down what it is asked for, and whose builds find no room. */
function docker(engine: string, compose: string): void {
  const stub = join(root, ".git", "bin", "docker");
  writeFileSync(
    stub,
    `#!/bin/sh
echo "$*" >>'${calls}'
case "$1 $2" in
  "compose version") echo ${compose} ;;
  version*) ${engine} ;;
esac
case "$*" in *" build"*) echo "no space left on device" >&2; exit 1 ;; esac
`,
  );
  chmodSync(stub, 0o755);
  writeFileSync(join(root, ".git", "bin", "docker-compose"), `#!/bin/sh\necho ${compose}\n`);
  chmodSync(join(root, ".git", "bin", "docker-compose"), 0o755);
}

const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" });

function run(script: string, ...args: string[]) {
  const { PNMLAB_ROOT: _, ...env } = process.env;
  const result = spawnSync(join(root, "scripts", script), args, {
    encoding: "utf8",
    cwd: root,
    env: {
      ...env,
      PATH: `${join(root, ".git", "bin")}:${process.env.PATH}`,
      COMPOSE_PROJECT_NAME: "pnmlab-stub",
    },
  });
  return { ...result, touched: /^compose .* (build|up|down|stop)\b/m.test(readFileSync(calls, "utf8")) };
}

describe("scripts/deploy", () => {
  it("refuses uncommitted changes and names them, before it touches anything", () => {
    writeFileSync(join(root, "changed.txt"), "");
    const { status, stderr, touched } = run("deploy", "lab");
    expect(stderr).toContain("?? changed.txt");
    expect(stderr).toContain("--allow-dirty");
    expect({ status, touched }).toEqual({ status: 1, touched: false });
  });

  it("refuses uncommitted changes also where there are thousands", () => {
    for (let index = 0; index < 4000; index++)
      writeFileSync(join(root, `changed-since-the-commit-${index}`), "");
    const { status, stderr, touched } = run("deploy", "lab");
    expect(stderr).toContain("?? changed-since-the-commit-0");
    expect({ status, touched }).toEqual({ status: 1, touched: false });
  });

  it("builds uncommitted changes where it is told to, with the commit and the dirty flag", () => {
    writeFileSync(join(root, "changed.txt"), "");
    expect(run("deploy", "lab", "--allow-dirty").touched).toBe(true);
  });

  it("refuses a .env that is not in order, before it touches anything", () => {
    run("setup");
    writeFileSync(join(root, ".env"), `${readFileSync(join(root, ".env"), "utf8")}PNMLAB_HTP_PORT=1\n`);
    const { status, stderr, touched } = run("deploy", "lab");
    expect(stderr).toContain("near: PNMLAB_HTTP_PORT");
    expect({ status, touched }).toEqual({ status: 1, touched: false });
  });

  it("leaves what runs as it is where the build fails, and shows why", () => {
    const { status, stderr } = run("deploy", "lab");
    expect(status).toBe(1);
    expect(stderr).toMatch(/no space left on device[\s\S]*what runs is as it was/);
    expect(readFileSync(calls, "utf8")).not.toMatch(/^compose .* up\b/m);
  });

  it("does not run beside another change of the same installation", () => {
    mkdirSync(join(root, ".pnmlab"));
    // A process whose command line is that of a running deploy.
    const other = execFileSync(
      "bash",
      ["--norc", "-c", "exec -a scripts/deploy sleep 30 >/dev/null 2>&1 & echo $!"],
      {
        encoding: "utf8",
      },
    ).trim();
    writeFileSync(join(root, ".pnmlab", "lock"), `${other}\n`);
    const { status, stderr, touched } = run("deploy", "lab");
    process.kill(Number(other));
    expect(stderr).toContain(`process ${other}`);
    expect({ status, touched }).toEqual({ status: 1, touched: false });
    expect(run("deploy", "lab").stderr).not.toContain("under way");
  });
});

describe("scripts/rollback", () => {
  it("says so where there is no deployment to go back to", () => {
    const { status, stderr, touched } = run("rollback");
    expect(stderr).toContain("no previous deployment is recorded");
    expect({ status, touched }).toEqual({ status: 1, touched: false });
  });
});

describe("scripts that work with Docker", () => {
  it.each([["deploy"], ["backup", "--mode", "docker"], ["compose", "lab", "up", "-d"]])(
    "stop before they touch anything where Compose would break the containers: %s",
    (script, ...args) => {
      run("setup");
      docker("echo 27.0.0", "1.29.2");
      const { status, stderr, touched } = run(script, ...args);
      expect(stderr).toContain("ContainerConfig");
      expect({ status, touched }).toEqual({ status: 1, touched: false });
    },
  );

  it("tell a missing right from an engine that is down", () => {
    docker("echo 'permission denied while trying to connect' >&2; exit 1", "2.35.1");
    expect(run("backup", "--mode", "docker").stderr).toContain("usermod -aG docker");
    docker("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "2.35.1");
    expect(run("backup", "--mode", "docker").stderr).toContain("systemctl start docker");
  });
});
