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
  // A Docker that works, has no containers, and writes down what it is asked for.
  mkdirSync(join(root, ".git", "bin"));
  calls = join(root, ".git", "calls");
  writeFileSync(calls, "");
  writeFileSync(
    join(root, ".git", "bin", "docker"),
    `#!/bin/sh
echo "$*" >>'${calls}'
case "$1 $2" in
  "compose version") echo 2.35.1 ;;
  version*) echo 28.1.0 ;;
esac
case "$*" in *" build"*) echo "no space left on device" >&2; exit 1 ;; esac
`,
  );
  chmodSync(join(root, ".git", "bin", "docker"), 0o755);
});
afterEach(() => rmSync(root, { recursive: true }));

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
