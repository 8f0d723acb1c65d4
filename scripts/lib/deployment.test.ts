import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-rollback-"));
  for (const name of ["scripts", ".pnmlab", "packed"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "record"), "id=1\nrole=lab\nimage_tag=old\nschema=3\n");
  writeFileSync(join(root, "packed", "pnmlab.db"), "");
  writeFileSync(
    join(root, "packed", "MANIFEST"),
    "format 1\nschema 3\nsha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ./pnmlab.db\n",
  );
  execFileSync("tar", ["-czf", join(root, "old.tar.gz"), "-C", join(root, "packed"), "."]);
});
afterEach(() => rmSync(root, { recursive: true }));

/** Goes back to a deployment that knows schema step 3 from a database at step 5; `backup` saves it. */
function goBack(backup: string): { status: number | null; stderr: string; calls: string[] } {
  writeFileSync(join(root, "scripts", "backup"), `#!/bin/sh\necho save >>calls\n${backup}\n`, {
    mode: 0o755,
  });
  const libraries = ["run", "state", "data", "deployment"].map(
    (name) => `. "${join(import.meta.dirname, `${name}.sh`)}"`,
  );
  const script = `${libraries.join("\n")}
    backend_container() { echo id; }
    programs_stop() { echo stop >>calls; }
    snapshot() { if [ "$1" = schema ]; then echo 5; else echo "$1" >>calls; fi; }
    deployment_up() { echo "up $1" >>calls; }
    deployment_activate "$PWD/record" "$PWD/old.tar.gz" || die "$DEPLOYMENT_PROBLEM"`;
  const { status, stderr } = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script, "scripts/test"], {
    encoding: "utf8",
    cwd: root,
  });
  return { status, stderr, calls: readFileSync(join(root, "calls"), "utf8").trim().split("\n") };
}

describe("going back to code that cannot read the database", () => {
  it("saves what the newer code has stored, before the older database takes its place", () => {
    const { status, stderr, calls } = goBack("echo newer.tar.gz");
    expect({ status, calls }).toEqual({ status: 0, calls: ["stop", "save", "put", "up old"] });
    expect(stderr).toContain("what came later is in newer.tar.gz");
  });

  it("leaves the database where it cannot be saved", () => {
    const { status, stderr, calls } = goBack("exit 1");
    expect({ status, calls }).toEqual({ status: 1, calls: ["stop", "save"] });
    expect(stderr).toContain("left in place");
  });
});

it("going back keeps the secrets of now, unless they are too short to be any", () => {
  const now = `PNMLAB_HTTP_PORT=6001\nPNMLAB_AGENT_TOKEN=${"n".repeat(40)}\nPNMLAB_CHECK_TOKEN=short\n`;
  const then = [
    "PNMLAB_HTTP_PORT=6000",
    `PNMLAB_AGENT_TOKEN=${"o".repeat(40)}`,
    `PNMLAB_CHECK_TOKEN=${"c".repeat(40)}`,
    "",
  ].join("\n");
  writeFileSync(join(root, ".env"), now);
  writeFileSync(join(root, "then"), then);
  const script = `. "${join(import.meta.dirname, "deployment.sh")}"; env_with_secrets_of_now then`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8", cwd: root })).toBe(
    then.replace("o".repeat(40), "n".repeat(40)),
  );
});
