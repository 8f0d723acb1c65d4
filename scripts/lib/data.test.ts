import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-data-"));
  for (const name of ["packed", "unpacked"]) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Runs `script` with the libraries loaded and `stubs` in place of what they call. */
function bash(script: string, ...args: string[]) {
  const libraries = ["run.sh", "data.sh"].map((name) => `. "${join(import.meta.dirname, name)}"`).join("\n");
  return spawnSync(
    "bash",
    ["--norc", "-euo", "pipefail", "-c", `${libraries}\n${script}`, "scripts/test", ...args],
    { encoding: "utf8", cwd: root },
  );
}

/** Packs the folder `packed` as an archive of scripts/backup with this text as its MANIFEST. */
function pack(manifest: string): string {
  writeFileSync(join(root, "packed", "MANIFEST"), manifest);
  const file = join(root, "backup.tar.gz");
  execFileSync("tar", ["-czf", file, "-C", join(root, "packed"), "."]);
  return file;
}

const unpack = (file: string) =>
  bash('backup_unpack "$1" "$2" || die "$BACKUP_PROBLEM"', file, join(root, "unpacked"));

const sum = (text: string) => createHash("sha256").update(text).digest("hex");

describe("an archive is unpacked", () => {
  it("where every file is that of the manifest", () => {
    writeFileSync(join(root, "packed", "env"), "A=1\n");
    expect(unpack(pack(`format 1\nschema 1\nsha256 ${sum("A=1\n")}  ./env\n`))).toMatchObject({ status: 0 });
  });

  it("not where a file differs from the manifest", () => {
    writeFileSync(join(root, "packed", "env"), "A=2\n");
    const { status, stderr } = unpack(pack(`format 1\nschema 1\nsha256 ${sum("A=1\n")}  ./env\n`));
    expect(stderr).toContain("env in");
    expect(status).toBe(1);
  });

  it("not where the manifest has no checksum at all", () => {
    writeFileSync(join(root, "packed", "env"), "A=2\n");
    const { status, stderr } = unpack(pack("format 1\nschema 1\n"));
    expect(stderr).toContain("checksums");
    expect(status).toBe(1);
  });

  it("not where a link hides among thousands of files", () => {
    const folder = join(root, "packed", "captures", "aa");
    mkdirSync(folder, { recursive: true });
    symlinkSync("/etc/passwd", join(root, "packed", "env"));
    for (let index = 0; index < 3000; index++) {
      writeFileSync(join(folder, index.toString(16).padStart(64, "0")), "");
    }
    const { status, stderr } = unpack(pack("format 1\nschema 1\n"));
    expect(stderr).toContain("neither file nor folder");
    expect(status).toBe(1);
    expect(existsSync(join(root, "unpacked", "MANIFEST"))).toBe(false);
  });
});

describe("with Docker", () => {
  const docker = (body: string) =>
    `MODE=docker; backend_container() { echo id; }; backend_image() { echo image; }; docker() { ${body}; }`;

  it("a database that cannot be read does not pass for none", () => {
    const { status, stderr, stdout } = bash(
      `${docker("echo broken >&2; return 1")}; if has_database; then echo some; else echo none; fi`,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("broken");
  });

  it("captures that cannot be copied are no captures that are not there", () => {
    const failing = bash(`${docker("echo 'no space left on device' >&2; return 1")}; captures_get unpacked`);
    expect(failing.stderr).toContain("no space left on device");
    expect(failing.status).toBe(1);
    for (const words of [
      "Error response from daemon: Could not find the file /data/captures in container id",
      "Error: No such container:path: id:/data/captures",
    ]) {
      const fresh = bash(`${docker(`echo '${words}' >&2; return 1`)}; captures_get unpacked`);
      expect(fresh).toMatchObject({ status: 0, stderr: "" });
      expect(existsSync(join(root, "unpacked", "captures.log"))).toBe(false);
    }
  });
});
